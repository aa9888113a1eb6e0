// Writes the chunks of a batch in one statement.
import { quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keyParameters, storeKeys } from './keys.ts'

export interface ChunkColumns {
  /** Key of each chunk's row. */
  readonly keys: readonly Key[]
  readonly sequences: readonly number[]
  readonly chunks: readonly string[]
  /** A binary `vector[]` (see vector-array.ts), or one text per vector where the driver takes no binary. */
  readonly embeddings: Uint8Array | readonly string[]
}

/** Each element is cast to the store's own type by assignment: `vector` → `halfvec`, `sparsevec`. */
export function insertChunks({ spec, store, vectorType }: Vectorizer, chunks: ChunkColumns): SqlQuery {
  const parts = spec.source.key.length
  const { chunkSeq, chunk, embedding } = storeColumns
  const columns = [storeKeys(spec), ...[chunkSeq, chunk, embedding].map(quoteIdentifier)].join(', ')
  const embeddings = `$${parts + 3}${chunks.embeddings instanceof Uint8Array ? '' : '::text[]'}::${vectorType}[]`
  return {
    text: `INSERT INTO ${store} (${columns})
SELECT * FROM unnest(${keyParameters(spec)}, $${parts + 1}::int[], $${parts + 2}::text[], ${embeddings})`,
    values: [...keyArrays(spec, chunks.keys), chunks.sequences, chunks.chunks, chunks.embeddings],
  }
}
