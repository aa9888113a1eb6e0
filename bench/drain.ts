// A drain beside pgai's numbers for the same work, and what a long backlog takes in memory beside a short one.
import { createWorker } from '@prisma-vectorizer/worker'
import type pg from 'pg'
import { createBacklog, expectStored, queueAll } from './support/backlog.ts'
import { withDatabase } from './support/database.ts'
import { startDrainProcess } from './support/drain-process.ts'
import { fakeProvider } from './support/fake-provider.ts'
import { interleaved, type Line, printRatios, wall } from './support/measure.ts'
import { scaled } from './support/scale.ts'

const characters = 960
const rounds = 3

/** Rows per second of pgai's worker, measured once on a machine of this size (two cores): 5,000 rows, no vector index. */
const pgai = { instant: 3_562, slow: 2_601 }

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, besidePgai)
  await withDatabase(serverUrl, memory)
}

async function besidePgai(url: string, client: pg.Client): Promise<void> {
  const posts = scaled(20_000)
  const dimensions = 768
  await createBacklog(client, { posts, characters, dimensions })
  const instant = fakeProvider({ dimensions })
  const slow = fakeProvider({ dimensions, latency: 50 })
  const drain = (embedder: typeof instant, batchSize: number, concurrency: number) => async () => {
    await queueAll(client)
    const worker = createWorker({ database: url, embedder, batchSize, concurrency })
    const taken = await wall(() => worker.drain())
    await worker.stop()
    await expectStored(client, posts)
    return taken
  }
  const taken = await interleaved(
    {
      oneOf50: drain(instant, 50, 1),
      fourOf50: drain(instant, 50, 4),
      fourOf200: drain(instant, 200, 4),
      fourOf500: drain(instant, 500, 4),
      slow8Of50: drain(slow, 50, 8),
      slow8Of200: drain(slow, 200, 8),
    },
    rounds,
  )
  const line = (what: string, milliseconds: number, theirs: number, atLeast?: number): Line => {
    const rate = (posts / milliseconds) * 1_000
    return { what: `${what}: ${rate.toFixed(0)} rows/s`, ratio: rate / theirs, ...(atLeast ? { atLeast } : {}) }
  }
  const { rows } = await client.query<{ durability: string }>(
    `select format('fsync %s, synchronous_commit %s', current_setting('fsync'), current_setting('synchronous_commit')) as durability`,
  )
  const size = `${posts} rows of ${characters} characters, one chunk each, × ${dimensions}, rows/s`
  const another = `not in this run: measured before on a machine of this size, fsync on; this server: ${rows[0]?.durability}`
  printRatios(
    `Provider that takes no time, ${size}`,
    `pgai's worker, batches of 50, ${pgai.instant} rows/s (${another})`,
    [
      line('batches of 50, one in flight', taken.oneOf50, pgai.instant),
      line('batches of 50, four in flight (the default)', taken.fourOf50, pgai.instant, 5),
      line('batches of 200, four in flight', taken.fourOf200, pgai.instant),
      line('batches of 500, four in flight', taken.fourOf500, pgai.instant),
    ],
  )
  printRatios(
    `Provider of 50 ms a call, ${size}`,
    `pgai's worker, batches of 50, eight executors, ${pgai.slow} rows/s (${another})`,
    [
      line('batches of 50, eight in flight', taken.slow8Of50, pgai.slow, 2),
      line('batches of 200, eight in flight', taken.slow8Of200, pgai.slow),
    ],
  )
}

/** Vectors are short, so that the texts and the queue are what could pile up, and the long backlog is done in a minute. */
async function memory(url: string, client: pg.Client): Promise<void> {
  const [short, long] = [scaled(20_000, 2_000), scaled(200_000, 20_000)]
  const dimensions = 64
  await createBacklog(client, { posts: long, characters, dimensions })
  const peakOf = async (posts: number) => {
    await queueAll(client)
    await client.query(
      `delete from vectorizer."BlogPost_embedding_store_queue" where key_id > (
        select id from "BlogPost" order by id offset $1 limit 1)`,
      [posts - 1],
    )
    // Garbage is collected often: otherwise the peak says how fast it was made.
    const process = await startDrainProcess({ url, dimensions }, ['--max-semi-space-size=1'])
    const { peak } = await process.drain()
    await process.ended
    await expectStored(client, posts)
    return peak
  }
  const shortPeak = await peakOf(short)
  const longPeak = await peakOf(long)
  const mega = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  printRatios(
    `Peak of a process's resident memory, rows of ${characters} characters, × ${dimensions}`,
    `a backlog of ${short} rows: ${mega(shortPeak)}`,
    [{ what: `a backlog of ${long} rows: ${mega(longPeak)}`, ratio: longPeak / shortPeak, target: 1.3 }],
  )
}
