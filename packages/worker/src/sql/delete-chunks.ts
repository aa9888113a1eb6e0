// Removes chunks. Only after lockChunks, which holds them.
import { quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'

export function deleteChunks({ store }: Vectorizer, ids: readonly string[]): SqlQuery {
  return {
    text: `DELETE FROM ${store} WHERE ${quoteIdentifier(storeColumns.embeddingUuid)} = ANY ($1::uuid[])`,
    values: [ids],
  }
}
