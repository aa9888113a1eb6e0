// One worker in a process of its own, to be killed. Tells its parent what it does.
import { createResolver } from '@prisma-vectorizer/embedders'
import { createWorker } from '@prisma-vectorizer/worker'
import { onStopSignal } from '../../packages/worker/src/signals.ts'
import { createProvider } from './provider.ts'
import { createRandom } from './random.ts'
import { emptyReport, gracePeriod, leaseSeconds, maxAttempts, modelName } from './worker-settings.ts'

const setting = (name: string) => process.env[`SOAK_${name}`] ?? ''

let unsent = emptyReport
const add = (counts: Readonly<Record<string, number>>, name: string) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 })

function send(): void {
  if (!process.connected) return
  process.send?.(unsent)
  unsent = emptyReport
}

const model = createProvider({
  random: createRandom(Number(setting('SEED')), Number(setting('PART'))),
  startedAt: Number(setting('STARTED')),
  healthy: setting('HEALTHY') === '1',
  onCall(texts, fault) {
    unsent = { ...unsent, calls: unsent.calls + 1, texts: unsent.texts + texts }
    if (fault) unsent = { ...unsent, faults: add(unsent.faults, fault) }
  },
})
const warn = (_: object, message: string) => {
  // Without its numbers and the provider's words, or every message would be a kind of its own.
  const kind = message.split('\n')[0]?.replace(/\d+/g, 'n').slice(0, 80) ?? ''
  unsent = { ...unsent, warnings: add(unsent.warnings, kind) }
}
const worker = createWorker({
  database: process.env['DATABASE_URL'],
  embedder: createResolver({ models: { [modelName]: model }, retries: 1 }),
  batchSize: 8,
  concurrency: 3,
  pollInterval: 50,
  leaseSeconds,
  maxAttempts,
  gracePeriod,
  logger: { debug: () => {}, info: () => {}, warn, error: warn },
  onProgress({ embedded, reused }) {
    unsent = { ...unsent, embedded: unsent.embedded + embedded, reused: unsent.reused + reused }
  },
})
onStopSignal(() => worker.stop())
setInterval(send, 100).unref()
process.on('disconnect', () => process.exit(3))
// Neither the timer nor the channel keeps a worker alive that has stopped.
process.channel?.unref()
send()
await worker.run()
send()
