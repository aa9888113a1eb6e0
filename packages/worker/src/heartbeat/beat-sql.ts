// One heartbeat: this worker lives, and what it has done since the last. One statement, hence one transaction.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { DoneByName } from './counters.ts'

export interface Beat {
  readonly id: string
  readonly version: string
  readonly host: string
  /** Between heartbeats. */
  readonly seconds: number
  readonly stopped: boolean
  readonly done: DoneByName
}

/**
 * Times are the database's: clocks of workers differ. Rows of workers that have been silent for a day go. Progress is
 * added in the order of names, as all workers do: two that lock each other's rows would end in a deadlock.
 */
export function beat({ id, version, host, seconds, stopped, done }: Beat): SqlQuery {
  const each = [...done].map(([vectorizer, { lastError, ...counts }]) => ({
    vectorizer,
    ...counts,
    last_error: lastError,
  }))
  return {
    text: `WITH done AS (
  SELECT registry.name, done.*
  FROM jsonb_to_recordset($6::text::jsonb) AS done (
    vectorizer text, embedded bigint, failed bigint, chunks bigint, reused bigint, tokens bigint, last_error text
  )
  JOIN ${vectorizerSchema}.vectorizer AS registry ON registry.name = done.vectorizer
), alive AS (
  INSERT INTO ${vectorizerSchema}.worker AS known (
    id, version, host, heartbeat_seconds, stopped_at, embedded, failed, last_error, last_error_at
  )
  SELECT
    $1::uuid, $2::text, $3::text, $4::int, CASE WHEN $5::boolean THEN now() END,
    coalesce(sum(embedded), 0), coalesce(sum(failed), 0), max(last_error), CASE WHEN max(last_error) IS NOT NULL THEN now() END
  FROM done
  ON CONFLICT (id) DO UPDATE SET
    heartbeat_at = now(),
    stopped_at = excluded.stopped_at,
    embedded = known.embedded + excluded.embedded,
    failed = known.failed + excluded.failed,
    last_error = coalesce(excluded.last_error, known.last_error),
    last_error_at = coalesce(excluded.last_error_at, known.last_error_at)
), silent AS (
  DELETE FROM ${vectorizerSchema}.worker WHERE heartbeat_at < now() - interval '1 day' AND id <> $1::uuid
)
INSERT INTO ${vectorizerSchema}.progress AS known (
  vectorizer, embedded, failed, chunks, reused, tokens, last_success_at, last_error, last_error_at
)
SELECT
  name, embedded, failed, chunks, reused, tokens, CASE WHEN embedded > 0 THEN now() END,
  last_error, CASE WHEN last_error IS NOT NULL THEN now() END
FROM done
ORDER BY name
ON CONFLICT (vectorizer) DO UPDATE SET
  embedded = known.embedded + excluded.embedded,
  failed = known.failed + excluded.failed,
  chunks = known.chunks + excluded.chunks,
  reused = known.reused + excluded.reused,
  tokens = known.tokens + excluded.tokens,
  last_success_at = coalesce(excluded.last_success_at, known.last_success_at),
  last_error = coalesce(excluded.last_error, known.last_error),
  last_error_at = coalesce(excluded.last_error_at, known.last_error_at)`,
    values: [id, version, host, seconds, stopped, JSON.stringify(each)],
  }
}
