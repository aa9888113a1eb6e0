// Queues source rows to be embedded again from nothing, a page at a time.
import {
  filterCondition,
  isQueuedAsText,
  queueKeyColumn,
  quoteIdentifier,
  type SqlQuery,
} from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, queueKeys } from './keys.ts'

export interface ReembedPage {
  readonly rows: number
  /** Null after the last page. */
  readonly last: Key | null
}

/**
 * The next `limit` rows by key that the filter lets in. `reembed`: none of their stored vectors is kept. Rows in flight
 * lose their lease, since what their worker would write is not made anew.
 */
export function reembedRows({ spec, source, queue }: Vectorizer, after: Key | null, limit: number): SqlQuery {
  const { key, filter } = spec.source
  const columns = key.map(({ column }) => `source.${quoteIdentifier(column)}`).join(', ')
  const start = key.map(({ sqlType }, part) => `$${part + 2}::${sqlType}`).join(', ')
  const conditions = [
    ...(filter === null ? [] : [filterCondition(filter, 'source.')]),
    ...(after === null ? [] : [`(${columns}) > (${start})`]),
  ]
  const named = key.map((part, index) => {
    const column = `source.${quoteIdentifier(part.column)}`
    return `${column}${isQueuedAsText(part) ? '::text' : ''} AS ${quoteIdentifier(queueKeyColumn(spec, index))}`
  })
  return {
    text: `WITH page AS MATERIALIZED (
  SELECT ${named.join(', ')}, row_number() OVER (ORDER BY ${columns}) AS place
  FROM ${source} AS source${conditions.length > 0 ? `\n  WHERE ${conditions.join(' AND ')}` : ''}
  ORDER BY ${columns}
  LIMIT $1
), requeued AS (
  INSERT INTO ${queue} AS queued (${queueKeys(spec)}, reembed)
  SELECT ${queueKeys(spec)}, true FROM page
  ON CONFLICT (${queueKeys(spec)}) DO UPDATE
  SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL, reembed = true
  RETURNING 1
)
SELECT
  (SELECT count(*) FROM requeued)::float8 AS rows,
  (SELECT jsonb_build_array(${key.map((_, part) => `${quoteIdentifier(queueKeyColumn(spec, part))}::text`).join(', ')}) FROM page WHERE place = $1) AS last`,
    values: [limit, ...(after ?? [])],
  }
}
