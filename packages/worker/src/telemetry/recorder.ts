// What counts batches: heartbeats, Prometheus and OpenTelemetry are told the same.
import { codeOf } from '../pipeline/failure.ts'
import type { BatchResult } from '../pipeline/process-batch.ts'
import type { Vectorizer } from '../vectorizer.ts'

/** One batch that had rows, or that an error ended. */
export interface RecordedBatch {
  readonly vectorizer: Vectorizer
  /** Undefined when the database failed. */
  readonly result: BatchResult | undefined
  readonly error: unknown
  /** How long it took. */
  readonly seconds: number
}

export type BatchRecorder = (batch: RecordedBatch) => void

/** What kept the batch as a whole from being embedded: `VZ406`, `HTTP 429`, a SQLSTATE; undefined when nothing did. */
export function outageCode({ result, error }: RecordedBatch): string | undefined {
  if (!result) return codeOf(error)
  return result.outage && codeOf(result.outage.error)
}

/** Rows by what became of them. */
export const rowOutcomes = ({ embedded, removed, failed, returned }: BatchResult) =>
  Object.entries({ embedded, removed, failed, returned }).filter(([, rows]) => rows > 0)

export const chunkOutcomes = ({ chunks, reused }: BatchResult) =>
  Object.entries({ written: chunks, reused }).filter(([, count]) => count > 0)
