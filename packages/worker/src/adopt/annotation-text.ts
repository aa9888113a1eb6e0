// How the arguments of an annotation are written in a schema.

export type Argument = readonly [name: string, value: string]

/** A string of the annotation language, which knows these escapes only. */
export const quoted = (text: string): string =>
  `"${text.replace(/["\\]|\p{Cc}/gu, (character) => escapes[character] ?? `\\u${hex(character)}`)}"`

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0')

/** `recursive(size: 600)`, or `recursive` where there is nothing to say. */
export const call = (name: string, args: readonly Argument[]): string =>
  args.length === 0 ? name : `${name}(${args.map(([key, value]) => `${key}: ${value}`).join(', ')})`

const widest = 110

/** The lines of `/// @vectorizer(...)`, one for each argument where one line would be too long. */
export function annotationLines(args: readonly Argument[], indent: string): readonly string[] {
  const single = `${indent}/// ${call('@vectorizer', args)}`
  if (single.length <= widest) return [single]
  return [
    `${indent}/// @vectorizer(`,
    ...args.map(([key, value]) => `${indent}///   ${key}: ${value},`),
    `${indent}/// )`,
  ]
}
