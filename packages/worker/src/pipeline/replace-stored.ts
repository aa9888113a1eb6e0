// The part of the write that depends on the store: a table of chunks, or a column of the source.
import { type Queryable, vectorArray, vectorToText } from '@prisma-vectorizer/spec'
import { deleteChunks } from '../sql/delete-chunks.ts'
import { insertChunks } from '../sql/insert-chunks.ts'
import { run } from '../sql/run.ts'
import { clearVectors, lockForUpdates, setVectors } from '../sql/set-vectors.ts'
import type { VectorValues } from '../sql/vector-parameter.ts'
import type { Vectorizer } from '../vectorizer.ts'
import type { ChunkedRow, EmbeddedRow } from './batch.ts'

/** What the write locks before any row. */
export async function lockStore(vectorizer: Vectorizer, connection: Queryable): Promise<void> {
  if (vectorizer.spec.store.kind === 'column') await run(connection, lockForUpdates(vectorizer))
}

export interface Replacement {
  /** Rows that get their new vectors in place of the old ones: none, where they have no text. */
  readonly written: readonly EmbeddedRow[]
  /** Rows whose source row is gone. */
  readonly removed: readonly EmbeddedRow[]
}

/** `binary`: whether the database takes a Buffer as a binary parameter. */
export async function replaceStored(
  vectorizer: Vectorizer,
  { written, removed }: Replacement,
  binary: boolean,
  connection: Queryable,
): Promise<void> {
  const embedded = written.filter(({ vectors }) => vectors.length > 0)
  const vectors = embedded.flatMap((row) => row.vectors)
  const values: VectorValues = binary ? vectorArray(vectors, vectorizer.vectorTypeOid) : vectors.map(vectorToText)
  if (vectorizer.spec.store.kind === 'column') {
    const empty = written.filter((row) => row.vectors.length === 0)
    if (empty.length > 0) await run(connection, clearVectors(vectorizer, keysOf(empty)))
    if (embedded.length > 0) await run(connection, setVectors(vectorizer, keysOf(embedded), values))
    return
  }
  await run(connection, deleteChunks(vectorizer, keysOf([...written, ...removed])))
  if (embedded.length === 0) return
  const chunks = {
    keys: embedded.flatMap((row) => row.chunks.map(() => row.key)),
    sequences: embedded.flatMap((row) => row.chunks.map((_, sequence) => sequence)),
    chunks: embedded.flatMap((row) => row.chunks),
    vectors: values,
  }
  await run(connection, insertChunks(vectorizer, chunks))
}

export const keysOf = (rows: readonly ChunkedRow[]) => rows.map(({ key }) => key)
