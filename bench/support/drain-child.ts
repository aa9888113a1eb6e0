// A worker in a process of its own: opens its database, says so, drains when it is told to, and says what that took.
import { createWorker } from '@prisma-vectorizer/worker'
import type { DrainProcessOptions } from './drain-process.ts'
import { fakeProvider } from './fake-provider.ts'

const { url, batchSize, concurrency, ...provider } = JSON.parse(process.argv[2] ?? '{}') as DrainProcessOptions
const worker = createWorker({ database: url, embedder: fakeProvider(provider), batchSize, concurrency })
await worker.status({ stores: false })
process.once('message', async () => {
  const { embedded } = await worker.drain()
  process.send?.({ embedded, peak: process.resourceUsage().maxRSS * 1024 })
  await worker.stop()
  process.disconnect()
})
process.send?.('ready')
