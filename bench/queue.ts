// The queue alone: what a row costs beside its index insert, whether a long queue becomes slow, and graphile-worker.

import { vectorArray } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { fromPool } from '../packages/worker/src/database/pg.ts'
import { insertChunks } from '../packages/worker/src/sql/insert-chunks.ts'
import { run as runStatement } from '../packages/worker/src/sql/run.ts'
import { createBacklog, queue, queueAll } from './support/backlog.ts'
import { withDatabase } from './support/database.ts'
import { addJobs, drainJobs, migrateGraphile } from './support/graphile-queue.ts'
import { backendCpu, interleaved, type Line, median, printRatios, wall } from './support/measure.ts'
import { claimKeys, databaseOf, drainQueue, finishKeys, removeKeys, vectorizerOf } from './support/queue-drain.ts'
import { scaled } from './support/scale.ts'
import { randomVectors } from './support/vectors.ts'

const rounds = 3
const batch = 50

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, besideIndexInsert)
  await withDatabase(serverUrl, decay)
  await withDatabase(serverUrl, besideGraphile)
}

async function besideIndexInsert(_url: string, client: pg.Client): Promise<void> {
  const dimensions = 768
  const [before, perRound] = [scaled(5_000), scaled(1_000)]
  const spec = await createBacklog(client, {
    posts: before + perRound * (rounds + 1),
    characters: 800,
    dimensions,
    indexed: true,
  })
  const vectorizer = await vectorizerOf(client, spec)
  const database = databaseOf(client)
  const vectors = randomVectors(before + perRound * (rounds + 1), dimensions, 20)
  const taken = { claim: [] as number[], remove: [] as number[], checked: [] as number[], insert: [] as number[] }
  let row = 0
  for (const rows of [before, ...Array.from({ length: rounds + 1 }, () => perRound)]) {
    const cpu = { claim: 0, remove: 0, checked: 0, insert: 0 }
    const done = { remove: 0, checked: 0 }
    for (const end = row + rows; row < end; ) {
      let claimed = await claimKeys(database, vectorizer, 0)
      cpu.claim += await backendCpu(client, async () => {
        claimed = await claimKeys(database, vectorizer, Math.min(batch, end - row))
      })
      const { keys } = claimed
      const chunk = 'lorem ipsum '.repeat(65)
      const columns = {
        keys,
        sequences: keys.map(() => 0),
        chunks: keys.map(() => chunk),
        vectors: vectorArray(vectors.slice(row, row + keys.length), vectorizer.vectorTypeOid),
      }
      cpu.insert += await backendCpu(client, () => runStatement(database, insertChunks(vectorizer, columns)))
      // In turns: a row can be taken out of the queue only once.
      const [how, finish] =
        done.checked > done.remove ? (['remove', removeKeys] as const) : (['checked', finishKeys] as const)
      cpu[how] += await backendCpu(client, () => finish(database, vectorizer, claimed))
      done[how] += keys.length
      row += keys.length
    }
    for (const what of ['claim', 'insert'] as const) taken[what].push(cpu[what] / rows)
    for (const what of ['remove', 'checked'] as const) taken[what].push(cpu[what] / Math.max(1, done[what]))
  }
  // Without those that fill the index, and the round that warms up.
  const medianOf = (what: keyof typeof taken) => median(taken[what].slice(2))
  const [claim, insert] = [medianOf('claim'), medianOf('insert')]
  const micro = (milliseconds: number) => `${(milliseconds * 1_000).toFixed(1)} µs`
  const line = (what: string, milliseconds: number, target?: number): Line => ({
    what: `${what}: ${micro(milliseconds)}`,
    ratio: milliseconds / insert,
    ...(target === undefined ? {} : { target }),
  })
  printRatios(
    `Queue, CPU of a row in batches of ${batch}`,
    `its insert into a store of ${before} vectors × ${dimensions} with an HNSW index: ${micro(insert)}`,
    [
      line('claim', claim),
      line('claim and remove', claim + medianOf('remove'), 0.02),
      line('the same with the check of source row and lease before the write', claim + medianOf('checked')),
    ],
  )
}

