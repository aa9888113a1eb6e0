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
  /** What `score` returns, for docs and hovers. */
  readonly scoreFormula: string
}

const dense = ['vector', 'halfvec', 'sparsevec'] as const
const reciprocal = (distance: number) => 1 / (1 + distance)

export const metrics: Readonly<Record<Distance, Metric>> = {
  cosine: {
    operator: '<=>',
    operatorClass: 'cosine_ops',
    sqlFunction: () => 'cosine_distance',
    types: dense,
    score: (distance) => 1 - distance,
    scoreFormula: '1 - distance (the cosine, -1..1)',
  },
  l2: {
    operator: '<->',
    operatorClass: 'l2_ops',
    sqlFunction: () => 'l2_distance',
    types: dense,
    score: reciprocal,
    scoreFormula: '1 / (1 + distance), 0..1',
  },
  ip: {
    operator: '<#>',
    operatorClass: 'ip_ops',
    sqlFunction: (type) => `${type}_negative_inner_product`,
    types: dense,
    score: (distance) => -distance,
    scoreFormula: '-distance (the inner product)',
  },
  l1: {
    operator: '<+>',
    operatorClass: 'l1_ops',
    sqlFunction: () => 'l1_distance',
    types: dense,
    score: reciprocal,
    scoreFormula: '1 / (1 + distance), 0..1',
  },
  hamming: {
    operator: '<~>',
    operatorClass: 'hamming_ops',
    sqlFunction: () => 'hamming_distance',
    types: ['bit'],
    score: reciprocal,
    scoreFormula: '1 / (1 + distance), 0..1',
  },
  jaccard: {
    operator: '<%>',
    operatorClass: 'jaccard_ops',
    sqlFunction: () => 'jaccard_distance',
    types: ['bit'],
    score: (distance) => 1 - distance,
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
