// The one session that works on an index: it holds a lock that keeps others from the same, and its settings are for builds.
import { type Queryable, quoteIdentifier } from '@prisma-vectorizer/spec'
import type { Session } from '../database/session.ts'
import { estimateMemory } from './memory.ts'
import type { IndexTarget } from './target.ts'

export interface BuildMemory {
  /** In kB. Default: what the build is likely to want, at most 1 GB, unless the server's own setting is larger. */
  readonly maintenanceWorkMem?: number | undefined
}

/**
 * Runs `work` on a session under the index's lock; `busy` where another session holds it. The lock is the session's, since
 * CREATE INDEX CONCURRENTLY takes several transactions: it needs a connection that stays the same, which PgBouncer in
 * transaction mode does not give.
 */
export async function withIndexLock<T>(
  openSession: () => Promise<Session>,
  target: IndexTarget,
  { maintenanceWorkMem }: BuildMemory,
  work: (session: Session) => Promise<T>,
): Promise<T | 'busy'> {
  const session = await openSession()
  let broken = true
  try {
    const key = `prisma-vectorizer index ${target.name}`
    const [lock] = await session.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
      [key],
    )
    if (!lock?.held) {
      broken = false
      return 'busy'
    }
    const before = await applySettings(session, target, maintenanceWorkMem)
    try {
      return await work(session)
    } finally {
      // Where the connection is lost the server has let go of both.
      broken = await restore(session, before, key)
    }
  } finally {
    await session.end(broken).catch(() => {})
  }
}

type Settings = Readonly<Record<string, string>>

async function applySettings(session: Queryable, target: IndexTarget, memory: number | undefined): Promise<Settings> {
  const [now] = await session.query<{ path: string; memory: number }>(
    "SELECT current_setting('search_path') AS path, (pg_size_bytes(current_setting('maintenance_work_mem')) / 1024)::float8 AS memory",
  )
  const wanted = memory ?? Math.max(estimateMemory(target), now?.memory ?? 0)
  return setAll(session, {
    search_path: [now?.path, quoteIdentifier(target.vectorSchema)].filter(Boolean).join(', '),
    maintenance_work_mem: `${wanted}kB`,
    // Vectors out of line leave a small table, for which PostgreSQL starts no second worker (0.66 × the time with one).
    min_parallel_table_scan_size: '0',
    // A role's own, made for its queries.
    statement_timeout: '0',
    lock_timeout: '0',
  })
}

/** Returns what the settings were. */
export async function setAll(session: Queryable, settings: Settings): Promise<Settings> {
  const before: Record<string, string> = {}
  for (const [name, value] of Object.entries(settings)) {
    // Not one statement: PostgreSQL promises no order between the two.
    const [now] = await session.query<{ value: string }>('SELECT current_setting($1) AS value', [name])
    before[name] = now?.value ?? ''
    await session.query('SELECT set_config($1, $2, false)', [name, value])
  }
  return before
}

async function restore(session: Queryable, before: Settings, key: string): Promise<boolean> {
  try {
    await setAll(session, before)
    await session.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key])
    return false
  } catch {
    return true
  }
}
