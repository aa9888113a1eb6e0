// What has happened so far, for the line of every five seconds and for the end.
import type pg from 'pg'
import { countQueues } from './queues.ts'
import { createTally } from './tally.ts'
import type { Report } from './worker-settings.ts'

export function createStatistics(startedAt: number) {
  const written = createTally()
  const refused = createTally()
  const done = createTally()
  const refusedMigrations = createTally()
  const ends = createTally()
  const faults = createTally()
  const warnings = createTally()
  const sums = { calls: 0, texts: 0, embedded: 0, reused: 0 }
  let longest = { milliseconds: 0, statement: 'none' }

  return {
    writers: { written, refused, summaries: new Set<string>() },
    migrations: {
      done,
      refused: refusedMigrations,
      onWaited(statement: string, elapsed: number) {
        if (elapsed > longest.milliseconds) longest = { milliseconds: Math.round(elapsed), statement }
      },
    },
    ends,
    onReport(report: Report) {
      for (const name of ['calls', 'texts', 'embedded', 'reused'] as const) sums[name] += report[name]
      for (const [name, count] of Object.entries(report.faults)) faults.add(name, count)
      for (const [name, count] of Object.entries(report.warnings)) warnings.add(name, count)
    },
    longestWait: () => longest,
    textsSent: () => sums.texts,
    reused: () => sums.reused,
    async printLine(client: pg.Client): Promise<void> {
      const { pending, failed } = await countQueues(client)
      const { rows } = await client.query(
        `select (select count(*) from "BlogPost") as posts, (select count(*) from "Note") as notes`,
      )
      const second = Math.round((Date.now() - startedAt) / 1_000)
      console.log(
        `${String(second).padStart(4)} s  posts ${rows[0].posts}, notes ${rows[0].notes}, pending ${pending}, given up ${failed}; writes ${written.total()}, embedded ${sums.embedded}; ${ends}; calls ${sums.calls}: ${faults}`,
      )
    },
    async printEnd(client: pg.Client): Promise<void> {
      const { rows } = await client.query<{ deadlocks: number }>(
        'select deadlocks::int from pg_stat_database where datname = current_database()',
      )
      console.log(`  writes: ${written}`)
      console.log(`  refused by PostgreSQL: ${refused}`)
      console.log(`  migrations: ${done}; refused: ${refusedMigrations}`)
      console.log(`  deadlocks, those that a worker gave way in included: ${rows[0]?.deadlocks}`)
      console.log(`  workers: ${ends}`)
      console.log(`  provider: ${sums.calls} calls, ${sums.texts} texts; ${faults}`)
      console.log(`  rows embedded ${sums.embedded}, chunks reused ${sums.reused}`)
      console.log(`  warnings: ${warnings}`)
    },
  }
}
