// Sets up whatever watches batches: OpenTelemetry where the application has it, and the recorders of the worker itself.
import type { Observation } from './observed-batch.ts'
import { loadOpenTelemetry } from './open-telemetry.ts'
import { createOtelMetrics } from './otel-metrics.ts'
import type { QueueDepth } from './queue-depth.ts'
import type { BatchRecorder } from './recorder.ts'
import type { Redact } from './redact.ts'
import { createTracing, noTracing } from './tracing.ts'

export interface StoppableObservation extends Observation {
  stop(): void
}

export async function observe(
  queueDepth: QueueDepth,
  recorders: readonly BatchRecorder[],
  redact: Redact,
): Promise<StoppableObservation> {
  const api = await loadOpenTelemetry()
  if (!api) return { tracing: noTracing, recorders, redact, stop() {} }
  const metrics = createOtelMetrics(api, queueDepth)
  return {
    tracing: createTracing(api),
    recorders: [...recorders, metrics.record],
    redact,
    stop: () => metrics.stop(),
  }
}
