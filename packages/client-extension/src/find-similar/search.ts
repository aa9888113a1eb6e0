// Runs the statement until it has as many rows as asked for, or there are no more.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import { type AnswerRow, readAnswer, type SearchAnswer } from '../rows/rows.ts'
import { mostRead, vectorsToRead } from '../statement/scan-settings.ts'
import { searchStatement, type VectorStatementInput } from '../statement/statement.ts'
import { keyFields } from './search-target.ts'

/** Runs a statement on the caller's connection, inside their transaction if they are in one. */
export type RunQuery = (query: SqlQuery) => PromiseLike<readonly AnswerRow[]>

export interface SearchInput extends Omit<VectorStatementInput, 'read' | 'complete'> {
  /** Whether the rows are a page of several. */
  readonly paged: boolean
  /** Whether one statement must do, as in `$transaction([…])`. */
  readonly once: boolean
}

/** At most `take` hits, nearest first; fewer only where no more rows match. */
export async function search(run: RunQuery, input: SearchInput): Promise<SearchAnswer> {
  const { spec, results, take, skip, tuning, distance, row, once } = input
  const keyLength = keyFields(input).length
  const answerOf = async (read: number | 'all') =>
    readAnswer(await run(searchStatement({ ...input, read, complete: once })), keyLength, row?.columns.length)

  if (spec.index.kind === 'none' || distance !== spec.distance || tuning?.exact) return answerOf('all')
  let read = vectorsToRead(spec, results, skip + take, input.paged)
  for (;;) {
    const answer = await answerOf(read)
    const { hits, scanned, beyond } = answer
    if (hits.length >= take || scanned === undefined || beyond) return answer
    // The scan ended early. That does not mean that the table did: many equal vectors, even deleted ones, cut parts
    // of the graph off, and a filter that lets few of 20,000 pass ends it too.
    if (scanned < read || read >= mostRead) return answerOf('all')
    read *= 4
  }
}