async function decay(_url: string, client: pg.Client): Promise<void> {
  const rows = scaled(1_000_000)
  const spec = await createBacklog(client, { posts: rows, characters: 20, dimensions: 64 })
  const vectorizer = await vectorizerOf(client, spec)
  const quarters: { readonly cpu: number; readonly wall: number }[] = []
  const database = databaseOf(client)
  for (let quarter = 1; quarter <= 4; quarter++) {
    let milliseconds = 0
    const end = Math.floor(rows / 4)
    const cpu = await backendCpu(client, async () => {
      milliseconds = await wall(async () => {
        for (let done = 0; done < end; ) {
          const claimed = await claimKeys(database, vectorizer, batch)
          if (claimed.keys.length === 0) throw new Error(`the queue is empty after ${done} rows of quarter ${quarter}`)
          await finishKeys(database, vectorizer, claimed)
          done += claimed.keys.length
        }
      })
    })
    quarters.push({ cpu, wall: milliseconds })
  }
  const [first, last] = [quarters[0], quarters[3]]
  if (!first || !last) return
  printRatios(
    `Drain of ${rows} queued rows, batches of ${batch}, the last quarter`,
    `the first quarter: ${(first.wall / 1_000).toFixed(1)} s`,
    [
      { what: 'CPU of the server', ratio: last.cpu / first.cpu, target: 1.5 },
      { what: 'wall time', ratio: last.wall / first.wall, target: 1.5 },
    ],
  )
}

async function besideGraphile(url: string, client: pg.Client): Promise<void> {
  const jobs = scaled(100_000)
  const spec = await createBacklog(client, { posts: jobs, characters: 20, dimensions: 64 })
  const vectorizer = await vectorizerOf(client, spec)
  await migrateGraphile(url)
  const inFlight = 4
  const pool = new pg.Pool({ connectionString: url, max: inFlight })
  const graphile = (concurrency: number) => async () => {
    await addJobs(client, jobs)
    return drainJobs(url, jobs, concurrency)
  }
  const ours = (limit: number, checked: boolean) => async () => {
    await queueAll(client)
    let done = 0
    const taken = await wall(async () => {
      done = await drainQueue(fromPool(pool, { ownsPool: false }), vectorizer, { limit, inFlight, checked })
    })
    const { rowCount } = await client.query(`select from ${queue} limit 1`)
    if (done !== jobs || rowCount !== 0) throw new Error(`${done} of ${jobs} rows were done`)
    return taken
  }
  const taken = await interleaved(
    {
      graphile10: graphile(10),
      graphile24: graphile(24),
      by50: ours(50, false),
      by500: ours(500, false),
      checkedBy50: ours(50, true),
      checkedBy500: ours(500, true),
    },
    rounds,
  )
  await pool.end()
  const best = Math.min(taken.graphile10, taken.graphile24)
  const rate = (milliseconds: number) => `${((jobs / milliseconds) * 1_000).toFixed(0)} a second`
  const line = (what: string, milliseconds: number, atLeast?: number): Line => ({
    what: `${what}: ${rate(milliseconds)}`,
    ratio: best / milliseconds,
    ...(atLeast === undefined ? {} : { atLeast }),
  })
  printRatios(
    `Queue beside graphile-worker, ${jobs} rows or jobs that do nothing, ${inFlight} batches in flight, rows/s`,
    `graphile-worker, local queue of 500, completed in batches, the better of 10 and 24 jobs at once: ${rate(best)}`,
    [
      line('claim and remove, by 50', taken.by50, 1),
      line('claim and remove, by 500', taken.by500, 1),
      line('with the check of source row and lease, which no job has, by 50', taken.checkedBy50),
      line('the same by 500', taken.checkedBy500),
    ],
  )
}
