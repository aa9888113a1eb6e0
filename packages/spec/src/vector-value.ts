// number[] ⇄ pgvector's text and binary forms, with the checks pgvector would make later and less clearly.
import { VectorizerError } from './errors.ts'

/** What callers may pass where a vector is expected. */
export type VectorInput = readonly number[] | Float32Array | Float64Array

/** The elements of a vector that are not zero, by their 0-based index: what pgvector's own clients call a SparseVector. */
export type SparseVectorInput = ReadonlyMap<number, number>

/** pgvector 0.8's `SPARSEVEC_MAX_NNZ`. */
const maxNonZero = 16_000

/**
 * Throws VZ301 (length) or VZ302 (NaN, infinite) unless `vector` has exactly `dimensions` finite numbers.
 * `where` names what is being checked in the message, e.g. `BlogPost.findSimilar`.
 */
export function assertVector(vector: VectorInput, dimensions: number, where: string): void {
  if (vector.length !== dimensions) {
    throw new VectorizerError('VZ301', {
      fact: `${where}: the vector has ${vector.length} dimensions, the store has ${dimensions}.`,
      why: 'Distances exist only between vectors of one length.',
      fix: `Embed with the model the vectorizer uses, or with its \`dimensions\` option set to ${dimensions}.`,
    })
  }
  for (let index = 0; index < vector.length; index++) {
    assertFinite(vector[index], index, where)
  }
}

/**
 * Throws VZ306 (an index that is none, or more elements than pgvector takes), VZ301 (an index beyond `dimensions`) or
 * VZ302 (NaN, infinite).
 */
export function assertSparseVector(vector: SparseVectorInput, dimensions: number, where: string): void {
  for (const [index, value] of vector) {
    if (!Number.isInteger(index) || index < 0) {
      throw new VectorizerError('VZ306', {
        fact: `${where}: the sparse vector has an element at ${String(index)}, which is no index.`,
        why: 'Its keys are places in the vector, whole numbers from 0.',
      })
    }
    if (index >= dimensions) {
      throw new VectorizerError('VZ301', {
        fact: `${where}: the sparse vector has an element at index ${index}, the store has ${dimensions} dimensions.`,
        why: 'Indexes count from 0.',
        fix: `Use indexes from 0 to ${dimensions - 1}.`,
      })
    }
    assertFinite(value, index, where)
  }
  const nonZero = countNonZero(vector.values())
  if (nonZero > maxNonZero) throw tooManyNonZero(nonZero, where)
}

/** The elements of a vector that are not zero. Throws VZ306 where they are more than pgvector takes. */
export function sparseVector(vector: VectorInput, where: string): SparseVectorInput {
  const nonZero = countNonZero(vector)
  if (nonZero > maxNonZero) throw tooManyNonZero(nonZero, where)
  const elements = new Map<number, number>()
  vector.forEach((value, index) => {
    if (!isZero(value)) elements.set(index, value)
  })
  return elements
}

/** Throws VZ306 where every element is zero: the cosine distance to a vector without direction is NaN for every row. */
export function assertDirection(values: Iterable<number>, where: string): void {
  for (const value of values) if (!isZero(value)) return
  throw new VectorizerError('VZ306', {
    fact: `${where}: every element of the vector is zero.`,
    why: 'The cosine distance to a vector without direction is not a number.',
    fix: 'Check what produced the vector.',
  })
}

/** What callers pass for a dense vector. */
export const isVectorInput = (value: unknown): value is VectorInput =>
  Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array

// From here on half precision rounds to infinity; what is smaller, to 65,504 at most.
const beyondHalf = 65_520

export const exceedsHalfPrecision = (value: number): boolean => Math.abs(value) >= beyondHalf

/** Throws VZ302 where an element is more than a halfvec, or an index in half precision, can hold. */
export function assertHalfVector(vector: VectorInput, where: string): void {
  for (let index = 0; index < vector.length; index++) {
    if (!exceedsHalfPrecision(vector[index] as number)) continue
    throw new VectorizerError('VZ302', {
      fact: `${where}: element ${index} of the vector is ${vector[index]}, more than half precision can hold.`,
      why: 'It holds numbers from -65504 to 65504.',
      fix: 'Check what produced the vector; embeddings are rarely larger than 1.',
    })
  }
}

function assertFinite(value: unknown, index: number, where: string): void {
  // Beyond float4's range pgvector would store infinity, so "finite" means finite as float4.
  if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return
  throw new VectorizerError('VZ302', {
    fact: `${where}: element ${index} of the vector is ${String(value)}, not a finite number.`,
    why: 'pgvector stores finite 4-byte floats only.',
    fix: 'Check what produced the vector; a model that returns NaN has usually failed.',
  })
}

/** As float4, which is what pgvector stores. */
const isZero = (value: number): boolean => Math.fround(value) === 0

function countNonZero(values: Iterable<number>): number {
  let count = 0
  for (const value of values) if (!isZero(value)) count++
  return count
}

function tooManyNonZero(count: number, where: string): VectorizerError {
  return new VectorizerError('VZ306', {
    fact: `${where}: ${count} elements of the vector are not zero.`,
    why: `A sparsevec of pgvector holds at most ${maxNonZero} of them.`,
    fix: 'Keep those with the largest weights.',
  })
}

/** pgvector's text form, `[1,2,3]`. `JSON.stringify` is 2 × faster than `join` at 768 dimensions. */
export function vectorToText(vector: VectorInput): string {
  return JSON.stringify(Array.isArray(vector) ? vector : Array.from(vector as Float32Array))
}

/** pgvector's text form of a sparsevec, `{1:0.5,7:2}/8`: its indexes count from 1. */
export function sparseVectorToText(vector: SparseVectorInput, dimensions: number): string {
  const elements = [...vector].filter(([, value]) => !isZero(value)).sort(([a], [b]) => a - b)
  return `{${elements.map(([index, value]) => `${index + 1}:${value}`).join()}}/${dimensions}`
}

/** A bit string, as pgvector's `binary_quantize` makes it: 1 where a number is greater than 0. */
export function vectorToBits(vector: VectorInput): string {
  let bits = ''
  // As float4: what rounds to 0 is not greater than 0.
  for (let index = 0; index < vector.length; index++) bits += Math.fround(vector[index] as number) > 0 ? '1' : '0'
  return bits
}

/**
 * pgvector's binary form: int16 dimensions, int16 0, then big-endian float4s. Passing it costs 0.2 to 0.5 × the text
 * form. `pg` sends a Buffer in binary format; PGlite's own `query()` does not take it.
 */
export function vectorToBinary(vector: VectorInput): Uint8Array {
  const bytes = new Uint8Array(4 + vector.length * 4)
  writeVector(new DataView(bytes.buffer), 0, vector)
  return bytes
}

/** Writes the binary form at `offset` and returns the offset behind it. */
export function writeVector(view: DataView, offset: number, vector: VectorInput): number {
  view.setInt16(offset, vector.length)
  view.setInt16(offset + 2, 0)
  let at = offset + 4
  for (let index = 0; index < vector.length; index++, at += 4) view.setFloat32(at, vector[index] as number)
  return at
}
