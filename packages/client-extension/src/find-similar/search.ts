// Runs the statement until it has as many rows as asked for, or there are no more.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import { type Hit, readAnswer } from './rows.ts'
import { keyFields } from './search-target.ts'
import { type StatementInput, searchStatement } from './statement.ts'

/** Runs a statement on the caller's connection, inside their transaction if they are in one. */
export type RunQuery = (query: SqlQuery) => PromiseLike<readonly Readonly<Record<string, unknown>>[]>

// A parent's other chunks take up places in what is read. 40 for 10 parents returned as few as 4 where one long
// document filled the top; 100 returned 10.
const chunksPerParent = 10
const leastRead = 100
// pgvector's default `hnsw.max_scan_tuples`: an index scan ends there.
const mostRead = 20_000

/** At most `take` hits, nearest first; fewer only where no more rows match. */
export async function search(run: RunQuery, input: Omit<StatementInput, 'read'>): Promise<readonly Hit[]> {
  const { spec, results, take } = input
  const keyLength = keyFields(input).length
  const answerOf = async (read: number | 'all') => readAnswer(await run(searchStatement({ ...input, read })), keyLength)

  if (spec.index.kind === 'none') return (await answerOf('all')).hits
  let read = results === 'parents' ? Math.max(leastRead, chunksPerParent * take) : take
  for (;;) {
    const { hits, scanned } = await answerOf(read)
    if (hits.length >= take || scanned === undefined) return hits
    // The scan ended early. That does not mean that the table did: many equal vectors, even deleted ones, cut parts
    // of the graph off, and a filter that lets few of 20,000 pass ends it too.
    if (scanned < read || read >= mostRead) return (await answerOf('all')).hits
    read *= 4
  }
}
