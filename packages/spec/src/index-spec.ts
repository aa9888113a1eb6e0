// The approximate index over a column of vectors: its kinds, limits, and how its expression is spelled. The index and
// every query that shall use it must spell the same.
import { type Distance, metrics, type VectorType } from './metric.ts'
import type { VectorSpec } from './vectorizer-spec.ts'

/** What an index has whatever its kind. */
interface IndexUpkeep {
  /**
   * Vectors there must be before the index is built, 1..2147483647: by the worker or by `prisma-vectorizer index`, without
   * blocking writes. Null, or absent in what an earlier version wrote: the migration builds it at once. No part of what the
   * index is: see `indexDefinition`.
   */
  readonly minRows?: number | null | undefined
}

export type IndexSpec =
  | (IndexUpkeep & {
      readonly kind: 'hnsw'
      /** Links per node, 2..100; pgvector's default is 16. */
      readonly m: number
      /** Candidates kept while building, 4..1000, at least 2 × m; pgvector's default is 64. */
      readonly efConstruction: number
      /**
       * Index `(embedding::halfvec(N))`: half the size at the same recall, and invisible to Prisma Migrate. Only for
       * vectors of type `vector`.
       */
      readonly halfvec: boolean
      /**
       * Index `(binary_quantize(embedding)::bit(N))`, one bit per dimension: 6 to 10 % of the size. Searched by Hamming
       * distance; what is found must be re-ranked by the vectors themselves. Only for vectors of type `vector` or
       * `halfvec` compared by cosine, and not together with `halfvec`.
       */
      readonly bit: boolean
    })
  | (IndexUpkeep & {
      readonly kind: 'ivfflat'
      /** Clusters, 1..32768; pgvector's default is 100. */
      readonly lists: number
      readonly halfvec: boolean
    })
  | (IndexUpkeep & {
      /** StreamingDiskANN of the extension pgvectorscale. Null leaves a parameter to its default. */
      readonly kind: 'diskann'
      readonly storageLayout: 'memory_optimized' | 'plain' | null
      readonly numNeighbors: number | null
      readonly searchListSize: number | null
      readonly maxAlpha: number | null
      readonly numDimensions: number | null
      readonly numBitsPerDimension: number | null
    })
  | { readonly kind: 'none' }

export type IndexMethod = Exclude<IndexSpec['kind'], 'none'>

/** pgvector's own parameters: recall@10 0.993 at ef_search 100 on 100k × 768; 16/128 gains 0.003 for 1.8 × the build. */
export const defaultIndex = {
  kind: 'hnsw',
  m: 16,
  efConstruction: 64,
  halfvec: true,
  bit: false,
  minRows: null,
} as const satisfies IndexSpec

/**
 * What each access method can index: for each type the distances, and the most dimensions (Infinity: no limit of its
 * own). Source: pgvector 0.8's operator classes and page size, pgvectorscale 0.7.
 */
export const indexMethods: Readonly<
  Record<
    IndexMethod,
    Partial<Record<VectorType, { readonly maxDimensions: number; readonly distances: readonly Distance[] }>>
  >
> = {
  hnsw: {
    vector: { maxDimensions: 2_000, distances: ['cosine', 'l2', 'ip', 'l1'] },
    halfvec: { maxDimensions: 4_000, distances: ['cosine', 'l2', 'ip', 'l1'] },
    bit: { maxDimensions: 64_000, distances: ['hamming', 'jaccard'] },
    // Limited to 1000 elements that are not zero, which no schema can know.
    sparsevec: { maxDimensions: Number.POSITIVE_INFINITY, distances: ['cosine', 'l2', 'ip', 'l1'] },
  },
  ivfflat: {
    vector: { maxDimensions: 2_000, distances: ['cosine', 'l2', 'ip'] },
    halfvec: { maxDimensions: 4_000, distances: ['cosine', 'l2', 'ip'] },
    bit: { maxDimensions: 64_000, distances: ['hamming'] },
  },
  diskann: {
    vector: { maxDimensions: 16_000, distances: ['cosine', 'l2', 'ip'] },
  },
}

/** Vectors without which no index is built; null: no matter how many there are. */
export const minRowsOf = (index: IndexSpec): number | null => (index.kind === 'none' ? null : (index.minRows ?? null))

/** What the index is, whoever builds it when: two specs that agree in it need no other index. */
export function indexDefinition(index: IndexSpec) {
  if (index.kind === 'none') return index
  const { minRows: _minRows, ...definition } = index
  return definition
}

type Indexed = Pick<VectorSpec, 'index' | 'type' | 'dimensions' | 'distance'>

/** Whether the index is over half-precision copies, an expression, which Prisma Migrate does not see. */
export const indexesHalfvec = ({ index, type }: Pick<Indexed, 'index' | 'type'>): boolean =>
  type === 'vector' && 'halfvec' in index && index.halfvec

/** Whether the index is over one bit per dimension, an expression, which Prisma Migrate does not see. */
export const indexesBits = ({ index, type }: Pick<Indexed, 'index' | 'type'>): boolean =>
  (type === 'vector' || type === 'halfvec') && 'bit' in index && index.bit

/**
 * Whether the index is over the plain column: Prisma Migrate sees that, and drops it unless the model declares
 * `@@index([field], map: "…")`.
 */
export const isDeclaredIndex = (spec: Pick<Indexed, 'index' | 'type'>): boolean =>
  spec.index.kind !== 'none' && !indexesHalfvec(spec) && !indexesBits(spec)

/** The type whose operator class the index has. */
export const indexedType = (spec: Pick<Indexed, 'index' | 'type'>): VectorType =>
  indexesBits(spec) ? 'bit' : indexesHalfvec(spec) ? 'halfvec' : spec.type

/** The distance the index is searched by: the spec's, or `hamming` of bits, by which candidates are found. */
export const indexedDistance = (spec: Pick<Indexed, 'index' | 'type' | 'distance'>): Distance =>
  indexesBits(spec) ? 'hamming' : spec.distance

/** `halfvec_cosine_ops`, `bit_hamming_ops`. */
export const operatorClass = (spec: Pick<Indexed, 'index' | 'type' | 'distance'>): string =>
  `${indexedType(spec)}_${metrics[indexedDistance(spec)].operatorClass}`

/** What is indexed, of the quoted column `column`: itself, `column::halfvec(N)` or `binary_quantize(column)::bit(N)`. */
export function indexedExpression(spec: Pick<Indexed, 'index' | 'type' | 'dimensions'>, column: string): string {
  if (indexesBits(spec)) return `binary_quantize(${column})::bit(${spec.dimensions})`
  return indexesHalfvec(spec) ? `${column}::halfvec(${spec.dimensions})` : column
}
