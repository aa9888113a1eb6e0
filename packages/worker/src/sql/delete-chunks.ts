// Removes what the store holds for the keys.
import { quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keysMatch, unnestKeys } from './keys.ts'

/**
 * `NOWAIT`: an application that edits the store itself may hold a chunk and wait for us at the queue; giving up at once
 * (55P03, tried again later) is better than a deadlock that could end the application's transaction.
 *
 * Look-ups by LATERAL and by array, because a store has no statistics during its first backfill: a join is then planned
 * as a scan of the whole store, slower with every batch.
 */
export function deleteChunks({ spec, store }: Vectorizer, keys: readonly Key[]): SqlQuery {
  const id = quoteIdentifier(storeColumns.embeddingUuid)
  return {
    text: `DELETE FROM ${store}
WHERE ${id} = ANY (ARRAY(
  SELECT replaced.${id}
  FROM ${unnestKeys(spec)}
  CROSS JOIN LATERAL (
    SELECT store.${id} FROM ${store} AS store WHERE ${keysMatch(spec, 'store')} FOR UPDATE NOWAIT
  ) AS replaced
))`,
    values: keyArrays(spec, keys),
  }
}
