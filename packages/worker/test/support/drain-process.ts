// Drains in a process of its own, and says how much memory that took.
import { createWorker } from '../../src/index.ts'
import { always, fakeEmbedder } from './fake-embedders.ts'

const embedder = fakeEmbedder(() => {
  // It notes every text it is asked for.
  embedder.calls.length = 0
})
const worker = createWorker({ database: process.env['DATABASE_URL'] ?? '', embedder: always(embedder) })
const { embedded } = await worker.drain()
await worker.stop()
process.stdout.write(JSON.stringify({ embedded, peak: process.resourceUsage().maxRSS * 1024 }))
