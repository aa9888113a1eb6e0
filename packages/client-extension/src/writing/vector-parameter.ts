// A vector to be stored as a parameter: binary where the adapter can carry it, a third of the work of its text.
import {
  sparseVectorToText,
  type VectorSpec,
  vectorToBinary,
  vectorToBits,
  vectorToText,
} from '@prisma-vectorizer/spec'
import type { StoredValue, StoredVector } from './check-vector.ts'

type VectorKind = Pick<VectorSpec, 'type' | 'dimensions'>

/** The type that a parameter is read as; assigning it to the column casts `vector` to `halfvec`. */
export function parameterType({ type, dimensions }: VectorKind, list: boolean): string {
  // A list's text holds each vector in the form of its own type.
  if (list) return `${type}[]`
  if (type === 'vector' || type === 'halfvec') return 'vector'
  return `${type}(${dimensions})`
}

export function parameterValue(value: StoredValue, spec: VectorKind, format: 'binary' | 'text'): unknown {
  if (value === null) return null
  if (!isVector(value)) return listText(value, spec)
  const isDense = spec.type === 'vector' || spec.type === 'halfvec'
  return isDense && format === 'binary' ? vectorToBinary(value as number[]) : vectorText(value, spec)
}

/** An array literal, `{"[1,2]","[3,4]"}`: no adapter carries arrays of a type it does not know. */
function listText(vectors: readonly StoredVector[], spec: VectorKind): string {
  return `{${vectors.map((vector) => `"${vectorText(vector, spec)}"`).join()}}`
}

function vectorText(vector: StoredVector, { type, dimensions }: VectorKind): string {
  if (vector instanceof Map) return sparseVectorToText(vector, dimensions)
  const dense = vector as number[]
  return type === 'bit' ? vectorToBits(dense) : vectorToText(dense)
}

/** An array of numbers, a typed array or a Map; not an array of those. */
const isVector = (value: StoredVector | readonly StoredVector[]): value is StoredVector =>
  !Array.isArray(value) || typeof value[0] === 'number'
