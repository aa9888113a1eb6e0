// The part of the write that depends on the store: a table of chunks, or a column of the source.
import { type Queryable, vectorArray, vectorToText } from '@prisma-vectorizer/spec'
import { deleteChunks } from '../sql/delete-chunks.ts'
import { insertChunks } from '../sql/insert-chunks.ts'
import { type LockedChunk, lockChunks } from '../sql/lock-chunks.ts'
import { moveChunks } from '../sql/move-chunks.ts'
import { run } from '../sql/run.ts'
import { clearVectors, lockForUpdates, setVectors } from '../sql/set-vectors.ts'
import type { VectorValues } from '../sql/vector-parameter.ts'
import type { Vectorizer } from '../vectorizer.ts'
import type { ChunkedRow, Vectors } from './batch.ts'
import { type ChunkPlan, planChunks } from './chunk-plan.ts'

/** What the write locks before any row. */
export async function lockStore(vectorizer: Vectorizer, connection: Queryable): Promise<void> {
  if (vectorizer.spec.store.kind === 'column') await run(connection, lockForUpdates(vectorizer))
}

export interface Replacement {
  /** Rows that get their new chunks in place of the old ones: none, where they have no text. */
  readonly written: readonly ChunkedRow[]
  /** Rows whose source row is gone. */
  readonly removed: readonly ChunkedRow[]
  readonly vectors: Vectors
}

export interface Replaced {
  readonly chunks: number
  readonly reused: number
  /** Rows that were not written: chunks that were to be kept have been changed by the application meanwhile. */
  readonly overtaken: readonly ChunkedRow[]
}

/** `binary`: whether the database takes a Buffer as a binary parameter. */
export async function replaceStored(
  vectorizer: Vectorizer,
  replacement: Replacement,
  binary: boolean,
  connection: Queryable,
): Promise<Replaced> {
  return vectorizer.spec.store.kind === 'column'
    ? replaceVectors(vectorizer, replacement, binary, connection)
    : replaceChunks(vectorizer, replacement, binary, connection)
}

async function replaceVectors(
  vectorizer: Vectorizer,
  { written, vectors }: Replacement,
  binary: boolean,
  connection: Queryable,
): Promise<Replaced> {
  const full = written.filter(({ chunks }) => chunks.length > 0)
  const empty = written.filter(({ chunks }) => chunks.length === 0)
  if (empty.length > 0) await run(connection, clearVectors(vectorizer, keysOf(empty)))
  if (full.length > 0) {
    const texts = full.map(({ chunks: [text] }) => text as string)
    await run(connection, setVectors(vectorizer, keysOf(full), valuesOf(vectorizer, texts, vectors, binary)))
  }
  return { chunks: full.length, reused: 0, overtaken: [] }
}

async function replaceChunks(
  vectorizer: Vectorizer,
  { written, removed, vectors }: Replacement,
  binary: boolean,
  connection: Queryable,
): Promise<Replaced> {
  const rows = [...written, ...removed]
  const locked = await run<LockedChunk>(connection, lockChunks(vectorizer, keysOf(rows)))
  const stored: LockedChunk[][] = rows.map(() => [])
  for (const chunk of locked) stored[chunk.ordinal - 1]?.push(chunk)
  const plans: { readonly row: ChunkedRow; readonly plan: ChunkPlan }[] = []
  const overtaken: ChunkedRow[] = []
  for (const [index, row] of rows.entries()) {
    const chunks = index < written.length ? row.chunks : []
    const present = stored[index] ?? []
    // Of another model's vectors none is kept.
    const plan = row.reembed
      ? { ...planChunks(chunks, []), removed: present.map(({ id }) => id) }
      : planChunks(chunks, present)
    if (plan.written.every((place) => vectors.has(chunks[place] as string))) plans.push({ row, plan })
    else overtaken.push(row)
  }

  const gone = plans.flatMap(({ plan }) => plan.removed)
  if (gone.length > 0) await run(connection, deleteChunks(vectorizer, gone))
  const rounds = Math.max(0, ...plans.map(({ plan }) => plan.moves.length))
  for (let round = 0; round < rounds; round++) {
    const moves = plans.flatMap(({ plan }) => plan.moves[round] ?? [])
    const [ids, sequences] = [moves.map(({ id }) => id), moves.map(({ sequence }) => sequence)]
    await run(connection, moveChunks(vectorizer, ids, sequences))
  }
  const places = plans.flatMap(({ row, plan }) => plan.written.map((sequence) => ({ row, sequence })))
  if (places.length > 0) {
    const chunks = places.map(({ row, sequence }) => row.chunks[sequence] as string)
    const columns = {
      keys: keysOf(places.map(({ row }) => row)),
      sequences: places.map(({ sequence }) => sequence),
      chunks,
      vectors: valuesOf(vectorizer, chunks, vectors, binary),
    }
    await run(connection, insertChunks(vectorizer, columns))
  }
  const reused = plans.reduce(
    (sum, { plan }) => sum + plan.kept + new Set(plan.moves.flat().map(({ id }) => id)).size,
    0,
  )
  return { chunks: places.length, reused, overtaken }
}

function valuesOf(
  { vectorTypeOid }: Vectorizer,
  texts: readonly string[],
  vectors: Vectors,
  binary: boolean,
): VectorValues {
  const values = texts.map((text) => vectors.get(text) as readonly number[])
  return binary ? vectorArray(values, vectorTypeOid) : values.map(vectorToText)
}

export const keysOf = (rows: readonly ChunkedRow[]) => rows.map(({ key }) => key)
