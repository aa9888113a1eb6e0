// Counts a store: rows that have embeddings, and their chunks.
import { quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'

export interface StoreCounts {
  readonly embedded: number
  readonly chunks: number
}

/** Every embedded row has a chunk 0: counting those is one pass, where `count(DISTINCT key)` sorts. */
export function countStore({ store }: Vectorizer): SqlQuery {
  return {
    text: `SELECT
  (count(*) FILTER (WHERE ${quoteIdentifier(storeColumns.chunkSeq)} = 0))::float8 AS embedded,
  count(*)::float8 AS chunks
FROM ${store}`,
    values: [],
  }
}
