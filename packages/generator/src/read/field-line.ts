// A field's line as it stands in the text: enough to see what the DMMF leaves out, which is relations to a store that
// Prisma does not know yet, fields of type Unsupported, and fields with @ignore.

export interface FieldLine {
  readonly name: string
  /** Its first word: `Unsupported` for `Unsupported("vector(3)")?`. */
  readonly type: string
  /** What is in the quotes of `Unsupported("vector(3)")`; null for any other type. */
  readonly unsupported: string | null
  readonly isList: boolean
  readonly isRequired: boolean
  /** What `@map` says, or the name. */
  readonly column: string
  readonly isIgnored: boolean
  /** 0-based line in the file. */
  readonly line: number
}

const pattern = /^\s*(\w+)\s+(\w+)(?:\s*\(\s*"((?:[^"\\]|\\.)*)"\s*\))?\s*(\[\]|\?)?(.*)$/u
const map = /@map\(\s*(?:name\s*:\s*)?"((?:[^"\\]|\\.)*)"\s*\)/u

/** Undefined for a line that is no field. */
export function readFieldLine(text: string, line: number): FieldLine | undefined {
  const [, name, type, unsupported, modifier, rest = ''] = pattern.exec(text) ?? []
  if (name === undefined || type === undefined) return undefined
  const attributes = withoutComment(rest)
  return {
    name,
    type,
    unsupported: type === 'Unsupported' ? (unsupported ?? '') : null,
    isList: modifier === '[]',
    isRequired: modifier !== '?',
    column: map.exec(attributes)?.[1]?.replace(/\\(.)/gu, '$1') ?? name,
    isIgnored: /(?<![@\w])@ignore\b/u.test(attributes.replace(/"(?:[^"\\]|\\.)*"/gu, '""')),
    line,
  }
}

/** A `//` inside a string literal is no comment. */
const withoutComment = (text: string): string => /^(?:"(?:[^"\\]|\\.)*"|(?!\/\/)[\s\S])*/u.exec(text)?.[0] ?? ''
