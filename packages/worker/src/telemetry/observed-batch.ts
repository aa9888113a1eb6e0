// One batch, seen by tracing and by what counts.
import type { Embedder } from '@prisma-vectorizer/spec'
import type { PipelineContext } from '../pipeline/batch.ts'
import { type BatchOptions, type BatchResult, processBatch } from '../pipeline/process-batch.ts'
import type { Vectorizer } from '../vectorizer.ts'
import type { BatchRecorder } from './recorder.ts'
import type { Redact } from './redact.ts'
import type { Tracing } from './tracing.ts'

export interface Observation {
  readonly tracing: Tracing
  readonly recorders: readonly BatchRecorder[]
  readonly redact: Redact
}

/** `processBatch`, observed, and without secrets in what it says of an outage. Claims that found no row are left out: an idle worker makes one every few seconds. */
export async function observedBatch(
  context: PipelineContext & { readonly observation: Observation },
  vectorizer: Vectorizer,
  embedder: () => Promise<Embedder>,
  options: BatchOptions,
): Promise<BatchResult> {
  const { tracing, recorders, redact } = context.observation
  const startedAt = performance.now()
  const trace = tracing(vectorizer)
  const record = (result: BatchResult | undefined, error: unknown) => {
    const seconds = (performance.now() - startedAt) / 1_000
    for (const recorder of recorders) recorder({ vectorizer, result, error, seconds })
  }
  const onClaimed = (rows: number) => {
    trace.claimed(rows)
    options.onClaimed?.(rows)
  }
  try {
    const raw = await processBatch(context, vectorizer, trace.embedder(embedder), { ...options, onClaimed })
    const outage = raw.outage && { ...raw.outage, message: redact(raw.outage.message) }
    const result = { ...raw, outage }
    trace.end(result)
    if (result.claimed > 0 || result.outage) record(result, undefined)
    return result
  } catch (error) {
    trace.fail(error)
    record(undefined, error)
    throw error
  }
}
