// Steps 3 and 4 of 6 over a batch: chunk and format each row; a row that fails here fails alone.
import type { Vectorizer } from '../vectorizer.ts'
import type { ChunkedRow, FailedRow, LoadedRow } from './batch.ts'
import { describeFailure } from './failure.ts'

export function prepare(
  { splitText, formatChunk }: Vectorizer,
  rows: readonly LoadedRow[],
): { readonly prepared: readonly ChunkedRow[]; readonly failed: readonly FailedRow[] } {
  const prepared: ChunkedRow[] = []
  const failed: FailedRow[] = []
  for (const { key, attempts, source } of rows) {
    const row = { key, attempts }
    try {
      const chunks = source ? splitText(source.text).map((chunk) => formatChunk(chunk, source.columns)) : []
      prepared.push({ ...row, gone: source === undefined, chunks })
    } catch (error) {
      failed.push({ row, message: describeFailure(error, source ? [source.text] : []) })
    }
  }
  return { prepared, failed }
}
