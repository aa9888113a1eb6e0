// Steps 3 and 4: what a field holds → its text. Plain text is that already; documents are loaded and read.
import type { LoadedDocument, Parsing } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import type { FailedRow, LoadedRow, PipelineContext, ReadRow } from './batch.ts'
import { failedRow } from './failure.ts'
import { storable } from './storable-text.ts'

/** Documents of a batch that are loaded and read at once. */
const atOnce = 4

export interface Documents {
  readonly read: ReadRow[]
  readonly failed: FailedRow[]
}

/** Throws VZ510 where the vectorizer has documents and there is nothing to read them with. */
export async function readDocuments(
  context: PipelineContext,
  vectorizer: Vectorizer,
  rows: readonly LoadedRow[],
  signal: AbortSignal,
): Promise<Documents> {
  if (!vectorizer.holdsDocuments) {
    return { read: rows.map((row) => ({ ...row, text: storable(textOf(row)) })), failed: [] }
  }
  const outcome: Documents = { read: [], failed: [] }
  const waiting = [...rows]
  const readOn = async () => {
    for (let row = waiting.shift(); row && !signal.aborted; row = waiting.shift()) {
      await readDocument(context, vectorizer, row, signal, outcome)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, readOn))
  return outcome
}

const textOf = ({ source }: LoadedRow): string | null => (typeof source?.content === 'string' ? source.content : null)

/** A row that signal cut short is in neither list: it goes back to the queue. */
async function readDocument(
  { documents }: PipelineContext,
  { spec }: Vectorizer,
  row: LoadedRow,
  signal: AbortSignal,
  { read, failed }: Documents,
): Promise<void> {
  const content = row.source?.content ?? null
  if (content === null || content.length === 0) {
    read.push({ ...row, text: '' })
    return
  }
  const reader = await documents()
  let step: 'load' | 'parse' = 'load'
  try {
    const document =
      spec.source.loading === 'uri'
        ? await reader.load(String(content).trim(), { signal })
        : typeof content === 'string'
          ? inlineText(content, spec.source.parsing)
          : { bytes: content }
    step = 'parse'
    read.push({ ...row, text: storable(await reader.parse(document, spec.source.parsing, { signal })) })
  } catch (error) {
    if (!signal.aborted) failed.push(failedRow(row, step, error, []))
  }
}

/** Whatever the text itself says of its encoding: from the database it comes as this. */
const inlineText = (text: string, parsing: Parsing): LoadedDocument => ({
  bytes: new TextEncoder().encode(text),
  mediaType: `text/${parsing === 'html' ? 'html' : 'plain'}; charset=utf-8`,
})
