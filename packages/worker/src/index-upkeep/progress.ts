// How far a build is, as PostgreSQL reports it to other sessions.
import type { Queryable } from '@prisma-vectorizer/spec'

export interface BuildProgress {
  /** PostgreSQL's words: `building index: loading tuples`, `waiting for old snapshots`. */
  readonly phase: string
  /** 0..1 of the phase that takes the time; never falls. */
  readonly fraction: number
}

interface ProgressRow extends Record<string, unknown> {
  readonly phase: string
  readonly fraction: number | null
}

// An access method reports tuples or blocks. Whether the whole table was read is only known once the build has ended.
const progressSql = `SELECT phase, CASE
    WHEN phase NOT LIKE 'building index%' THEN NULL
    WHEN tuples_total > 0 THEN tuples_done::float8 / tuples_total
    WHEN blocks_total > 0 THEN blocks_done::float8 / blocks_total
  END AS fraction
FROM pg_catalog.pg_stat_progress_create_index WHERE pid = $1`

const interval = 200

/** Looks five times a second until the function it returns is called. What cannot be read is no progress. */
export function watchBuild(
  connection: Queryable,
  pid: number,
  onProgress: (progress: BuildProgress) => void,
): () => void {
  let stopped = false
  let asking = false
  let reached = 0
  async function look(): Promise<void> {
    asking = true
    try {
      const [row] = await connection.query<ProgressRow>(progressSql, [pid])
      if (!row || stopped) return
      reached = Math.min(1, Math.max(reached, row.fraction ?? 0))
      onProgress({ phase: row.phase, fraction: reached })
    } finally {
      asking = false
    }
  }
  const timer = setInterval(() => {
    if (!asking) look().catch(() => {})
  }, interval)
  return () => {
    stopped = true
    clearInterval(timer)
  }
}
