// Puts rows that failed back to the queue, as if they had never been tried.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keysMatch, queueKeys, unnestKeys } from './keys.ts'
import { concerns } from './queue-errors.ts'

export interface RetryFilter {
  /** Undefined: any. */
  readonly keys: readonly Key[] | undefined
  readonly step: string | undefined
  readonly code: string | undefined
}

/**
 * Rows given up, rows that failed and wait for another attempt, and rows that rest after an outage. Not those a worker
 * holds: it would embed them for nothing. Locked ones are left out rather than waited for: they are being changed, which
 * revives them too, and the application may hold one row and want another. Returns `rows`, their number.
 */
export function retryRows({ spec, queue, name }: Vectorizer, { keys, step, code }: RetryFilter): SqlQuery {
  const values: unknown[] = keys ? keyArrays(spec, keys) : []
  const parameter = (value: unknown) => `$${values.push(value)}::text`
  const noted =
    step === undefined && code === undefined
      ? ''
      : `
    AND EXISTS (
      SELECT FROM ${vectorizerSchema}.error AS noted
      WHERE noted.vectorizer = ${parameter(name)} AND ${concerns(spec)}${step === undefined ? '' : ` AND noted.step = ${parameter(step)}`}${code === undefined ? '' : ` AND noted.code = ${parameter(code)}`}
    )`
  const same = keysMatch(spec, 'queue', 'chosen')
  return {
    text: `WITH chosen AS MATERIALIZED (
  SELECT ${queueKeys(spec, 'queue')}
  FROM ${queue} AS queue
  WHERE (queue.failed_at IS NOT NULL OR queue.error IS NOT NULL OR queue.not_before > now())
    AND (queue.lease IS NULL OR queue.not_before <= now())${keys ? `\n    AND EXISTS (SELECT FROM ${unnestKeys(spec)} WHERE ${keysMatch(spec, 'queue')})` : ''}${noted}
  FOR UPDATE OF queue SKIP LOCKED
), retried AS (
  UPDATE ${queue} AS queue
  SET failed_at = NULL, error = NULL, attempts = 0, lost_leases = 0, lease = NULL, not_before = '-infinity'
  FROM chosen
  WHERE ${same}
  RETURNING 1
)
SELECT count(*)::float8 AS rows FROM retried`,
    values,
  }
}
