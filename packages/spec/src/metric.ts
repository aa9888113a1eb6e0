// Every fact about a distance, once: this is the only place an operator such as `<=>` is spelled.

export type Distance = 'cosine' | 'l2' | 'ip' | 'l1' | 'hamming' | 'jaccard'
export type VectorType = 'vector' | 'halfvec' | 'bit' | 'sparsevec'

export interface Metric {
  /** pgvector's distance operator; smaller is nearer for all six, inner product included (`<#>` is its negative). */
  readonly operator: string
  /** Operator class suffix: `vector` + `_cosine_ops`. */
  readonly operatorClass: string
  /** The function behind the operator, for documentation and `$queryRaw`; pgvector names one of them by type. */
  readonly sqlFunction: (type: VectorType) => string
  readonly types: readonly VectorType[]
  /** Distance to a score that rises with similarity. */
  readonly score: (distance: number) => number
  /**
   * The other way round, for a threshold: the greatest distance with at least this score, so that `distance <=
   * distanceOf(s)` says exactly what `score(distance) >= s` says. Infinity: every distance has it; -Infinity: none.
   */
  readonly distanceOf: (score: number) => number
  /** What `score` returns, for docs and hovers. */
  readonly scoreFormula: string
}

const dense = ['vector', 'halfvec', 'sparsevec'] as const
const complement = (distance: number) => 1 - distance
const reciprocal = (distance: number) => 1 / (1 + distance)

/**
 * Inverts a score that falls as the distance rises from 0. Not by its formula: 1 - (1 - 0.1) is less than 0.1, and a row
 * would not pass its own score.
 */
function greatestDistance(score: (distance: number) => number): (wanted: number) => number {
  return (wanted) => {
    if (!(score(0) >= wanted)) return Number.NEGATIVE_INFINITY
    if (score(Number.POSITIVE_INFINITY) >= wanted) return Number.POSITIVE_INFINITY
    // Doubles from 0 up are ordered as their bits are: 64 halvings end at the last one that scores enough.
    let enough = 0n
    let tooFar = bitsOf(Number.POSITIVE_INFINITY)
    while (tooFar - enough > 1n) {
      const middle = (enough + tooFar) / 2n
      if (score(fromBits(middle)) >= wanted) enough = middle
      else tooFar = middle
    }
    return fromBits(enough)
  }
}

const scratch = new DataView(new ArrayBuffer(8))

function bitsOf(value: number): bigint {
  scratch.setFloat64(0, value)
  return scratch.getBigInt64(0)
}

function fromBits(bits: bigint): number {
  scratch.setBigInt64(0, bits)
  return scratch.getFloat64(0)
}

const fromComplement = greatestDistance(complement)
const fromReciprocal = greatestDistance(reciprocal)

export const metrics: Readonly<Record<Distance, Metric>> = {
  cosine: {
    operator: '<=>',
    operatorClass: 'cosine_ops',
    sqlFunction: () => 'cosine_distance',
    types: dense,
    score: complement,
    distanceOf: fromComplement,
    scoreFormula: '1 - distance (the cosine, -1..1)',
  },
  l2: {
    operator: '<->',
    operatorClass: 'l2_ops',
    sqlFunction: () => 'l2_distance',
    types: dense,
    score: reciprocal,
    distanceOf: fromReciprocal,
    scoreFormula: '1 / (1 + distance), 0..1',
  },
  ip: {
    operator: '<#>',
    operatorClass: 'ip_ops',
    sqlFunction: (type) => `${type}_negative_inner_product`,
    types: dense,
    score: (distance) => -distance,
    distanceOf: (score) => -score,
    scoreFormula: '-distance (the inner product)',
  },
  l1: {
    operator: '<+>',
    operatorClass: 'l1_ops',
    sqlFunction: () => 'l1_distance',
    types: dense,
    score: reciprocal,
    distanceOf: fromReciprocal,
    scoreFormula: '1 / (1 + distance), 0..1',
  },
  hamming: {
    operator: '<~>',
    operatorClass: 'hamming_ops',
    sqlFunction: () => 'hamming_distance',
    types: ['bit'],
    score: reciprocal,
    distanceOf: fromReciprocal,
    scoreFormula: '1 / (1 + distance), 0..1',
  },
  jaccard: {
    operator: '<%>',
    operatorClass: 'jaccard_ops',
    sqlFunction: () => 'jaccard_distance',
    types: ['bit'],
    score: complement,
    distanceOf: fromComplement,
    scoreFormula: '1 - distance, 0..1',
  },
}

/** Most dimensions a type can be stored with (pgvector 0.8). What can be indexed depends on the method: index-spec.ts. */
export const vectorTypes: Readonly<Record<VectorType, { readonly maxDimensions: number }>> = {
  vector: { maxDimensions: 16_000 },
  halfvec: { maxDimensions: 16_000 },
  // A bit string may be longer (83 million), but is not indexed beyond.
  bit: { maxDimensions: 64_000 },
  sparsevec: { maxDimensions: 1_000_000_000 },
}
