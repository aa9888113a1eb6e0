// Reads what workers say of themselves: what was done so far, and who is alive.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'

export interface ProgressRow {
  /** The registry's name. */
  readonly vectorizer: string
  readonly embedded: number
  readonly failed_attempts: number
  readonly reused: number
  readonly tokens: number
  readonly last_success_at: string | null
  readonly last_error_at: string | null
  readonly last_error: string | null
}

/** Times as text that every client parses alike. */
const isoTime = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`

export const readProgress: SqlQuery = {
  text: `SELECT
  vectorizer, embedded::float8 AS embedded, failed::float8 AS failed_attempts, reused::float8 AS reused,
  tokens::float8 AS tokens, ${isoTime('last_success_at')}, ${isoTime('last_error_at')}, last_error
FROM ${vectorizerSchema}.progress`,
  values: [],
}

export interface WorkerRow {
  readonly id: string
  readonly version: string
  readonly host: string
  readonly state: 'alive' | 'stopped' | 'silent'
  readonly started_at: string
  readonly heartbeat_at: string
  readonly embedded: number
  readonly failed_attempts: number
  readonly last_error_at: string | null
  readonly last_error: string | null
}

/** Three heartbeats missed in a row are no delay any more. */
const isHeard = 'heartbeat_at >= now() - make_interval(secs => 3 * heartbeat_seconds)'

/** A condition about a row of vectorizer.worker. */
export const isAliveSql = `stopped_at IS NULL AND ${isHeard}`

export const readWorkers: SqlQuery = {
  text: `SELECT
  id::text AS id, version, host,
  CASE
    WHEN stopped_at IS NOT NULL THEN 'stopped'
    WHEN ${isHeard} THEN 'alive'
    ELSE 'silent'
  END AS state,
  ${isoTime('started_at')}, ${isoTime('heartbeat_at')}, embedded::float8 AS embedded, failed::float8 AS failed_attempts,
  ${isoTime('last_error_at')}, last_error
FROM ${vectorizerSchema}.worker
ORDER BY worker.started_at, id`,
  values: [],
}
