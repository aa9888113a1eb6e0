// `findEmbeddings`: the rows of findMany with their vectors.
import { objectOf } from '../arguments/argument-readers.ts'
import { chooseVectorizer } from '../arguments/arguments.ts'
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import type { Method } from '../prisma/method-context.ts'
import { keyText, readKey } from '../scope/row-key.ts'
import { hideFields, type ShownFields, withKey } from '../scope/shown-key.ts'
import { readVectors, type StoredVector } from './read-vectors.ts'

type ResultRow = Record<string, unknown>

/**
 * Calls the caller's findMany with its own arguments, then reads the vectors of the rows that came back. Rejects with
 * VZ305 (vectorizer), VZ306 (no object), VZ307, or as findMany does.
 */
export const findEmbeddings: Method = async ({ target, connection }, args) => {
  const name = `${target.model}.findEmbeddings`
  const { vectorizer, ...asked } = objectOf(args, name)
  const search = chooseVectorizer(target, vectorizer, name, true)
  const fields = keyFields(search).map(({ field }) => field)
  const { shown, hidden } = withKey(asked as ShownFields, fields, connection.globallyOmitted)
  const rows = (await connection.findMany({ ...asked, ...shown })) as readonly ResultRow[]
  const keys = rows.map((row) => readKey(row, fields))
  const vectors = await readVectors(connection, search, keys, name)
  rows.forEach((row, index) => {
    hideFields(row, hidden)
    attach(row, vectors.get(keyText(keys[index] ?? [])) ?? [], search)
  })
  return rows
}

function attach(row: ResultRow, vectors: readonly StoredVector[], { results, spec }: Searchable): void {
  if (results === 'parents') {
    row['_embeddings'] = vectors.map(({ embeddingUuid, chunkSeq, chunk, vector }) => ({
      embeddingUuid,
      chunkSeq,
      chunk,
      embedding: vector,
    }))
    return
  }
  // As for any list of Prisma, NULL is none.
  const none = spec.kind === 'vector' && spec.list ? [] : null
  row['_embedding'] = vectors[0]?.vector ?? none
}
