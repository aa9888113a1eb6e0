// What a search adds to the rows of `findMany`.

export interface Similar {
  /** Distance by the vectorizer's metric, smaller is nearer, computed in full precision. */
  readonly _distance: number
  /**
   * Rises with similarity: 1 - distance for cosine and jaccard, -distance for inner product, 1 / (1 + distance) for l2,
   * l1 and hamming. With `mode: 'hybrid'` the sum of both rankings, with `'keyword'` PostgreSQL's `ts_rank_cd`.
   */
  readonly _score: number
}

/** What a search of the parent through a store table adds: also the chunk that came nearest. */
export interface SimilarParent extends Similar {
  readonly _chunk: SimilarChunk
}

export interface SimilarChunk {
  /** The text that was embedded, template included. */
  readonly chunk: string
  /** Its place in the parent's text, from 0. */
  readonly chunkSeq: number
  /** Its row in the store. */
  readonly embeddingUuid: string
}

// What an argument changes of that. Plain searches, the most of them, never get here: see `Added`.
type Detail = { readonly mode: unknown } | { readonly chunks: unknown } | { readonly embedding: unknown }

type Ranked<A> = A extends { readonly mode: 'keyword' }
  ? Omit<Similar, '_distance'> & { readonly _distance: null }
  : Similar

type WithVector<A, Vector> = A extends { readonly embedding: true } ? { readonly embedding: Vector } : unknown

/** Chunks that come with each row, nearest first; in a search by words those that have the words. */
type Attached<A, Vector> = A extends { readonly chunks: number }
  ? { readonly _chunks: readonly (SimilarChunk & Ranked<A> & WithVector<A, Vector>)[] }
  : unknown

type DetailedParent<A, Vector> = Ranked<A> & { readonly _chunk: SimilarChunk & WithVector<A, Vector> } & Attached<
    A,
    Vector
  >

type DetailedRow<A, Vector> = Ranked<A> &
  (A extends { readonly embedding: true } ? { readonly _embedding: Vector } : unknown)

export type AddedToParent<A, Vector> = A extends Detail ? DetailedParent<A, Vector> : SimilarParent
export type AddedToRow<A, Vector> = A extends Detail ? DetailedRow<A, Vector> : Similar

/**
 * What a search of a model adds: the chunk where `Chunked` names what is searched, none where `Own`, vectors of the
 * model itself, does. Where the model has both, the arguments `A` decide by their `vectorizer`.
 */
export type Added<Chunked extends string, Own extends string, A, Vector> = [Own] extends [never]
  ? AddedToParent<A, Vector>
  : [Chunked] extends [never]
    ? AddedToRow<A, Vector>
    : A extends { readonly vectorizer: Chunked }
      ? AddedToParent<A, Vector>
      : A extends { readonly vectorizer: Own }
        ? AddedToRow<A, Vector>
        : AddedToRow<A, Vector> & Partial<AddedToParent<A, Vector>>
