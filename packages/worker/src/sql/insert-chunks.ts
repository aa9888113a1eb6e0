// Writes the chunks of a batch in one statement.
import { quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keyParameters, queueKeys, storeKeys } from './keys.ts'
import { storedVector, type VectorValues, vectorsParameter } from './vector-parameter.ts'

export interface ChunkColumns {
  /** Key of each chunk's row. */
  readonly keys: readonly Key[]
  readonly sequences: readonly number[]
  readonly chunks: readonly string[]
  readonly vectors: VectorValues
}

export function insertChunks(vectorizer: Vectorizer, { keys, sequences, chunks, vectors }: ChunkColumns): SqlQuery {
  const { spec, store } = vectorizer
  const parts = spec.source.key.length
  const { chunkSeq, chunk, embedding } = storeColumns
  const columns = [storeKeys(spec), ...[chunkSeq, chunk, embedding].map(quoteIdentifier)].join(', ')
  const parameter = vectorsParameter(vectorizer, parts + 3, vectors)
  return {
    text: `INSERT INTO ${store} (${columns})
SELECT ${queueKeys(spec)}, sequence, chunk, ${storedVector(vectorizer, 'vector')}
FROM unnest(${keyParameters(spec)}, $${parts + 1}::int[], $${parts + 2}::text[], ${parameter})
  AS written (${queueKeys(spec)}, sequence, chunk, vector)`,
    values: [...keyArrays(spec, keys), sequences, chunks, vectors],
  }
}
