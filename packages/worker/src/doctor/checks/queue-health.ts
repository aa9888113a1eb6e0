// What stands in the queues: rows given up, rows nobody claims, leases of workers that died.
import { quoteTable, type SqlQuery, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { formatSeconds } from '../../progress.ts'
import { labelOf } from '../../vectorizer.ts'
import { type Examined, isVectorizer } from '../examination.ts'
import type { Complaint } from '../finding.ts'
import type { Heartbeats } from './heartbeats.ts'
import { isCountable } from './queue.ts'

export interface QueueHealth {
  /** Index into the subjects asked about. */
  readonly part: number
  readonly failed: number
  readonly error: string | null
  readonly expired: number
  /** Rows that are not given up, whether they can be claimed now or later. */
  readonly waiting: number
  /** Of those, rows that several workers died with, one after the other. */
  readonly deadly: number
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
/** A row is tried alone by the third time, and given up after the fifth. */
const manyDeaths = 3

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
    (count(*) FILTER (WHERE failed_at IS NULL))::int AS waiting,
    (count(*) FILTER (WHERE failed_at IS NULL AND lost_leases >= ${manyDeaths}))::int AS deadly,
    coalesce(bool_or(lease IS NOT NULL AND not_before > now()), false) AS worked
  FROM ${queue}
  WHERE ctid < '(${countedPages},0)'::tid
) AS counted`
  })
  return selects.length > 0 ? { text: selects.join('\nUNION ALL\n'), values: [] } : undefined
}

export function checkQueueHealth(
  { spec, entry, queue }: Examined<VectorizerSpec>,
  health: QueueHealth,
  heartbeats: Heartbeats | undefined,
): Complaint[] {
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
  if (health.deadly > 0) {
    complaints.push({
      code: 'DR708',
      level: 'warning',
      fact: `The workers that held ${least}${rows(health.deadly)} died, ${manyDeaths} times or more.`,
      why: 'Such a row is tried alone, and given up after 5 times. It may be too large for the memory of the worker.',
      fix: `Look at how the workers ended, and at the rows: \`SELECT * FROM ${name} WHERE lost_leases >= ${manyDeaths}\`.`,
    })
  }
  // Whoever brings the vectors need not empty the queue; whoever is paused does not want it.
  const isWanted = spec.model !== null && !entry.paused && !health.worked
  if (isWanted && health.oldest !== null && health.oldest > longestWait) {
    complaints.push(unclaimed(health.oldest, heartbeats))
  }
  return complaints
}

function unclaimed(oldest: number, heartbeats: Heartbeats | undefined): Complaint {
  const waits = `A row has been waiting for ${formatSeconds(oldest)}, and`
  const code = { code: 'DR704', level: 'warning' } as const
  const fix = 'Run `npx prisma-vectorizer worker`.'
  if (heartbeats === undefined) return { ...code, fact: `${waits} no worker holds any.`, fix }
  const { alive, silence } = heartbeats
  if (alive > 0) {
    return {
      ...code,
      fact: `${waits} no worker holds any, though ${alive === 1 ? '1 runs' : `${alive} run`}.`,
      why: 'They may be for other vectorizers, or have set this one aside.',
      fix: 'Look at what they log, and at `npx prisma-vectorizer status`.',
    }
  }
  const last = silence === null ? '' : `: the last was heard of ${formatSeconds(silence)} ago`
  return { ...code, fact: `${waits} no worker runs${last}.`, fix }
}

/** `health`: undefined where the queue cannot be counted. */
export function checkPaused({ spec, entry }: Examined<VectorizerSpec>, health: QueueHealth | undefined): Complaint[] {
  if (!entry.paused) return []
  const waiting = health?.waiting ?? 0
  const least = health?.partly ? 'at least ' : ''
  const queued = waiting === 0 ? 'changes are queued' : `${least}${rows(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`
  return [
    {
      code: 'DR706',
      level: 'warning',
      fact: `It is paused: ${queued}, and nothing is embedded.`,
      fix: `Run \`npx prisma-vectorizer resume ${labelOf(spec)}\`.`,
      sql: `UPDATE vectorizer.vectorizer SET paused = false WHERE name = '${spec.name.replaceAll("'", "''")}';`,
    },
  ]
}

const rows = (count: number): string => (count === 1 ? '1 row' : `${count.toLocaleString('en-US')} rows`)

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/u, '')
