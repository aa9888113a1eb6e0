// Takes the oldest claimable rows of a queue under a lease: one short statement, commits at once.
import { queueKeyColumn, quoteIdentifier, type SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { queueKeys } from './keys.ts'

export interface ClaimRow {
  /** Each part of the key as text. */
  readonly key: readonly string[]
  readonly attempts: number
  readonly lost_leases: number
  readonly reembed: boolean
}

/**
 * Returns `key` (a JSON array of text, one per key part) and `attempts`, this one included. The order by an indexed
 * column matters: unordered claims scan the dead rows of earlier ones and become 2 to 3 times slower.
 *
 * The limit stands in a sub-select because of queues that were never analysed, as after the migration that fills one: the
 * planner then expects few rows to be due, and where it knows that most of those are wanted, sorts the whole queue for each
 * batch (20 ms at 50,000 rows) instead of reading 50 in the index's order (0.3 ms). The second limit tells it how many
 * rows it will update.
 *
 * Nobody waits for the claim to reach the disk (2 ms instead of 5): if the server crashes, it is as if it had not been made,
 * and what its worker writes finds no lease. The setting ends with the statement.
 *
 * Whatever ends a claim clears the lease. One that is still there, and has run out, is the only trace of a worker that
 * died: it is counted, so that a row that kills workers can be found (pipeline/quarantine.ts).
 */
export function claimRows(
  { spec, queue }: Vectorizer,
  { lease, limit, leaseSeconds }: { lease: string; limit: number; leaseSeconds: number },
): SqlQuery {
  const key = spec.source.key.map((_, part) => `queue.${quoteIdentifier(queueKeyColumn(spec, part))}::text`)
  const matches = spec.source.key.map((_, part) => {
    const column = quoteIdentifier(queueKeyColumn(spec, part))
    return `queue.${column} = due.${column}`
  })
  return {
    text: `WITH due AS MATERIALIZED (
  SELECT ${queueKeys(spec)}
  FROM ${queue}
  WHERE failed_at IS NULL AND not_before <= now()
  ORDER BY queued_at
  LIMIT (SELECT $1::bigint)
  FOR UPDATE SKIP LOCKED
)
UPDATE ${queue} AS queue
SET lease = $2::uuid, not_before = now() + make_interval(secs => $3), attempts = queue.attempts + 1,
  lost_leases = queue.lost_leases + (queue.lease IS NOT NULL)::int
FROM (SELECT * FROM due LIMIT $1::bigint) AS due
WHERE ${matches.join(' AND ')} AND (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL
RETURNING jsonb_build_array(${key.join(', ')}) AS key, queue.attempts, queue.lost_leases, queue.reembed`,
    values: [limit, lease, leaseSeconds],
  }
}
