// Counts a store: rows that have embeddings, and their chunks.
import { quoteIdentifier, type SqlQuery, storeColumns, vectorColumn } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'

export interface StoreCounts {
  readonly embedded: number
  readonly chunks: number
}

/** Every embedded row has a chunk 0: counting those is one pass, where `count(DISTINCT key)` sorts. */
export function countStore({ spec, store }: Vectorizer): SqlQuery {
  const [embedded, chunks] =
    spec.store.kind === 'column'
      ? Array<string>(2).fill(`count(${quoteIdentifier(vectorColumn(spec.store))})`)
      : [`(count(*) FILTER (WHERE ${quoteIdentifier(storeColumns.chunkSeq)} = 0))`, 'count(*)']
  return { text: `SELECT ${embedded}::float8 AS embedded, ${chunks}::float8 AS chunks FROM ${store}`, values: [] }
}
