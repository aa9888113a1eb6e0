// Syntax tree → typed options: every argument's name and type is checked here (VZ102, VZ108); what the values mean
// for a model is decided in resolve/.
import {
  byteLength,
  type ChunkingSpec,
  type Distance,
  defaultCharacterChunking,
  defaultIndex,
  defaultRecursiveChunking,
  type IndexSpec,
  metrics,
  nearestName,
  VectorizerError,
} from '@prisma-vectorizer/spec'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { placeOf } from './parse-annotation.ts'
import type { ArgumentNode, ValueNode } from './syntax.ts'

/** What an annotation says, before defaults that depend on the model. */
export interface AnnotationOptions {
  readonly dimensions?: number
  readonly field?: string
  readonly name?: string
  readonly model?: string
  readonly targetTable?: string
  readonly targetSchema?: string
  readonly template?: string
  readonly distance: Distance
  readonly chunking: ChunkingSpec
  readonly index: IndexSpec
  /** Offset of each argument given, for errors found later. */
  readonly offsets: Readonly<Record<string, number>>
}

type Reader<T> = (node: ValueNode, context: Context) => T

interface Context {
  readonly annotation: AnnotationText
  /** `chunking.size`, as it is named in messages. */
  readonly path: string
}

const text: Reader<string> = (node, context) =>
  node.kind === 'string' ? node.value : wrongType(node, context, 'a string')
const flag: Reader<boolean> = (node, context) =>
  node.kind === 'boolean' ? node.value : wrongType(node, context, 'true or false')
const identifier: Reader<string> = (node, context) => {
  const value = node.kind === 'word' || node.kind === 'string' ? node.value : ''
  return /^[A-Za-z]\w*$/u.test(value) ? value : wrongType(node, context, 'a name (letters, digits, underscores)')
}
const nonEmptyText: Reader<string> = (node, context) =>
  text(node, context) || wrongType(node, context, 'a string that is not empty')
/** PostgreSQL cuts a longer one, which Prisma would take for another table for ever; and Prisma escapes no quotes. */
const sqlName: Reader<string> = (node, context) => {
  const value = text(node, context)
  return value !== '' && byteLength(value) <= 63 && !value.includes('"')
    ? value
    : wrongType(node, context, 'a string of 1 to 63 bytes without double quotes')
}
const integer =
  (least: number, most: number): Reader<number> =>
  (node, context) =>
    node.kind === 'number' && Number.isInteger(node.value) && node.value >= least && node.value <= most
      ? node.value
      : wrongType(node, context, `a whole number from ${least} to ${most}`)
const textList: Reader<readonly string[]> = (node, context) =>
  node.kind === 'list' && node.items.length > 0
    ? node.items.map((item) => text(item, context))
    : wrongType(node, context, 'a list of strings, e.g. ["\\n\\n", " "]')
const modelName: Reader<string> = (node, context) => {
  const value = text(node, context)
  return /^[\w.-]+\/\S+$/u.test(value)
    ? value
    : wrongType(node, context, '"provider/model", e.g. "openai/text-embedding-3-small"')
}
const distance: Reader<Distance> = (node, context) => {
  const known = Object.keys(metrics).filter((name) => metrics[name as Distance].types.includes('vector'))
  const value = node.kind === 'word' || node.kind === 'string' ? node.value : ''
  return known.includes(value) ? (value as Distance) : wrongType(node, context, known.join(', '))
}

const size = integer(1, 10_000_000)
const overlap = integer(0, 10_000_000)

const chunking: Reader<ChunkingSpec> = (node, context) => {
  switch (callee(node)) {
    case 'none':
      readArguments(argumentsOf(node), {}, context)
      return { kind: 'none' }
    case 'recursive':
      return {
        ...defaultRecursiveChunking,
        ...readArguments(argumentsOf(node), { size, overlap, separators: textList, regex: flag }, context),
      }
    case 'character':
      return {
        ...defaultCharacterChunking,
        ...readArguments(argumentsOf(node), { size, overlap, separator: text, regex: flag }, context),
      }
    default:
      return wrongType(
        node,
        context,
        'recursive(size: 800, overlap: 400, …), character(separator: "\\n\\n", …) or none',
      )
  }
}

