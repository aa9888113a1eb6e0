// The chunks that rows have at the moment of the write, held until it ends.
import { quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { chunkHashSql } from './chunk-hash.ts'
import { type Key, keyArrays, keysMatch, unnestKeys } from './keys.ts'

export interface LockedChunk {
  /** Position of the row's key in the parameters, from 1. */
  readonly ordinal: number
  readonly id: string
  readonly sequence: number
  readonly hash: string
}

/**
 * `NOWAIT`: an application that edits the store itself may hold a chunk and wait for us at the queue; giving up at once
 * (55P03, tried again later) is better than a deadlock that could end the application's transaction.
 *
 * Look-ups by LATERAL, because a store has no statistics during its first backfill: a join is then planned as a scan of
 * the whole store, slower with every batch.
 */
export function lockChunks({ spec, store }: Vectorizer, keys: readonly Key[]): SqlQuery {
  const { embeddingUuid, chunkSeq } = storeColumns
  return {
    text: `SELECT wanted.ordinal::int AS ordinal, stored.id, stored.sequence, stored.hash
FROM ${unnestKeys(spec)}
CROSS JOIN LATERAL (
  SELECT store.${quoteIdentifier(embeddingUuid)}::text AS id, store.${quoteIdentifier(chunkSeq)} AS sequence, ${chunkHashSql} AS hash
  FROM ${store} AS store
  WHERE ${keysMatch(spec, 'store')}
  FOR UPDATE NOWAIT
) AS stored`,
    values: keyArrays(spec, keys),
  }
}
