// Rows of the fixture's `Sample`: vectors of every type, the same ones every time.
import type { VectorType } from '@prisma-vectorizer/spec'

export const sampleColumns = { vector: 'dense_vector', halfvec: 'half', bit: 'bits', sparsevec: 'sparse' } as const
const sampleDimensions = { vector: 4, halfvec: 4, bit: 16, sparsevec: 40 } as const

export interface SampleRow {
  readonly kind: 'ESSAY' | 'NOTE'
  readonly number: number
  /** Undefined: NULL. */
  readonly vectors: Readonly<Record<VectorType, readonly number[] | undefined>>
}

/** Numbers that half precision holds too, so that an index in half precision ranks as the distance does. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (Math.round((state / 0x7fffffff) * 128) - 64) / 64
  }
}

/** A vector of the type; a third of a sparse one is not zero. */
export function randomVector(type: VectorType, next: () => number): number[] {
  const numbers = Array.from({ length: sampleDimensions[type] }, next)
  if (type === 'bit') return numbers.map((each) => (each > 0 ? 1 : 0))
  return type === 'sparsevec' ? numbers.map((each) => (next() > 1 / 3 ? each : 0)) : numbers
}

/** Every seventh row lacks each of the vectors. */
export function sampleRows(count: number): SampleRow[] {
  const next = randomNumbers(1)
  return Array.from({ length: count }, (_, index) => {
    const vector = (type: VectorType, place: number) => {
      const made = randomVector(type, next)
      return index % 7 === place ? undefined : made
    }
    return {
      kind: index % 2 ? 'NOTE' : 'ESSAY',
      number: index >> 1,
      vectors: {
        vector: vector('vector', 0),
        halfvec: vector('halfvec', 1),
        bit: vector('bit', 2),
        sparsevec: vector('sparsevec', 3),
      },
    }
  })
}

/** INSERT of the rows, in pgvector's text forms. */
export function insertSamples(rows: readonly SampleRow[]): string {
  const sparse = (vector: readonly number[]) =>
    `{${vector.flatMap((value, index) => (value === 0 ? [] : [`${index + 1}:${value}`])).join()}}/${vector.length}`
  const value = (vector: readonly number[] | undefined, write: (vector: readonly number[]) => string) =>
    vector ? `'${write(vector)}'` : 'NULL'
  const tuples = rows.map(({ kind, number, vectors }) =>
    [
      `'${kind}', ${number}, '${kind} ${number}'`,
      value(vectors.vector, JSON.stringify),
      value(vectors.halfvec, JSON.stringify),
      value(vectors.bit, (bits) => bits.join('')),
      value(vectors.sparsevec, sparse),
    ].join(', '),
  )
  const columns = '"kind", "sample_no", "label", "dense_vector", "half", "bits", "sparse"'
  return `INSERT INTO "samples" (${columns}) VALUES\n${tuples.map((each) => `(${each})`).join(',\n')}`
}
