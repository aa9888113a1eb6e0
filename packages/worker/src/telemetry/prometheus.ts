// The same for Prometheus, as the text of /metrics. A registry of its own: the application may have prom-client too.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { VectorizerStatus } from '../status.ts'
import { batchBuckets, prometheusNames as names } from './names.ts'
import type { QueueDepth } from './queue-depth.ts'
import { type BatchRecorder, chunkOutcomes, outageCode, rowOutcomes } from './recorder.ts'

export interface PrometheusMetrics {
  readonly record: BatchRecorder
  readonly contentType: string
  text(): Promise<string>
}

export function createPrometheusMetrics(queueDepth: QueueDepth): PrometheusMetrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers })
  const rows = counter(names.rows, 'Rows by what became of them.', ['vectorizer', 'outcome'])
  const chunks = counter(names.chunks, 'Chunks written, or kept with their vectors.', ['vectorizer', 'outcome'])
  const tokens = counter(names.tokens, 'Tokens, as providers report them.', ['vectorizer', 'model'])
  const failures = counter(names.failures, 'Failed attempts by step and kind of error.', ['vectorizer', 'step', 'code'])
  const outages = counter(names.outages, 'Batches given back to the queue as a whole.', ['vectorizer', 'code'])
  const steps = counter(names.stepSeconds, 'Seconds spent in each step of batches.', ['vectorizer', 'step'])
  const batches = new Histogram({
    name: names.batchSeconds,
    help: 'Seconds per batch.',
    labelNames: ['vectorizer'],
    buckets: batchBuckets,
    registers,
  })
  gauge(names.pending, 'Rows to embed.', ({ pending }) => pending)
  gauge(names.failedRows, 'Rows given up until they change.', ({ failed }) => failed)
  gauge(
    names.oldest,
    'Age of the oldest row to embed; 0 when there is none.',
    ({ oldestPending }) => oldestPending ?? 0,
  )

  function gauge(name: string, help: string, measure: (status: VectorizerStatus) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['vectorizer'],
      registers,
      async collect() {
        const statuses = await queueDepth()
        this.reset()
        for (const status of statuses) {
          if (status.error === undefined) this.set({ vectorizer: status.name }, measure(status))
        }
      },
    })
  }

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    record(batch) {
      const { result, seconds } = batch
      const vectorizer = batch.vectorizer.label
      batches.observe({ vectorizer }, seconds)
      const code = outageCode(batch)
      if (code !== undefined) outages.inc({ vectorizer, code })
      if (!result) return
      for (const [outcome, count] of rowOutcomes(result)) rows.inc({ vectorizer, outcome }, count)
      for (const [outcome, count] of chunkOutcomes(result)) chunks.inc({ vectorizer, outcome }, count)
      for (const [step, spent] of Object.entries(result.seconds)) steps.inc({ vectorizer, step }, spent)
      if (result.tokens) tokens.inc({ vectorizer, model: batch.vectorizer.spec.model ?? '' }, result.tokens)
      for (const { step, code } of result.failures) failures.inc({ vectorizer, step, code })
    },
  }
}
