// Looks at the server's activity: is a transaction of a worker open for long, as it would be around a provider call?
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Failures } from './failures.ts'

/** Milliseconds. A write takes a few; a stalled provider 20,000; a starved machine some hundred. */
const longestIdle = 2_000

export interface Watch {
  /** Milliseconds that a worker's transaction stood open without a statement, at most. */
  longestIdle(): number
  /** Whether a message about a deadlock names a worker's backend. */
  concernsWorker(deadlock: string): boolean
  /** Ends the connections of a process. */
  cut(name: string): Promise<void>
  /** Resolves after `signal`. */
  readonly done: Promise<void>
}

interface Activity {
  readonly pid: number
  readonly name: string
  readonly idle: boolean
  readonly milliseconds: number
}

const activity = `
  select pid, application_name as name, state like 'idle in transaction%' as idle,
    (extract(epoch from clock_timestamp() - state_change) * 1000)::float8 as milliseconds
  from pg_stat_activity
  where datname = current_database() and application_name like 'soak %'`

export function watch(
  client: pg.Client,
  { failures, frozen, signal }: { failures: Failures; frozen: ReadonlySet<string>; signal: AbortSignal },
): Watch {
  const backends = new Map<number, string>()
  const told = new Set<number>()
  let longest = 0

  async function look(): Promise<void> {
    const { rows } = await client.query<Activity>(activity)
    for (const { pid, name, idle, milliseconds } of rows) {
      backends.set(pid, name)
      if (!idle || !name.startsWith('soak worker') || frozen.has(name)) continue
      longest = Math.max(longest, milliseconds)
      if (milliseconds < longestIdle || told.has(pid)) continue
      told.add(pid)
      failures.fail(`A transaction of ${name} stood open for ${Math.round(milliseconds)} ms without a statement.`)
    }
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await look()
      await sleep(100)
    }
  }

  return {
    longestIdle: () => Math.round(longest),
    concernsWorker: (deadlock) =>
      [...deadlock.matchAll(/Process (\d+)/g)].some(([, pid]) => backends.get(Number(pid))?.startsWith('soak worker')),
    async cut(name) {
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [name])
    },
    done: follow(),
  }
}
