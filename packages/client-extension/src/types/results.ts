// What `findSimilar` adds to the rows of `findMany`.

export interface Similar {
  /** Distance by the vectorizer's metric, smaller is nearer, computed in full precision. */
  readonly _distance: number
  /**
   * Rises with similarity: 1 - distance for cosine and jaccard, -distance for inner product, 1 / (1 + distance) for l2,
   * l1 and hamming.
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

/**
 * What a search of a model adds: the chunk where `Chunked` names what is searched, none where `Own`, vectors of the
 * model itself, does. Where the model has both, the arguments `A` decide by their `vectorizer`.
 */
export type Added<Chunked extends string, Own extends string, A> = [Own] extends [never]
  ? SimilarParent
  : [Chunked] extends [never]
    ? Similar
    : A extends { readonly vectorizer: Chunked }
      ? SimilarParent
      : A extends { readonly vectorizer: Own }
        ? Similar
        : Similar & Partial<SimilarParent>
