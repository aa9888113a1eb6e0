// Writes the vectors of a batch into a column of their own source rows, one per row.
import { quoteIdentifier, type SqlQuery, vectorColumn } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keyParameters, keysMatch, queueKeys, unnestKeys } from './keys.ts'
import { storedVector, type VectorValues, vectorsParameter } from './vector-parameter.ts'

/** `vectors` has one per key. Only after lockRows, which holds the rows. */
export function setVectors(vectorizer: Vectorizer, keys: readonly Key[], vectors: VectorValues): SqlQuery {
  const { spec, source } = vectorizer
  const parameter = vectorsParameter(vectorizer, spec.source.key.length + 1, vectors)
  return {
    text: `UPDATE ${source} AS source
SET ${quoteIdentifier(vectorColumn(spec.store))} = ${storedVector(vectorizer, 'wanted.vector')}
FROM unnest(${keyParameters(spec)}, ${parameter}) AS wanted (${queueKeys(spec)}, vector)
WHERE ${keysMatch(spec, 'source')}`,
    values: [...keyArrays(spec, keys), vectors],
  }
}

/** Rows without text have no vector. Those that have none already are not touched. Only after lockRows. */
export function clearVectors({ spec, source }: Vectorizer, keys: readonly Key[]): SqlQuery {
  const column = quoteIdentifier(vectorColumn(spec.store))
  return {
    text: `UPDATE ${source} AS source
SET ${column} = NULL
FROM ${unnestKeys(spec)}
WHERE ${keysMatch(spec, 'source')} AND source.${column} IS NOT NULL`,
    values: keyArrays(spec, keys),
  }
}

/**
 * Takes the table lock that an UPDATE needs, without updating (an UPDATE of no rows would fire statement triggers, LOCK
 * TABLE needs rights on the whole table). To be asked first: a migration that makes an index or a trigger would let us
 * lock rows, but not update them, and would then wait for those rows, in a deadlock.
 */
export function lockForUpdates({ spec, source }: Vectorizer): SqlQuery {
  const column = quoteIdentifier(vectorColumn(spec.store))
  return { text: `EXPLAIN UPDATE ${source} SET ${column} = NULL`, values: [] }
}
