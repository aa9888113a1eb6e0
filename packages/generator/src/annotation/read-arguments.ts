// Syntax tree → typed options: every argument's name and type is checked here (VZ102, VZ103, VZ108); what the values mean
// for a model is decided in resolve/.
import {
  type Distance,
  isTextSearchName,
  metrics,
  parsings,
  type ReferentialAction,
  type VectorType,
  vectorTypes,
} from '@prisma-vectorizer/spec'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { chunking } from './chunking-argument.ts'
import { index } from './index-argument.ts'
import {
  argumentsOf,
  flag,
  identifier,
  integer,
  mistake,
  nonEmptyText,
  oneOf,
  type Reader,
  readArguments,
  sqlName,
  text,
  wordOf,
  wrongType,
} from './readers.ts'
import type { ArgumentNode, FilterNode, ValueNode } from './syntax.ts'

const modelName: Reader<string> = (node, context) => {
  const value = text(node, context)
  return /^[\w.-]+\/\S+$/u.test(value)
    ? value
    : wrongType(node, context, '"provider/model", e.g. "openai/text-embedding-3-small"')
}

/** Name of the field the vectors go to, or null for a store of their own. */
const destination: Reader<string | null> = (node, context) => {
  if (node.kind === 'word' && node.value === 'table') return null
  const [argument, second] = argumentsOf(node)
  if (node.kind === 'call' && node.name === 'column' && argument?.name === '' && !second) {
    return identifier(argument.value, { ...context, path: 'destination.column' })
  }
  return wrongType(node, context, 'table or column(<field>), e.g. column(embedding)')
}

const referentialAction: Reader<ReferentialAction> = (node, context) => {
  const value = wordOf(node) ?? ''
  if (value !== 'SetNull' && value !== 'SetDefault') return oneOf('Cascade', 'Restrict', 'NoAction')(node, context)
  throw mistake(
    'VZ108',
    node.offset,
    context,
    `\`${context.path}\` cannot be ${value}.`,
    'Write Cascade, Restrict or NoAction.',
    'The key is what ties a chunk to its row: it can be neither NULL nor a default.',
  )
}

/** Prisma escapes nothing in one. */
const relationName: Reader<string> = (node, context) => {
  const value = text(node, context)
  return /^[^"\\\n\r]+$/u.test(value)
    ? value
    : wrongType(node, context, 'a string that is not empty, without quotes and backslashes')
}

const relation: Reader<{ readonly name?: string; readonly parent?: string }> = (node, context) => {
  if (node.kind === 'string') return { name: relationName(node, context) }
  if (node.kind === 'call' && node.name === 'relation' && node.args.length > 0) {
    return readArguments(node.args, { name: relationName, parent: identifier }, context)
  }
  return wrongType(node, context, '"Name" or relation(name: "Name", parent: post)')
}

const filter: Reader<FilterNode> = (node, context) =>
  node.kind === 'filter' ? node.filter : wrongType(node, context, 'a condition, e.g. published = true')

const textSearch: Reader<string> = (node, context) => {
  const value = wordOf(node) ?? ''
  return isTextSearchName(value)
    ? value
    : wrongType(
        node,
        context,
        'the name of a text search configuration, e.g. "english" or "pg_catalog.english" (letters, digits, underscores)',
      )
}

const types = Object.keys(vectorTypes) as VectorType[]

const vectorReaders = {
  dimensions: integer(1, vectorTypes.sparsevec.maxDimensions),
  distance: oneOf(...(Object.keys(metrics) as Distance[])),
  index,
} satisfies Record<string, Reader<unknown>>

const vectorizerReaders = {
  ...vectorReaders,
  field: identifier,
  name: identifier,
  model: modelName,
  targetTable: sqlName,
  targetSchema: sqlName,
  template: nonEmptyText,
  chunking,
  type: oneOf(...types),
  where: filter,
  destination,
  loading: oneOf('column', 'uri'),
  parsing: oneOf(...parsings),
  view: sqlName,
  relation,
  onDelete: referentialAction,
  onUpdate: referentialAction,
  // The ranges of pgai.
  batchSize: integer(1, 2048),
  concurrency: integer(1, 50),
  textSearch,
  replicated: flag,
} satisfies Record<string, Reader<unknown>>

type Read<R extends Record<string, Reader<unknown>>> = { readonly [K in keyof R]?: ReturnType<R[K]> }

/** Where each argument stands. */
interface Offsets {
  /** Of its name, by that name, for errors found later. */
  readonly offsets: Readonly<Record<string, number>>
}

/** What a `@vector` says, before defaults that depend on its field. */
export type VectorOptions = Read<typeof vectorReaders> & Offsets

/** What a `@vectorizer` says, before defaults that depend on the model. */
export type VectorizerOptions = Read<typeof vectorizerReaders> & Offsets

/** Throws VZ102 (unknown argument), VZ103 (dimensions) or VZ108 (wrong type, or given twice). */
export function readVectorizerOptions(annotation: AnnotationText, nodes: readonly ArgumentNode[]): VectorizerOptions {
  // The range of `dimensions` is that of the type, which may be written behind it.
  const type = types.find((name) => name === wordOfArgument(nodes, 'type')) ?? 'vector'
  const readers = { ...vectorizerReaders, dimensions: integer(1, vectorTypes[type].maxDimensions) }
  return { ...readArguments(nodes, readers, { annotation, path: '' }), offsets: offsetsOf(nodes) }
}

/** Throws VZ102 (unknown argument), VZ103 (dimensions) or VZ108 (wrong type, or given twice). */
export const readVectorOptions = (annotation: AnnotationText, nodes: readonly ArgumentNode[]): VectorOptions => ({
  ...readArguments(nodes, vectorReaders, { annotation, path: '' }),
  offsets: offsetsOf(nodes),
})

const offsetsOf = (nodes: readonly ArgumentNode[]) => Object.fromEntries(nodes.map((node) => [node.name, node.offset]))

function wordOfArgument(nodes: readonly ArgumentNode[], name: string): string | undefined {
  const value: ValueNode | undefined = nodes.find((node) => node.name === name)?.value
  return value && wordOf(value)
}
