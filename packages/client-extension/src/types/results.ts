// What `findSimilar` adds to the rows of `findMany`.

export interface Similar {
  /** Distance by the vectorizer's metric, smaller is nearer, computed in full precision. */
  readonly _distance: number
  /** Rises with similarity: 1 - distance for cosine, -distance for inner product, 1 / (1 + distance) for l2 and l1. */
  readonly _score: number
}

/** What a search of the parent adds: also the chunk that came nearest. */
export interface SimilarParent extends Similar {
  readonly _chunk: {
    /** The text that was embedded, template included. */
    readonly chunk: string
    /** Its place in the parent's text, from 0. */
    readonly chunkSeq: number
    /** Its row in the store. */
    readonly embeddingUuid: string
  }
}
