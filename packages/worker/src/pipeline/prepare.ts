// Steps 5 and 6 over a batch: chunk and format each row; a row that fails here fails alone.
import type { Vectorizer } from '../vectorizer.ts'
import type { ChunkedRow, FailedRow, ReadRow } from './batch.ts'
import { failedRow } from './failure.ts'
import { storable } from './storable-text.ts'

export async function prepare(
  { splitText, formatChunk }: Vectorizer,
  rows: readonly ReadRow[],
): Promise<{ readonly prepared: readonly ChunkedRow[]; readonly failed: readonly FailedRow[] }> {
  const prepared: ChunkedRow[] = []
  const failed: FailedRow[] = []
  for (const { source, text, ...row } of rows) {
    let step: 'chunk' | 'format' = 'chunk'
    try {
      const split = source ? splitText(text) : []
      const parts = split instanceof Promise ? await split : split
      step = 'format'
      const chunks = source ? parts.map((part) => storable(formatChunk(part, source.columns))) : []
      prepared.push({ ...row, gone: source === undefined, chunks })
    } catch (error) {
      failed.push(failedRow(row, step, error, [text]))
    }
  }
  return { prepared, failed }
}
