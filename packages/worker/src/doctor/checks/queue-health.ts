// What stands in the queues: rows given up, rows nobody claims, leases of workers that died.
import { quoteTable, type SqlQuery, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { formatSeconds } from '../../progress.ts'
import { labelOf } from '../../vectorizer.ts'
import { type Examined, isVectorizer } from '../examination.ts'
import type { Complaint } from '../finding.ts'
import { isCountable } from './queue.ts'

export interface QueueHealth {
  /** Index into the subjects asked about. */
  readonly part: number
  readonly failed: number
  readonly error: string | null
  readonly expired: number
  /** Whether a worker holds rows right now. */
  readonly worked: boolean
  /** Seconds since the oldest claimable row was queued. */
  readonly oldest: number | null
  /** The queue is larger than what was counted. */
  readonly partly: boolean
}

/** A queue has as many rows as its source during a backfill: its first 64 MB are counted. */
const countedPages = 8_192
const longestWait = 600

/** Undefined where there is no queue that can be counted. `part` is the index into `subjects`. */
export function readQueues(subjects: readonly Examined[]): SqlQuery | undefined {
  const selects = subjects.flatMap((subject, part) => {
    if (!isVectorizer(subject) || !subject.queue?.readable || !isCountable(subject)) return []
    const queue = quoteTable(subject.queue)
    return `SELECT ${part} AS part, counted.*, (
  SELECT extract(epoch FROM now() - min(queued_at))::float8 FROM (
    SELECT queued_at FROM ${queue}
    WHERE failed_at IS NULL AND lease IS NULL AND not_before <= now()
    ORDER BY queued_at LIMIT 1
  ) AS claimable
) AS oldest, pg_relation_size('${queue.replaceAll("'", "''")}'::regclass) / current_setting('block_size')::int > ${countedPages} AS partly
FROM (
  SELECT
    (count(*) FILTER (WHERE failed_at IS NOT NULL))::int AS failed,
    mode() WITHIN GROUP (ORDER BY error) FILTER (WHERE failed_at IS NOT NULL) AS error,
    (count(*) FILTER (WHERE failed_at IS NULL AND lease IS NOT NULL AND not_before <= now()))::int AS expired,
    coalesce(bool_or(lease IS NOT NULL AND not_before > now()), false) AS worked
  FROM ${queue}
  WHERE ctid < '(${countedPages},0)'::tid
) AS counted`
  })
  return selects.length > 0 ? { text: selects.join('\nUNION ALL\n'), values: [] } : undefined
}

export function checkQueueHealth({ spec, entry, queue }: Examined<VectorizerSpec>, health: QueueHealth): Complaint[] {
  const name = quoteTable(queue ?? { schema: null, table: spec.name })
  const least = health.partly ? 'at least ' : ''
  const complaints: Complaint[] = []
  if (health.failed > 0) {
    complaints.push({
      code: 'DR703',
      level: 'warning',
      fact: `${least}${rows(health.failed)} given up${health.error === null ? '' : `, most often: ${firstLine(health.error)}`}.`,
      why: 'Each is left until it changes. `npx prisma-vectorizer errors` lists them with their reasons.',
      fix: `Mend the cause, then run \`npx prisma-vectorizer retry ${labelOf(spec)}\`.`,
      sql: `UPDATE ${name} SET failed_at = NULL, error = NULL, attempts = 0, lost_leases = 0, lease = NULL, not_before = '-infinity' WHERE failed_at IS NOT NULL;`,
    })
  }
  if (health.expired > 0) {
    complaints.push({
      code: 'DR705',
      level: 'warning',
      fact: `The leases of ${least}${rows(health.expired)} have run out: a worker died, and no other has taken over.`,
      fix: 'Run `npx prisma-vectorizer worker`.',
    })
  }
  // Whoever brings the vectors need not empty the queue; whoever is paused does not want it.
  if (spec.model === null || entry.paused || health.worked) return complaints
  if (health.oldest !== null && health.oldest > longestWait) {
    complaints.push({
      code: 'DR704',
      level: 'warning',
      fact: `A row has been waiting for ${formatSeconds(health.oldest)}, and no worker holds any.`,
      fix: 'Run `npx prisma-vectorizer worker`.',
    })
  }
  return complaints
}

export function checkPaused({ spec, entry }: Examined): Complaint[] {
  if (!entry.paused) return []
  return [
    {
      code: 'DR706',
      level: 'warning',
      fact: 'It is paused: changes are queued, and nothing is embedded.',
      fix: `Run \`npx prisma-vectorizer resume ${spec.source.model}.${spec.accessor}\`.`,
      sql: `UPDATE vectorizer.vectorizer SET paused = false WHERE name = '${spec.name.replaceAll("'", "''")}';`,
    },
  ]
}

const rows = (count: number): string => (count === 1 ? '1 row' : `${count.toLocaleString('en-US')} rows`)

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/u, '')
