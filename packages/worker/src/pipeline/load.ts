// Step 2: reads what the claimed rows say now, and which chunks they have.
import { type LoadRow, loadRows } from '../sql/load-rows.ts'
import { run } from '../sql/run.ts'
import type { ClaimedRow, Lease, LoadedRow, PipelineContext } from './batch.ts'
import { storable } from './storable-text.ts'

export async function load(
  { database }: PipelineContext,
  { vectorizer }: Lease,
  rows: readonly ClaimedRow[],
): Promise<LoadedRow[]> {
  const keys = rows.map(({ key }) => key)
  const answers = await run<LoadRow>(database, loadRows(vectorizer, keys))
  const byOrdinal = new Map(answers.map((answer) => [answer.ordinal, answer]))
  const columns = vectorizer.spec.source.templateColumns
  return rows.map((row, index) => {
    const answer = byOrdinal.get(index + 1)
    const chunks = (!row.reembed && answer?.stored) || []
    const stored = chunks.map(([id, sequence, hash]) => ({ id, sequence, hash }))
    if (!answer?.present) return { ...row, source: undefined, stored }
    return {
      ...row,
      source: {
        content: answer.content,
        columns: columns.map((_, column) => storable(answer[`column_${column}`] ?? null)),
      },
      stored,
    }
  })
}
