// A worker in a process of its own, to be killed. Its provider takes 5 to 30 ms, or never answers (HANG), or kills the
// process when it sees a text with a word (DEADLY).
import { setTimeout as sleep } from 'node:timers/promises'
import { createWorker } from '../../src/index.ts'
import { onStopSignal } from '../../src/signals.ts'
import { always, fakeEmbedder } from './fake-embedders.ts'

const { DEADLY: deadly, HANG: hangs } = process.env

const worker = createWorker({
  database: process.env['DATABASE_URL'] ?? '',
  embedder: always(
    fakeEmbedder((texts) => {
      if (deadly && texts.some((text) => text.includes(deadly))) process.kill(process.pid, 'SIGKILL')
      return hangs ? new Promise(() => {}) : sleep(5 + Math.random() * 25)
    }),
  ),
  batchSize: 10,
  pollInterval: 20,
  leaseSeconds: Number(process.env['LEASE'] ?? 1),
  gracePeriod: Number(process.env['GRACE'] ?? 100),
})
onStopSignal(() => worker.stop())
await (process.env['DRAIN'] ? worker.drain().finally(() => worker.stop()) : worker.run())
