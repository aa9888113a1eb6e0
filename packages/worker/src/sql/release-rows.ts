// Gives rows back to the queue, claimable after a delay.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { updateHeldRows } from './held-rows.ts'
import type { Key } from './keys.ts'

/** The attempt is given back as well: it is not the row's fault that it was not embedded. */
export function releaseRows(
  vectorizer: Vectorizer,
  held: { readonly lease: string; readonly keys: readonly Key[] },
  delaySeconds: number,
): SqlQuery {
  return updateHeldRows(
    vectorizer,
    held,
    (delay) => `lease = NULL,
  attempts = greatest(queue.attempts - 1, 0),
  not_before = CASE WHEN $${delay}::float8 > 0 THEN now() + make_interval(secs => $${delay}::float8) ELSE '-infinity' END`,
    [delaySeconds],
  )
}

/** Rows whose source row the application has locked: each time longer, but never given up. The attempt stays counted. */
export function postponeRows(
  vectorizer: Vectorizer,
  held: { readonly lease: string; readonly keys: readonly Key[] },
): SqlQuery {
  return updateHeldRows(
    vectorizer,
    held,
    () => `lease = NULL,
  not_before = now() + make_interval(secs => least(60, 0.5 * 2 ^ least(queue.attempts, 10)))`,
    [],
  )
}
