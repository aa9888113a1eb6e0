// Notes a failed attempt of rows: again later, or given up; and why, for as long as it is worth knowing.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { FailedRow } from '../pipeline/batch.ts'
import type { Vectorizer } from '../vectorizer.ts'
import { updateHeldRows } from './held-rows.ts'
import { noteErrors } from './record-errors.ts'

/**
 * Seconds before the 2nd, 3rd, … attempt: 10, 30, 90, 270, 810 … an hour at most. A tenth more or less, so that what
 * failed together does not come back together.
 */
const delay = 'least(3600, 10 * 3 ^ least(queue.attempts - 1, 6)) * (0.9 + 0.2 * random())'

/** Only the queue's part: nothing is noted in vectorizer.error. */
export const failRowsUnnoted = (
  vectorizer: Vectorizer,
  lease: string,
  failed: readonly FailedRow[],
  maxAttempts: number,
): SqlQuery => failing(vectorizer, lease, failed, maxAttempts).query

/**
 * One statement: an error is noted exactly for the rows whose attempt was. A row that lost the lease was changed, or is
 * another worker's by now, and its error is of no more concern. No two workers can note an error of one key at once,
 * since each holds the queue's row meanwhile; so they cannot deadlock here either.
 */
export function failRows(
  vectorizer: Vectorizer,
  lease: string,
  failed: readonly FailedRow[],
  maxAttempts: number,
): SqlQuery {
  const { query, messages } = failing(vectorizer, lease, failed, maxAttempts)
  const first = query.values.length + 1
  const [name, keys, steps, codes] = [first, first + 1, first + 2, first + 3]
  const item = (parameter: number) => `($${parameter}::text[])[ordinal]`
  return {
    text: `WITH failed AS (
${query.text}
), noted AS (
${noteErrors(`SELECT $${name}::text, ${item(keys)}::jsonb, ${item(steps)}, ${item(codes)}, ${item(messages)}
FROM failed`)}
)
SELECT ordinal FROM failed`,
    values: [
      ...query.values,
      vectorizer.name,
      failed.map(({ row }) => JSON.stringify(row.key)),
      failed.map(({ step }) => step),
      failed.map(({ code }) => code),
    ],
  }
}

/** `messages`: the parameter that has them. */
function failing(vectorizer: Vectorizer, lease: string, failed: readonly FailedRow[], maxAttempts: number) {
  const held = { lease, keys: failed.map(({ row }) => row.key) }
  let messages = 0
  const query = updateHeldRows(
    vectorizer,
    held,
    (parameter) => {
      messages = parameter
      return `lease = NULL,
  lost_leases = 0,
  error = ($${parameter}::text[])[wanted.ordinal],
  not_before = now() + make_interval(secs => ${delay}),
  failed_at = CASE WHEN ($${parameter + 1}::boolean[])[wanted.ordinal] OR queue.attempts >= $${parameter + 2} THEN now() END`
    },
    [failed.map(({ message }) => message), failed.map(({ permanent }) => permanent), maxAttempts],
  )
  return { query, messages }
}
