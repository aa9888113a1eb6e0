// Keys of rows as people write them.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { Key } from '../sql/keys.ts'
import type { Vectorizer } from '../vectorizer.ts'

/** A key of one part, or the parts of one. Dates as PostgreSQL writes them. */
export type RowKey = KeyPart | readonly KeyPart[]
type KeyPart = string | number | bigint

/** `7` → `['7']`, `["a","b"]` → `['a', 'b']`. Throws VZ524 for an array that holds anything but texts and numbers. */
export function parseKey(text: string): Key {
  const parts = asArray(text)
  if (parts === undefined) return [text]
  return parts.map((part) => {
    if (typeof part === 'string') return part
    if (typeof part !== 'number') throw malformed(text, 'A part of a key is a text or a number.')
    // JSON has no larger integers.
    if (!Number.isSafeInteger(part))
      throw malformed(text, 'Write large and broken numbers as text: ["9007199254740993"].')
    return String(part)
  })
}

function asArray(text: string): readonly unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Throws VZ524 for another number of parts than the vectorizer's source has. */
export function keyOf({ label, spec }: Vectorizer, key: RowKey): Key {
  const parts = (Array.isArray(key) ? (key as readonly KeyPart[]) : [key as KeyPart]).map(String)
  const fields = spec.source.key.map(({ field }) => field)
  if (parts.length === fields.length) return parts
  throw new VectorizerError('VZ524', {
    fact: `${label}: the key ${JSON.stringify(parts)} has ${parts.length === 1 ? '1 part' : `${parts.length} parts`}, and ${spec.source.model} has ${fields.length}: ${fields.join(', ')}.`,
    fix:
      fields.length === 1
        ? 'Write the key by itself: `--key 7`.'
        : `Write its parts as a JSON array: \`--key '[${fields.map(() => '"…"').join(', ')}]'\`.`,
  })
}

const malformed = (text: string, why: string) =>
  new VectorizerError('VZ524', {
    fact: `The key ${text} cannot be read.`,
    why,
    fix: 'Write a key of one part by itself, `--key 7`, and one of several as a JSON array: `--key \'["a", "b"]\'`.',
  })
