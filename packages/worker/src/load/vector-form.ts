// A checked vector in the form it travels in: binary where the driver takes that, else text.
import {
  type SparseVectorInput,
  sparseVectorToText,
  type VectorInput,
  type VectorType,
  vectorToBinary,
  vectorToBits,
  vectorToText,
} from '@prisma-vectorizer/spec'
import { builtInTypes } from './binary-array.ts'

/** A value as a driver takes it: in PostgreSQL's binary form, or as text. */
export type WireValue = Uint8Array | string

/** pgvector's types, which have another oid in every database. */
export interface VectorOids {
  readonly vector: number
  readonly sparsevec: number
}

/**
 * The type that vectors of `type` are sent as; storing them casts. `halfvec` travels as `vector`, whose cast is quicker
 * than making half floats here. `bit` as `varbit`: `bit[]` means `bit(1)[]`.
 */
export const wireTypes = {
  vector: 'vector',
  halfvec: 'vector',
  sparsevec: 'sparsevec',
  bit: 'varbit',
} as const satisfies Readonly<Record<VectorType, string>>

export function wireOid(type: VectorType, oids: VectorOids): number {
  const wire = wireTypes[type]
  return wire === 'varbit' ? builtInTypes.varbit : oids[wire]
}

/** Numbers, for `vector`, `halfvec`, and for `bit`, where those greater than 0 are ones. */
export function denseValue(vector: VectorInput, type: VectorType, binary: boolean): WireValue {
  if (type === 'bit') return binary ? bitsToBinary(vector) : vectorToBits(vector)
  return binary ? vectorToBinary(vector) : vectorToText(vector)
}

export const sparseValue = (vector: SparseVectorInput, dimensions: number, binary: boolean): WireValue =>
  binary ? sparseVectorToBinary(vector, dimensions) : sparseVectorToText(vector, dimensions)

/** int32 count of bits, then eight to a byte, the first in the highest. */
function bitsToBinary(vector: VectorInput): Uint8Array {
  const bytes = Buffer.alloc(4 + Math.ceil(vector.length / 8))
  bytes.writeInt32BE(vector.length)
  for (let index = 0; index < vector.length; index++) {
    // As float4: what rounds to 0 is not greater than 0.
    if (Math.fround(vector[index] as number) <= 0) continue
    const at = 4 + (index >> 3)
    bytes[at] = (bytes[at] as number) | (128 >> (index & 7))
  }
  return bytes
}

/** int32 dimensions, count, 0; then the indexes from 0, ascending, and their float4 values, none of them 0. */
function sparseVectorToBinary(vector: SparseVectorInput, dimensions: number): Uint8Array {
  const elements = [...vector].filter(([, value]) => Math.fround(value) !== 0).sort(([a], [b]) => a - b)
  const bytes = Buffer.alloc(12 + elements.length * 8)
  bytes.writeInt32BE(dimensions, 0)
  bytes.writeInt32BE(elements.length, 4)
  for (const [place, [index, value]] of elements.entries()) {
    bytes.writeInt32BE(index, 12 + place * 4)
    bytes.writeFloatBE(value, 12 + (elements.length + place) * 4)
  }
  return bytes
}
