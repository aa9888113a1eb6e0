// Counts a queue: what waits, what is being worked on, what was given up.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'

export interface QueueCounts {
  readonly pending: number
  readonly in_flight: number
  readonly failed: number
  /** Rows that failed before and will be tried again. */
  readonly retrying: number
  readonly oldest_pending_seconds: number | null
}

export function countQueue({ queue }: Vectorizer): SqlQuery {
  return {
    text: `SELECT
  (count(*) FILTER (WHERE failed_at IS NULL))::float8 AS pending,
  (count(*) FILTER (WHERE failed_at IS NULL AND lease IS NOT NULL AND not_before > now()))::float8 AS in_flight,
  (count(*) FILTER (WHERE failed_at IS NOT NULL))::float8 AS failed,
  (count(*) FILTER (WHERE failed_at IS NULL AND error IS NOT NULL))::float8 AS retrying,
  extract(epoch FROM now() - min(queued_at) FILTER (WHERE failed_at IS NULL))::float8 AS oldest_pending_seconds
FROM ${queue}`,
    values: [],
  }
}
