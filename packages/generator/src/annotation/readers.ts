// What every argument's reader is made of: checks of type and range, with the mistake at its place (VZ102, VZ103, VZ108).
import { byteLength, nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { placeOf } from './parse-annotation.ts'
import type { ArgumentNode, ValueNode } from './syntax.ts'

export type Reader<T> = (node: ValueNode, context: Context) => T

export interface Context {
  readonly annotation: AnnotationText
  /** `chunking.size`, as it is named in messages. */
  readonly path: string
}

export const text: Reader<string> = (node, context) =>
  node.kind === 'string' ? node.value : wrongType(node, context, 'a string')

export const flag: Reader<boolean> = (node, context) =>
  node.kind === 'boolean' ? node.value : wrongType(node, context, 'true or false')

export const identifier: Reader<string> = (node, context) => {
  const value = wordOf(node) ?? ''
  return /^[A-Za-z]\w*$/u.test(value) ? value : wrongType(node, context, 'a name (letters, digits, underscores)')
}

export const nonEmptyText: Reader<string> = (node, context) =>
  text(node, context) || wrongType(node, context, 'a string that is not empty')

/** PostgreSQL cuts a longer one, which Prisma would take for another table for ever; and Prisma escapes no quotes. */
export const sqlName: Reader<string> = (node, context) => {
  const value = text(node, context)
  return value !== '' && byteLength(value) <= 63 && !value.includes('"')
    ? value
    : wrongType(node, context, 'a string of 1 to 63 bytes without double quotes')
}

export const integer =
  (least: number, most: number): Reader<number> =>
  (node, context) =>
    node.kind === 'number' && Number.isInteger(node.value) && node.value >= least && node.value <= most
      ? node.value
      : wrongType(node, context, `a whole number from ${least} to ${most}`)

export const decimal =
  (least: number, most: number): Reader<number> =>
  (node, context) =>
    node.kind === 'number' && node.value >= least && node.value <= most
      ? node.value
      : wrongType(node, context, `a number from ${least} to ${most}`)

export const textList: Reader<readonly string[]> = (node, context) =>
  node.kind === 'list' && node.items.length > 0
    ? node.items.map((item) => text(item, context))
    : wrongType(node, context, 'a list of strings, e.g. ["\\n\\n", " "]')

/** One of a few names, written as a name or a string. */
export const oneOf =
  <const T extends string>(...known: readonly T[]): Reader<T> =>
  (node, context) => {
    const value = wordOf(node)
    return known.find((name) => name === value) ?? wrongType(node, context, known.join(', '))
  }

/** The name of a value that is a name or a string. */
export const wordOf = (node: ValueNode): string | undefined =>
  node.kind === 'word' || node.kind === 'string' ? node.value : undefined

/** `hnsw` of `hnsw` and of `hnsw(m: 16)`. */
export const callee = (node: ValueNode): string | undefined =>
  node.kind === 'call' ? node.name : node.kind === 'word' ? node.value : undefined

export const argumentsOf = (node: ValueNode): readonly ArgumentNode[] => (node.kind === 'call' ? node.args : [])

export function readArguments<R extends Record<string, Reader<unknown>>>(
  nodes: readonly ArgumentNode[],
  known: R,
  context: Context,
): { [K in keyof R]?: ReturnType<R[K]> } {
  const result: Record<string, unknown> = {}
  for (const node of nodes) {
    const path = [context.path, node.name].filter(Boolean).join('.')
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
  const place = placeOf(context.annotation)
  const nearest = nearestName(node.name, known)
  return new VectorizerError('VZ102', {
    fact: node.name
      ? `${place}: @${context.annotation.kind} has no argument \`${path}\`.`
      : `${place}: an argument of \`${path}\` has no name.`,
    why: known.length ? `Known here: ${known.join(', ')}.` : `\`${context.path}\` takes no arguments.`,
    fix: !node.name
      ? 'Write `name: value`.'
      : nearest === undefined
        ? `Remove \`${node.name}\`.`
        : `Did you mean \`${nearest}\`?`,
    ...context.annotation.at(node.offset),
  })
}

export function wrongType(node: ValueNode, context: Context, expected: string): never {
  const fact = `\`${context.path}\` must be ${expected}.`
  if (context.path !== 'dimensions') throw mistake('VZ108', node.offset, context, fact)
  throw mistake('VZ103', node.offset, context, fact, 'Write the length of the vectors your model makes, e.g. 768.')
}

export function mistake(
  code: 'VZ103' | 'VZ108',
  offset: number,
  context: Context,
  fact: string,
  fix?: string,
  why?: string,
): VectorizerError {
  return new VectorizerError(code, {
    fact: `${placeOf(context.annotation)}: ${fact}`,
    why,
    fix,
    ...context.annotation.at(offset),
  })
}
