// OpenTelemetry's metrics: what batches did, and what waits.
import type { ObservableResult } from '@opentelemetry/api'
import type { VectorizerStatus } from '../status.ts'
import { attributes, batchBuckets, instruments, scope } from './names.ts'
import type { OpenTelemetry } from './open-telemetry.ts'
import type { QueueDepth } from './queue-depth.ts'
import { type BatchRecorder, chunkOutcomes, outageCode, rowOutcomes } from './recorder.ts'

export interface OtelMetrics {
  readonly record: BatchRecorder
  /** Ends the gauges. */
  stop(): void
}

export function createOtelMetrics({ metrics }: OpenTelemetry, queueDepth: QueueDepth): OtelMetrics {
  const meter = metrics.getMeter(scope)
  const rows = meter.createCounter(instruments.rows, { unit: '{row}', description: 'Rows by what became of them.' })
  const chunks = meter.createCounter(instruments.chunks, { unit: '{chunk}', description: 'Chunks written or kept.' })
  const tokens = meter.createCounter(instruments.tokens, { unit: '{token}', description: 'As providers report them.' })
  const failures = meter.createCounter(instruments.failures, { unit: '{row}', description: 'Failed attempts.' })
  const outages = meter.createCounter(instruments.outages, { unit: '{batch}', description: 'Batches given back.' })
  const duration = meter.createHistogram(instruments.batchDuration, {
    unit: 's',
    description: 'Seconds per batch.',
    advice: { explicitBucketBoundaries: batchBuckets },
  })

  const gauges = [
    gauge(instruments.pending, '{row}', 'Rows to embed.', ({ pending }) => pending),
    gauge(instruments.failedRows, '{row}', 'Rows given up.', ({ failed }) => failed),
    gauge(instruments.oldest, 's', 'Age of the oldest row to embed.', ({ oldestPending }) => oldestPending ?? 0),
  ]

  function gauge(name: string, unit: string, description: string, measure: (status: VectorizerStatus) => number) {
    const instrument = meter.createObservableGauge(name, { unit, description })
    const observe = async (observed: ObservableResult) => {
      for (const status of await queueDepth()) {
        if (status.error === undefined) observed.observe(measure(status), { [attributes.vectorizer]: status.name })
      }
    }
    instrument.addCallback(observe)
    return () => instrument.removeCallback(observe)
  }

  return {
    record(batch) {
      const { vectorizer, result, seconds } = batch
      const of = { [attributes.vectorizer]: vectorizer.label }
      duration.record(seconds, of)
      const code = outageCode(batch)
      if (code !== undefined) outages.add(1, { ...of, [attributes.code]: code })
      if (!result) return
      for (const [outcome, count] of rowOutcomes(result)) rows.add(count, { ...of, [attributes.outcome]: outcome })
      for (const [outcome, count] of chunkOutcomes(result)) chunks.add(count, { ...of, [attributes.outcome]: outcome })
      if (result.tokens) tokens.add(result.tokens, { ...of, [attributes.model]: vectorizer.spec.model ?? '' })
      for (const { step, code } of result.failures) {
        failures.add(1, { ...of, [attributes.step]: step, [attributes.code]: code })
      }
    },
    stop() {
      for (const remove of gauges) remove()
    },
  }
}
