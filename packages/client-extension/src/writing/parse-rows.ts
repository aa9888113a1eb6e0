// Rows of vectors as the caller wrote them, every one of them checked before anything is written.
import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import { assertKnown, integer, objectOf } from '../arguments/argument-readers.ts'
import { keyFields, type Searchable, type SearchTarget } from '../find-similar/search-target.ts'
import { keyText, type RowKey } from '../scope/row-key.ts'
import { checkStored, described, type StoredValue } from './check-vector.ts'
import { chooseStore, type StoreKind } from './choose-store.ts'
import { isStorable, keyValue } from './key-value.ts'

/** One vector to be stored, and where. */
export interface StoredRow {
  readonly key: RowKey
  /** Of a store table only. */
  readonly chunkSeq: number
  readonly chunk: string
  readonly embedding: StoredValue
}

export interface ParsedRows {
  readonly search: Searchable
  readonly rows: readonly StoredRow[]
  readonly batchSize: number
}

const defaultBatch = 500
// All of a batch are one text on their way through Prisma.
const mostInBatch = 5000
const maxChunkSeq = 2 ** 31 - 1

/** `{ data, vectorizer?, batchSize? }`. Throws VZ301, VZ302, VZ305 and VZ306. */
export function parseRows(target: SearchTarget, args: unknown, kind: StoreKind, where: string): ParsedRows {
  const given = objectOf(args, where)
  for (const name of Object.keys(given)) assertKnown(name, ['data', 'vectorizer', 'batchSize'], where)
  const search = chooseStore(target, given['vectorizer'], kind, where)
  const what = 'It says how many rows go into one statement'
  const batchSize = integer(given['batchSize'], 'batchSize', [1, mostInBatch], where, what) ?? defaultBatch
  const { data } = given
  if (!Array.isArray(data)) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: \`data\` is ${data === undefined ? 'missing' : `${described(data)}, not an array`}.`,
      fix: `Write ${where.slice(where.indexOf('.') + 1)}({ data: [{ … }] }).`,
    })
  }
  const rows = data.map((row, index) => parseRow(row, search, kind, `${where}, data[${index}]`))
  assertDistinct(rows, kind, where)
  return { search, rows, batchSize }
}

function parseRow(row: unknown, search: Searchable, kind: StoreKind, where: string): StoredRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new VectorizerError('VZ306', { fact: `${where} is ${described(row)}, not an object.` })
  }
  const fields = keyFields(search)
  const given = row as Readonly<Record<string, unknown>>
  const known = [...fields.map(({ field }) => field), ...(kind === 'table' ? ['chunkSeq', 'chunk'] : []), 'embedding']
  for (const name of Object.keys(given)) if (!known.includes(name)) throw unknownProperty(name, known, where)
  const key = fields.map((field) => keyValue(given[field.field], field, where))
  const embedding =
    given['embedding'] === null && kind === 'column' ? null : checkStored(given['embedding'], search.spec, where)
  if (kind === 'column') return { key, chunkSeq: 0, chunk: '', embedding }
  const place = 'It is the place of the chunk in the text'
  const chunkSeq = integer(given['chunkSeq'], 'chunkSeq', [0, maxChunkSeq], where, place) ?? 0
  return { key, chunkSeq, chunk: parseChunk(given['chunk'], where), embedding }
}

function parseChunk(chunk: unknown, where: string): string {
  if (typeof chunk !== 'string') {
    throw new VectorizerError('VZ306', {
      fact: `${where}: \`chunk\` is ${chunk === undefined ? 'missing' : `${described(chunk)}, not a text`}.`,
      fix: 'Write the text that was embedded: searches return it.',
    })
  }
  if (isStorable(chunk)) return chunk
  throw new VectorizerError('VZ306', {
    fact: `${where}: \`chunk\` holds a NUL character or half a surrogate pair.`,
    why: 'PostgreSQL cannot store it in a text.',
    fix: "Remove it, e.g. chunk.replaceAll('\\0', '').",
  })
}

function unknownProperty(name: string, known: readonly string[], where: string): VectorizerError {
  const nearest = nearestName(name, known)
  return new VectorizerError('VZ306', {
    fact: `${where}: there is no property \`${name}\`.`,
    why: `It takes ${known.join(', ')}.`,
    fix: nearest ? `Did you mean \`${nearest}\`?` : 'Remove it.',
  })
}

function assertDistinct(rows: readonly StoredRow[], kind: StoreKind, where: string): void {
  const seen = new Map<string, number>()
  rows.forEach(({ key, chunkSeq }, index) => {
    const place = `${keyText(key)} ${chunkSeq}`
    const first = seen.get(place)
    if (first === undefined) {
      seen.set(place, index)
      return
    }
    throw new VectorizerError('VZ306', {
      fact: `${where}: data[${first}] and data[${index}] have the same key${kind === 'table' ? ` and \`chunkSeq\` ${chunkSeq}` : ''}.`,
      why: 'Only one of the two vectors could be stored.',
      fix: kind === 'table' ? 'Number the chunks of a row: chunkSeq 0, 1, 2, …' : 'Remove one of them.',
    })
  })
}
