// What is gained while the provider is the limit: by several calls in flight, and by several workers.
import { createWorker } from '@prisma-vectorizer/worker'
import { createBacklog, expectStored, queueAll } from './support/backlog.ts'
import { withDatabase } from './support/database.ts'
import { startDrainProcess } from './support/drain-process.ts'
import { fakeProvider } from './support/fake-provider.ts'
import { interleaved, printRatios, wall } from './support/measure.ts'
import { scaled } from './support/scale.ts'

const dimensions = 768
const latency = 100
const rounds = 3

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (url, client) => {
    const posts = scaled(8_000)
    await createBacklog(client, { posts, characters: 960, dimensions })
    const embedder = fakeProvider({ dimensions, latency })

    const workers = (count: number, concurrency: number) => async () => {
      await queueAll(client)
      const instances = Array.from({ length: count }, () => createWorker({ database: url, embedder, concurrency }))
      const taken = await wall(() => Promise.all(instances.map((worker) => worker.drain())))
      await Promise.all(instances.map((worker) => worker.stop()))
      await expectStored(client, posts)
      return taken
    }
    const processes = (count: number) => async () => {
      await queueAll(client)
      const starting = Array.from({ length: count }, () => startDrainProcess({ url, dimensions, latency }))
      const started = await Promise.all(starting)
      const taken = await wall(() => Promise.all(started.map((process) => process.drain())))
      await Promise.all(started.map(({ ended }) => ended))
      await expectStored(client, posts)
      return taken
    }
    const taken = await interleaved(
      {
        oneCall: workers(1, 1),
        fourCalls: workers(1, 4),
        twoWorkers: workers(2, 4),
        oneProcess: processes(1),
        twoProcesses: processes(2),
      },
      rounds,
    )
    const size = `provider of ${latency} ms a call, ${posts} rows × ${dimensions}, batches of 50, throughput`
    printRatios(`Calls in flight, ${size}`, 'one worker, one call in flight', [
      { what: 'four calls in flight (the default)', ratio: taken.oneCall / taken.fourCalls, atLeast: 3.5 },
    ])
    printRatios(`Workers, ${size}`, 'one worker, four calls in flight', [
      { what: 'two workers in one process', ratio: taken.fourCalls / taken.twoWorkers },
      {
        what: 'two workers, each a process, against one process',
        ratio: taken.oneProcess / taken.twoProcesses,
        atLeast: 1.7,
      },
    ])
  })
}
