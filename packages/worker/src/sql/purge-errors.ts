// Removes errors that are long over.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { noteKey } from './queue-errors.ts'

/**
 * Those last seen more than `days` days ago, of no row that still waits or was given up. Returns `rows`, their number.
 * Skips what is locked: it is being counted up.
 */
export function purgeErrors({ spec, queue, name }: Vectorizer, days: number): SqlQuery {
  return {
    text: `WITH old AS MATERIALIZED (
  SELECT noted.vectorizer, noted.item, noted.step, noted.code
  FROM ${vectorizerSchema}.error AS noted
  WHERE noted.vectorizer = $1 AND noted.last_at < now() - make_interval(secs => $2::float8 * 86400)
    AND NOT EXISTS (SELECT FROM ${queue} AS queue WHERE queue.error IS NOT NULL AND ${noteKey(spec)} = noted.key)
  FOR UPDATE OF noted SKIP LOCKED
), purged AS (
  DELETE FROM ${vectorizerSchema}.error AS noted
  USING old
  WHERE (noted.vectorizer, noted.item, noted.step, noted.code) = (old.vectorizer, old.item, old.step, old.code)
  RETURNING 1
)
SELECT count(*)::float8 AS rows FROM purged`,
    values: [name, days],
  }
}
