// A large backfill: the index built after it (`buildIndexAfter`) against an index that is filled row by row.
import { createWorker } from '@prisma-vectorizer/worker'
import { createBacklog, expectStored, queueAll } from './support/backlog.ts'
import { withDatabase } from './support/database.ts'
import { fakeProvider } from './support/fake-provider.ts'
import { interleaved, printRatios, wall } from './support/measure.ts'
import { scaled } from './support/scale.ts'

const dimensions = 768
const rounds = 3

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (url, client) => {
    // A queue of fewer is no backfill to `buildIndexAfter`.
    const posts = scaled(20_000, 10_000)
    const { name } = await createBacklog(client, { posts, characters: 800, dimensions, indexed: true })
    // As many different ones as rows: equal vectors are cheap to index.
    const embedder = fakeProvider({ dimensions, distinct: posts })
    const backfill = (buildIndexAfter: boolean) => async () => {
      await queueAll(client)
      const worker = createWorker({ database: url, embedder, buildIndexAfter })
      const taken = await wall(() => worker.drain())
      await worker.stop()
      await expectStored(client, posts)
      const { rowCount } = await client.query(
        `select from pg_index where indrelid = $1::regclass and indisvalid and indexrelid::regclass::text like '%vector_idx%'`,
        [`"${name}"`],
      )
      if (rowCount !== 1) throw new Error('the backfill has left no valid index')
      return taken
    }
    const taken = await interleaved({ inPlace: backfill(false), after: backfill(true) }, rounds)
    printRatios(
      `Backfill of ${posts} rows × ${dimensions} without provider latency, wall time`,
      `the worker fills the HNSW index as it goes: ${(taken.inPlace / 1_000).toFixed(1)} s`,
      [{ what: 'the index is built after (buildIndexAfter)', ratio: taken.after / taken.inPlace, target: 0.3 }],
    )
  })
}
