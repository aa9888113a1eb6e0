// The gate of the write: which of the claimed rows may be written, and holds them until the transaction ends.
import { quoteLiteral, type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { hidesRows } from './hides-rows.ts'
import { type Key, keyArrays, keysMatch, queueKeys, unnestKeys } from './keys.ts'

export interface LockRow {
  /** Position of the key in the parameters, from 1. */
  readonly ordinal: number
  /** `locked`: ours to write. `gone`: no such source row. `busy`: another transaction holds it right now. */
  readonly state: 'locked' | 'gone' | 'busy'
}

/**
 * Returns the rows that still carry `lease`; one that is missing was changed in flight (a change clears the lease).
 * Source before queue, and never waiting for either (`SKIP LOCKED`): the application locks in that order too, and
 * would meet us in a deadlock. `KEY SHARE` is what the store's foreign key would take anyway: the source row cannot be
 * deleted before we commit, but can be updated. Where the vector is a column of the source row itself we shall update
 * it, so we take what an UPDATE takes, `NO KEY UPDATE`: after a KEY SHARE we might find the row held by the application,
 * which waits for the queue row that we hold.
 *
 * A row that row-level security may hide is not taken for gone: security that was switched on since the registry was
 * read must not cost any embeddings.
 *
 * Nor is anything written by a spec that is no longer registered: a migration to another model has queued the rows again,
 * and the vectors at hand are the old one's. They wait until the worker has read the new spec.
 *
 * Also switches JIT off until the transaction ends: a store that was never analysed makes the planner expect so many
 * chunks to replace that PostgreSQL compiles the statement, 20 ms for one that runs 0.1 ms.
 */
export function lockRows(
  { name, registered, spec, source, queue }: Vectorizer,
  lease: string,
  keys: readonly Key[],
): SqlQuery {
  const leaseParameter = `$${spec.source.key.length + 1}`
  const [nameParameter, specParameter] = [2, 3].map((number) => `$${spec.source.key.length + number}`)
  const strength = spec.store.kind === 'column' ? 'NO KEY UPDATE' : 'KEY SHARE'
  // Without the coalesce the planner takes the lease for rare, expects one row, and joins the lists below by comparing each
  // row with every other: 6.8 ms instead of 1.9 for 200 keys.
  const isHeld = `${keysMatch(spec, 'queue')} AND coalesce(queue.lease = ${leaseParameter}::uuid, false)`
  return {
    text: `WITH wanted AS MATERIALIZED (
  SELECT * FROM ${unnestKeys(spec)}
), source_locked AS MATERIALIZED (
  SELECT wanted.ordinal
  FROM wanted
  JOIN ${source} AS source ON ${keysMatch(spec, 'source')}
  FOR ${strength} OF source SKIP LOCKED
), queue_locked AS MATERIALIZED (
  SELECT wanted.ordinal, source_locked.ordinal IS NOT NULL AS with_source
  FROM wanted
  LEFT JOIN source_locked USING (ordinal)
  JOIN ${queue} AS queue ON ${isHeld}
  FOR UPDATE OF queue SKIP LOCKED
), leased AS MATERIALIZED (
  SELECT wanted.ordinal, ${queueKeys(spec, 'wanted')}
  FROM wanted
  JOIN ${queue} AS queue ON ${isHeld}
  WHERE (SELECT set_config('jit', 'off', true)) IS NOT NULL
)
SELECT
  wanted.ordinal::int AS ordinal,
  CASE
    WHEN queue_locked.ordinal IS NULL THEN 'busy'
    WHEN NOT EXISTS (SELECT FROM ${vectorizerSchema}.vectorizer WHERE name = ${nameParameter} AND spec = ${specParameter}::jsonb) THEN 'busy'
    WHEN queue_locked.with_source THEN 'locked'
    WHEN EXISTS (SELECT FROM ${source} AS source WHERE ${keysMatch(spec, 'source')}) THEN 'busy'
    WHEN ${hidesRows(`${quoteLiteral(source)}::regclass`)} THEN 'busy'
    ELSE 'gone'
  END AS state
FROM leased AS wanted
LEFT JOIN queue_locked USING (ordinal)`,
    values: [...keyArrays(spec, keys), lease, name, registered],
  }
}
