// Gives chunks another place in their document; their rows, and so their vectors, stay. Only after lockChunks.
import { quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'

/** `sequences` has one per id. No two of them, nor one and a chunk that stays, may meet on the way (unique key). */
export function moveChunks({ store }: Vectorizer, ids: readonly string[], sequences: readonly number[]): SqlQuery {
  const [id, sequence] = [storeColumns.embeddingUuid, storeColumns.chunkSeq].map(quoteIdentifier)
  return {
    text: `UPDATE ${store} AS store
SET ${sequence} = moved.sequence
FROM unnest($1::uuid[], $2::int[]) AS moved (id, sequence)
WHERE store.${id} = moved.id`,
    values: [ids, sequences],
  }
}
