// One row as the caller gives it, checked and written out: afterwards the caller may reuse its vector.
import {
  assertHalfVector,
  assertSparseVector,
  assertVector,
  isVectorInput,
  nearestName,
  type SparseVectorInput,
  sparseVector,
  storeFields,
  VectorizerError,
} from '@prisma-vectorizer/spec'
import { storable } from '../pipeline/storable-text.ts'
import { expectedKey, keyWriter, type WriteKey } from './key-text.ts'
import type { LoadTarget } from './load-target.ts'
import { denseValue, sparseValue, type WireValue } from './vector-form.ts'

export interface CheckedRow {
  /** Position among all rows, from 1. */
  readonly number: number
  /** Part by part, as PostgreSQL reads it. */
  readonly key: readonly string[]
  /** 0 in a column store, as is the empty chunk. */
  readonly chunkSeq: number
  readonly chunk: string
  /** One; in a list, as many as there are. */
  readonly vectors: readonly WireValue[]
}

export type ReadRow = (row: unknown, number: number) => CheckedRow

interface KeyField {
  readonly name: string
  readonly write: WriteKey
  readonly expected: string
}

/** The function throws VZ306 (a field that is missing, unknown or of another type), VZ301 and VZ302 (the vector). */
export function rowReader(target: LoadTarget): ReadRow {
  const { spec, label } = target
  const chunked = spec.store.kind === 'table'
  const key: readonly KeyField[] = spec.source.key.map((part) => ({
    name: chunked ? part.storeField : part.field,
    write: keyWriter(part),
    expected: expectedKey(part),
  }))
  const { chunkSeq, chunk, embedding } = storeFields
  const fields = [...key.map(({ name }) => name), ...(chunked ? [chunkSeq, chunk] : []), embedding]
  const known = new Set(fields)
  const readVectors = vectorReader(target)

  return (given, number) => {
    const where = `${label}, row ${number}`
    if (typeof given !== 'object' || given === null) throw invalid(where, `it is ${show(given)}, not an object`)
    const row = given as Readonly<Record<string, unknown>>
    for (const name in row) if (!known.has(name)) throw unknownField(where, name, fields)
    const written = key.map(({ name, write, expected }) => {
      const text = write(row[name])
      if (text === undefined) throw wrongType(where, name, row[name], expected)
      return text
    })
    return {
      number,
      key: written,
      chunkSeq: chunked ? readChunkSeq(row[chunkSeq], where) : 0,
      chunk: chunked ? readChunk(row[chunk], where) : '',
      vectors: readVectors(row[embedding], where),
    }
  }
}

function readChunkSeq(value: unknown, where: string): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 2_147_483_647) return value as number
  throw wrongType(where, storeFields.chunkSeq, value, 'a whole number from 0')
}

function readChunk(value: unknown, where: string): string {
  if (typeof value === 'string') return storable(value)
  throw wrongType(where, storeFields.chunk, value, 'a string')
}

function vectorReader({ spec, binary }: LoadTarget): (value: unknown, where: string) => WireValue[] {
  const { dimensions, type } = spec

  function readVector(vector: unknown, where: string): WireValue {
    if (vector instanceof Map && type === 'sparsevec') {
      assertSparseVector(vector as SparseVectorInput, dimensions, where)
      return sparseValue(vector as SparseVectorInput, dimensions, binary)
    }
    if (!isVectorInput(vector)) throw wrongType(where, storeFields.embedding, vector, expectedVector)
    assertVector(vector, dimensions, where)
    if (type === 'sparsevec') return sparseValue(sparseVector(vector, where), dimensions, binary)
    if (type === 'halfvec') assertHalfVector(vector, where)
    return denseValue(vector, type, binary)
  }

  const expectedVector = `an array of numbers${type === 'sparsevec' ? ', a typed array or a Map' : ' or a typed array'}`
  if (!(spec.kind === 'vector' && spec.list)) return (value, where) => [readVector(value, where)]
  return (value, where) => {
    if (!Array.isArray(value)) throw wrongType(where, storeFields.embedding, value, 'an array of vectors')
    return value.map((vector, place) => readVector(vector, `${where}, vector ${place}`))
  }
}

const invalid = (where: string, fact: string, fix?: string) =>
  new VectorizerError('VZ306', { fact: `${where}: ${fact}.`, fix })

function wrongType(where: string, name: string, value: unknown, expected: string): VectorizerError {
  const what = value === undefined ? `\`${name}\` is missing` : `\`${name}\` is ${show(value)}, not ${expected}`
  return invalid(where, what, value === undefined ? `Give it as ${expected}.` : undefined)
}

function unknownField(where: string, name: string, fields: readonly string[]): VectorizerError {
  const near = nearestName(name, fields)
  const advice = near === undefined ? '' : ` Did you mean \`${near}\`?`
  return invalid(where, `it has a field \`${name}\``, `A row has ${fields.join(', ')}, and nothing else.${advice}`)
}

/** Short: a row's text may be anything. */
function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 60 ? `a string of ${value.length} characters` : `'${value}'`
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value)
}
