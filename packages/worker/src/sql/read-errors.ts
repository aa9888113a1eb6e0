// Lists the errors of one vectorizer, newest first, with what is to become of each.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { concerns } from './queue-errors.ts'

export interface ErrorRow {
  /** Each part of the key as text; none: the vectorizer as a whole. */
  readonly key: readonly string[]
  readonly step: string
  readonly code: string
  readonly message: string
  readonly count: number
  /** Milliseconds since the epoch. */
  readonly first_at: number
  readonly last_at: number
  readonly state: 'given up' | 'retrying' | 'resolved'
  /** Milliseconds since the epoch. Null unless the row waits for another attempt. */
  readonly next_attempt: number | null
}

export interface ErrorGroupRow {
  readonly step: string
  readonly code: string
  readonly state: ErrorRow['state']
  /** The latest of the group. */
  readonly message: string
  /** Different keys. */
  readonly keys: number
  /** Attempts that failed. */
  readonly count: number
  readonly whole: boolean
  readonly last_at: number
}

const milliseconds = (time: string) => `(extract(epoch FROM ${time}) * 1000)::float8`

/**
 * An error of the vectorizer as a whole is over when something was embedded since, or when nothing is left that could
 * meet it. Without the queue, which a vectorizer whose tables do not fit may lack, nothing can be said to be over.
 */
function states(vectorizer: Vectorizer | undefined): string {
  if (!vectorizer)
    return `SELECT noted.*, 'retrying' AS state, NULL::float8 AS next_attempt
  FROM ${vectorizerSchema}.error AS noted WHERE noted.vectorizer = $1`
  const { spec, queue } = vectorizer
  return `SELECT noted.*,
    CASE
      WHEN noted.key = '[]' THEN CASE
        WHEN EXISTS (SELECT FROM ${queue} WHERE failed_at IS NULL) AND NOT EXISTS (
          SELECT FROM ${vectorizerSchema}.progress
          WHERE progress.vectorizer = noted.vectorizer AND progress.last_success_at > noted.last_at
        ) THEN 'retrying' ELSE 'resolved' END
      WHEN queue.queued_at IS NULL THEN 'resolved'
      WHEN queue.failed_at IS NOT NULL THEN 'given up'
      ELSE 'retrying'
    END AS state,
    CASE WHEN queue.failed_at IS NULL AND queue.lease IS NULL THEN ${milliseconds('queue.not_before')} END AS next_attempt
  FROM ${vectorizerSchema}.error AS noted
  LEFT JOIN ${queue} AS queue ON ${concerns(spec)} AND queue.error IS NOT NULL
  WHERE noted.vectorizer = $1`
}

export interface ErrorFilter {
  /** In the registry. */
  readonly name: string
  /** Undefined where its queue cannot be asked. */
  readonly vectorizer: Vectorizer | undefined
  readonly states: readonly string[]
}

export function readErrors({ name, vectorizer, states: wanted }: ErrorFilter, limit: number): SqlQuery {
  return {
    text: `SELECT key, step, code, message, count, state, next_attempt,
  ${milliseconds('first_at')} AS first_at, ${milliseconds('last_at')} AS last_at
FROM (
  ${states(vectorizer)}
) AS noted
WHERE state = ANY ($2::text[])
ORDER BY noted.last_at DESC, item, step, code
LIMIT $3`,
    values: [name, wanted, limit],
  }
}

/** The same, counted by what went wrong. */
export function countErrors({ name, vectorizer, states: wanted }: ErrorFilter): SqlQuery {
  return {
    text: `SELECT step, code, state, key = '[]' AS whole, count(*)::float8 AS keys, sum(count)::float8 AS count,
  ${milliseconds('max(last_at)')} AS last_at, (array_agg(message ORDER BY last_at DESC))[1] AS message
FROM (
  ${states(vectorizer)}
) AS noted
WHERE state = ANY ($2::text[])
GROUP BY step, code, state, whole
ORDER BY count(*) DESC, max(last_at) DESC`,
    values: [name, wanted],
  }
}
