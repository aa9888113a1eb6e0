// How a statement returns vectors, and how they are read from its answer.
import {
  type AnySpec,
  InternalError,
  readBits,
  readHalfVector,
  readSparseVector,
  readVector,
  readVectorText,
  type VectorType,
} from '@prisma-vectorizer/spec'
import type { ModelConnection } from '../prisma/connection.ts'

/** A vector as the application gets it: `Map` of a sparsevec, zeros and ones of bits, several where the field is a list. */
export type VectorValue = number[] | Map<number, number> | number[][] | Map<number, number>[]

export interface VectorReading<V> {
  /** The SQL expression `vector`, as it is to be selected. */
  select(vector: string): string
  read(value: unknown): V
}

/** The vectors of `spec`. */
export function vectorReading(spec: AnySpec, format: ModelConnection['vectorFormat']): VectorReading<VectorValue> {
  if (spec.kind === 'vector' && spec.list) return listReading(spec.type)
  return spec.type === 'sparsevec' || spec.type === 'bit'
    ? textReading<VectorValue>(readers[spec.type])
    : denseReading(spec.type, format)
}

/** An expression of type `vector` or `halfvec`. */
export function denseReading(
  type: 'vector' | 'halfvec',
  format: ModelConnection['vectorFormat'],
): VectorReading<number[]> {
  // Where bytes are carried as text anyway, as by PGlite, JSON.parse is the faster of the two.
  if (format === 'text') return textReading(readVectorText)
  const readBytes = type === 'vector' ? readVector : readHalfVector
  return {
    select: (vector) => `${type}_send(${vector})`,
    read(value) {
      if (value instanceof Uint8Array) return readBytes(value)
      throw unreadable(value)
    },
  }
}

/** From pgvector's text forms. */
export const readers = {
  vector: readVectorText,
  halfvec: readVectorText,
  sparsevec: readSparseVector,
  bit: readBits,
} as const

function textReading<V>(readText: (text: string) => V): VectorReading<V> {
  return { select: (vector) => `${vector}::text`, read: (value) => readText(asText(value)) }
}

/** As JSON: the text form of an array has quotes of its own. A list of Prisma has no NULL in it, so none is read. */
function listReading(type: VectorType): VectorReading<VectorValue> {
  const readText: (text: string) => number[] | Map<number, number> = readers[type]
  return {
    select: (vectors) => `to_json(array_remove(${vectors}::text[], null))::text`,
    read: (value) => (JSON.parse(asText(value)) as string[]).map(readText) as VectorValue,
  }
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  throw unreadable(value)
}

const unreadable = (value: unknown) => new InternalError(`a vector came back as ${typeof value}`)
