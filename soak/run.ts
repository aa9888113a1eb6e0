// `npm run soak [-- --seconds 600 --seed n]`: writers, migrations, workers that are killed and a provider that fails, all at
// once; at the end the stores must be what the source says, exactly, and every error explained. Needs PostgreSQL with
// pgvector: DATABASE_URL, or an installation on this machine.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { withDatabase } from '../bench/support/database.ts'
import { findPostgres, startCluster } from '../scripts/postgres-cluster.mjs'
import { longestFreeze, runChaos, stop } from './support/chaos.ts'
import { compareStores } from './support/compare.ts'
import { readExpected } from './support/expected.ts'
import { createFailures } from './support/failures.ts'
import { hasten } from './support/queues.ts'
import { checkReuse } from './support/reuse.ts'
import { runSchemaChanges } from './support/schema-changes.ts'
import { settle } from './support/settle.ts'
import { createStatistics } from './support/statistics.ts'
import { createTables } from './support/tables.ts'
import { watch } from './support/watch.ts'
import { startWorkerChild } from './support/worker-child.ts'
import { runWriters } from './support/writers.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string' } },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds is a number above 0, --seed a whole number.')

/** Milliseconds that an ALTER TABLE may wait: for the application, or for a worker that is frozen while it writes. */
const longestWait = longestFreeze + 4_500

const failures = createFailures()
const serverUrl = process.env['DATABASE_URL'] ?? (await startCluster(findPostgres()))
console.log(`soak: ${seconds} s, --seed ${seed}`)
await withDatabase(serverUrl, soak)
if (failures.list.length > 0) {
  console.log(`\nFAILED: ${failures.list.length} faults, --seed ${seed}. The first:`)
  for (const fault of failures.list.slice(0, 10)) console.log(`- ${fault}`)
  process.exitCode = 1
} else console.log('\nstore = f(source), and every error is explained.')

async function soak(url: string, client: pg.Client): Promise<void> {
  await createTables(client)
  const startedAt = Date.now()
  const ending = new AbortController()
  const { signal } = ending
  const frozen = new Set<string>()
  const statistics = createStatistics(startedAt)
  const { onReport } = statistics
  const watching = new pg.Client({ connectionString: url, application_name: 'watch' })
  await watching.connect()
  const seen = watch(watching, { failures, frozen, signal })
  const onDeadlock = (detail: string) => {
    if (seen.concernsWorker(detail))
      failures.fail(`A write of the application was in a deadlock with a worker: ${detail}`)
  }
  const work = [
    runWriters({ url, seed, count: 8, failures, signal, onDeadlock, ...statistics.writers }),
    runSchemaChanges({ url, seed, failures, signal, onDeadlock, ...statistics.migrations }),
    runChaos({
      url,
      seed,
      startedAt,
      workers: 3,
      failures,
      frozen,
      signal,
      ends: statistics.ends,
      onReport,
      cut: seen.cut,
    }),
    seen.done,
  ]
  const end = startedAt + seconds * 1_000
  let nextLine = startedAt + 5_000
  while (Date.now() < end) {
    await sleep(Math.min(500, end - Date.now()))
    await hasten(client, { onlyFailed: true })
    if (Date.now() < nextLine) continue
    await statistics.printLine(client)
    nextLine += 5_000
  }
  ending.abort()
  await Promise.all(work)
  await watching.end()

  console.log('\nThe end: healthy workers, and nobody writes.')
  const healthy = [1, 2].map((number) =>
    startWorkerChild({ url, seed, startedAt, part: 10_000 + number, healthy: true, onReport }),
  )
  const { givenUp, refused } = await settle(client, url, failures)
  await checkReuse(client, failures, statistics.textsSent)
  for (const child of healthy) await stop(child, failures)
  const { rows, chunks, differences } = await compareStores(
    client,
    await readExpected(client),
    statistics.writers.summaries,
  )
  for (const difference of differences) failures.fail(difference)
  await statistics.printEnd(client)
  const waited = statistics.longestWait()
  console.log(`  longest wait of a migration ${waited.milliseconds} ms (${waited.statement})`)
  console.log(`  longest open transaction of a worker without a statement ${seen.longestIdle()} ms`)
  console.log(
    `  ${rows} rows, ${chunks} chunks; ${refused} rows refused, ${givenUp} given up in the chaos and embedded since`,
  )
  if (waited.milliseconds > longestWait)
    failures.fail(`A migration waited ${waited.milliseconds} ms, over ${longestWait}: ${waited.statement}`)
  if (statistics.reused() === 0) failures.fail('No chunk was ever reused.')
}
