// Notes a failed attempt of rows: again later, or given up.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { updateHeldRows } from './held-rows.ts'
import type { Key } from './keys.ts'

/** Seconds before the 2nd, 3rd, … attempt: 10, 30, 90, 270, 810. */
const delay = 'least(3600, 10 * 3 ^ least(queue.attempts - 1, 6))'

/** `messages` has one entry per key. */
export function failRows(
  vectorizer: Vectorizer,
  held: { readonly lease: string; readonly keys: readonly Key[] },
  messages: readonly string[],
  maxAttempts: number,
): SqlQuery {
  return updateHeldRows(
    vectorizer,
    held,
    (parameter) => `lease = NULL,
  error = ($${parameter}::text[])[wanted.ordinal],
  not_before = now() + make_interval(secs => ${delay}),
  failed_at = CASE WHEN queue.attempts >= $${parameter + 1} THEN now() END`,
    [messages, maxAttempts],
  )
}
