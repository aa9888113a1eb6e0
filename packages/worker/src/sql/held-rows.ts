// The rows of a batch that still carry its lease, without waiting for any: what failing, releasing and renewing update.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keysMatch, queueKeys, unnestKeys } from './keys.ts'

/**
 * `UPDATE queue SET <assignments>` over the rows of `keys` that carry `lease`. `assignments` may name `wanted.ordinal`
 * (from 1) and parameters from `$<nextParameter>`. Returns the ordinals of the rows updated: not those that lost the
 * lease, nor those that are locked.
 */
export function updateHeldRows(
  { spec, queue }: Vectorizer,
  held: { readonly lease: string; readonly keys: readonly Key[] },
  assignments: (nextParameter: number) => string,
  values: readonly unknown[],
): SqlQuery {
  const lease = spec.source.key.length + 1
  return {
    text: `WITH wanted AS MATERIALIZED (
  SELECT ${queueKeys(spec, 'wanted')}, wanted.ordinal
  FROM ${unnestKeys(spec)}
  JOIN ${queue} AS queue ON ${keysMatch(spec, 'queue')} AND queue.lease = $${lease}::uuid
  FOR UPDATE OF queue SKIP LOCKED
)
UPDATE ${queue} AS queue
SET ${assignments(lease + 1)}
FROM wanted
WHERE ${keysMatch(spec, 'queue')}
RETURNING wanted.ordinal::int AS ordinal`,
    values: [...keyArrays(spec, held.keys), held.lease, ...values],
  }
}
