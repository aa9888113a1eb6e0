// Extends the lease of a batch whose provider call takes long.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { updateHeldRows } from './held-rows.ts'
import type { Key } from './keys.ts'

export function renewLease(
  vectorizer: Vectorizer,
  held: { readonly lease: string; readonly keys: readonly Key[] },
  leaseSeconds: number,
): SqlQuery {
  return updateHeldRows(vectorizer, held, (seconds) => `not_before = now() + make_interval(secs => $${seconds})`, [
    leaseSeconds,
  ])
}
