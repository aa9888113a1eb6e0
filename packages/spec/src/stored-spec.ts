// Specs that a database or a migration has stored, perhaps by an earlier version of ours.
import type { ChunkingSpec } from './chunking-spec.ts'
import type { IndexSpec } from './index-spec.ts'
import type { AnySpec } from './vectorizer-spec.ts'

/** The spec with the fields that came later: what they were not asked for, it does not have. */
export function completeSpec<S extends AnySpec>(stored: S): S {
  const index = completeIndex(stored.index)
  // The cast: `S` is one of the two, and no spread says which.
  return (
    stored.kind === 'vectorizer'
      ? {
          ...stored,
          index,
          chunking: completeChunking(stored.chunking),
          textSearch: stored.textSearch ?? null,
          replicated: stored.replicated ?? false,
        }
      : { ...stored, index, list: stored.list ?? false }
  ) as S
}

/** As they always were cut: `recursive` kept its separators, `character` did not. */
function completeChunking(chunking: ChunkingSpec): ChunkingSpec {
  if (chunking.kind !== 'recursive' && chunking.kind !== 'character') return chunking
  return { ...chunking, keepSeparator: chunking.keepSeparator ?? chunking.kind === 'recursive' }
}

function completeIndex(index: IndexSpec): IndexSpec {
  if (index.kind === 'none') return index
  const minRows = index.minRows ?? null
  return index.kind === 'hnsw' ? { ...index, bit: index.bit ?? false, minRows } : { ...index, minRows }
}
