// Specs that a database or a migration has stored, perhaps by an earlier version of ours.
import type { AnySpec } from './vectorizer-spec.ts'

/** The spec with the fields that came later: what they were not asked for, it does not have. */
export function completeSpec<S extends AnySpec>(stored: S): S {
  const index = stored.index.kind === 'hnsw' ? { ...stored.index, bit: stored.index.bit ?? false } : stored.index
  // The cast: `S` is one of the two, and no spread says which.
  return (
    stored.kind === 'vectorizer'
      ? { ...stored, index, textSearch: stored.textSearch ?? null }
      : { ...stored, index, list: stored.list ?? false }
  ) as S
}