const index: Reader<IndexSpec> = (node, context) => {
  switch (callee(node)) {
    case 'none':
      readArguments(argumentsOf(node), {}, context)
      return { kind: 'none' }
    case 'hnsw':
      return {
        ...defaultIndex,
        // pgvector's own ranges for the two.
        ...readArguments(
          argumentsOf(node),
          { m: integer(2, 100), efConstruction: integer(4, 1000), halfvec: flag },
          context,
        ),
      }
    default:
      return wrongType(node, context, 'hnsw(m: 16, efConstruction: 64) or none')
  }
}

const readers = {
  dimensions: integer(1, 16_000),
  field: identifier,
  name: identifier,
  model: modelName,
  targetTable: sqlName,
  targetSchema: sqlName,
  template: nonEmptyText,
  distance,
  chunking,
  index,
} satisfies Record<string, Reader<unknown>>

/** Throws VZ102 (unknown argument), VZ103 (dimensions) or VZ108 (wrong type, or given twice). */
export function readOptions(annotation: AnnotationText, nodes: readonly ArgumentNode[]): AnnotationOptions {
  return {
    distance: 'cosine',
    chunking: defaultRecursiveChunking,
    index: defaultIndex,
    ...readArguments(nodes, readers, { annotation, path: '' }),
    offsets: Object.fromEntries(nodes.map((node) => [node.name, node.offset])),
  }
}

function readArguments<R extends Record<string, Reader<unknown>>>(
  nodes: readonly ArgumentNode[],
  known: R,
  context: Context,
): { [K in keyof R]?: ReturnType<R[K]> } {
  const result: Record<string, unknown> = {}
  for (const node of nodes) {
    const path = context.path ? `${context.path}.${node.name}` : node.name
    const reader = Object.hasOwn(known, node.name) ? known[node.name] : undefined
    if (!reader) throw unknownArgument(node, path, Object.keys(known), context)
    if (Object.hasOwn(result, node.name)) {
      throw mistake('VZ108', node.offset, context, `\`${path}\` is given twice.`, 'Keep one of the two.')
    }
    result[node.name] = reader(node.value, { ...context, path })
  }
  return result as { [K in keyof R]?: ReturnType<R[K]> }
}

function unknownArgument(node: ArgumentNode, path: string, known: readonly string[], context: Context) {
  const nearest = nearestName(node.name, known)
  return new VectorizerError('VZ102', {
    fact: `${placeOf(context.annotation)}: @vectorizer has no argument \`${path}\`.`,
    why: known.length ? `Known here: ${known.join(', ')}.` : `\`${context.path}\` takes no arguments.`,
    fix: nearest === undefined ? `Remove \`${node.name}\`.` : `Did you mean \`${nearest}\`?`,
    ...context.annotation.at(node.offset),
  })
}

function wrongType(node: ValueNode, context: Context, expected: string): never {
  const fact = `\`${context.path}\` must be ${expected}.`
  if (context.path !== 'dimensions') throw mistake('VZ108', node.offset, context, fact, undefined)
  throw mistake('VZ103', node.offset, context, fact, 'Write the length of the vectors your model makes, e.g. 768.')
}

function mistake(code: 'VZ103' | 'VZ108', offset: number, context: Context, fact: string, fix: string | undefined) {
  return new VectorizerError(code, {
    fact: `${placeOf(context.annotation)}: ${fact}`,
    fix,
    ...context.annotation.at(offset),
  })
}

const callee = (node: ValueNode): string | undefined =>
  node.kind === 'call' ? node.name : node.kind === 'word' ? node.value : undefined

const argumentsOf = (node: ValueNode): readonly ArgumentNode[] => (node.kind === 'call' ? node.args : [])
