// A worker in a process of its own, to be killed. Its provider takes 5 to 30 ms, or never answers (HANG).
import { setTimeout as sleep } from 'node:timers/promises'
import { createWorker } from '../../src/index.ts'
import { onStopSignal } from '../../src/signals.ts'
import { always, fakeEmbedder } from './fake-embedders.ts'

const worker = createWorker({
  database: process.env['DATABASE_URL'] ?? '',
  embedder: always(fakeEmbedder(() => (process.env['HANG'] ? new Promise(() => {}) : sleep(5 + Math.random() * 25)))),
  batchSize: 10,
  pollInterval: 20,
  leaseSeconds: 1,
  gracePeriod: Number(process.env['GRACE'] ?? 100),
})
onStopSignal(() => worker.stop())
await worker.run()
