// Loads vectors that the application brings: checks rows as it pulls them, and stores them batch by batch.
import { setImmediate } from 'node:timers/promises'
import { InternalError, isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { type OpenedDatabase, openDatabase } from '../database/open-database.ts'
import { createBatch } from './batch.ts'
import { findTarget, type LoadTarget } from './load-target.ts'
import { type LoadOptions, type LoadSettings, loadSettings } from './options.ts'
import { pullRows } from './pull-rows.ts'
import { rowReader } from './read-row.ts'
import type { LoadSubject } from './row-types.ts'
import { storeBatch } from './store-batch.ts'

export interface LoadResult {
  /** Stored, each new or in place of what was there. */
  readonly rows: number
  readonly seconds: number
}

/** What `loadEmbeddings` rejects with once it has begun: batches that were stored before stay. */
export type LoadError = VectorizerError & {
  /** How many rows are stored. */
  readonly rows: number
}

/**
 * ```ts
 * const { rows } = await loadEmbeddings({
 *   database: process.env.DATABASE_URL,
 *   vectorizer: manifest.vectorizers[0],
 *   rows: readCorpus(), // { id, chunkSeq, chunk, embedding }
 * })
 * ```
 *
 * Each batch is a transaction of its own, so it may be run again after a failure. Chunks of a row beyond those given stay
 * as they are; what waits in the queue of a vectorizer with a model is embedded by its worker all the same.
 *
 * Throws VZ306 (options), VZ501, VZ503, VZ505, VZ507 and VZ307 at first; then a LoadError: VZ301, VZ302 and VZ306 for a row
 * that is not valid, by its number, VZ516 for a batch that the database refuses (no such parent, stored already), VZ517
 * when `signal` is aborted or `rows` fail.
 */
export async function loadEmbeddings<const S extends LoadSubject>(options: LoadOptions<S>): Promise<LoadResult> {
  const settings = loadSettings(options as LoadOptions)
  const opened = await openDatabase(options.database, settings.concurrency)
  try {
    const target = await findTarget(opened, options.vectorizer)
    return await load(opened, target, settings, options)
  } finally {
    await opened.database.close()
  }
}

async function load<S extends LoadSubject>(
  { database }: OpenedDatabase,
  target: LoadTarget,
  { batchSize, concurrency, onConflict }: LoadSettings,
  { rows, signal, onProgress }: LoadOptions<S>,
): Promise<LoadResult> {
  const started = performance.now()
  const readRow = rowReader(target)
  const stop = new AbortController()
  const active = new Set<Promise<void>>()
  let batch = createBatch(target)
  let stored = 0
  let pulled = 0

  const onAbort = () => stop.abort(aborted(target, signal?.reason))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)

  async function store({ rows: checked }: typeof batch): Promise<void> {
    await storeBatch(database, target, checked, onConflict)
    stored += checked.length
    const seconds = secondsSince(started)
    onProgress?.({ rows: stored, seconds, rowsPerSecond: stored / seconds })
  }

  /** Waits until fewer than `concurrency` batches are on their way: that keeps the rows from being pulled any faster. */
  async function begin(): Promise<void> {
    while (active.size >= concurrency) await Promise.race(active)
    stop.signal.throwIfAborted()
    const work: Promise<void> = store(batch)
      .catch((error) => stop.abort(error))
      .finally(() => active.delete(work))
    active.add(work)
    batch = createBatch(target)
    // Rows that come without waiting would otherwise keep this batch from being sent before the next is made.
    await setImmediate()
  }

  try {
    for await (const row of pullRows(rows, stop.signal)) {
      batch.add(readRow(row, ++pulled))
      if (batch.rows.length === batchSize) await begin()
    }
    if (batch.rows.length > 0) await begin()
    await Promise.all(active)
    stop.signal.throwIfAborted()
    return { rows: stored, seconds: secondsSince(started) }
  } catch (error) {
    await Promise.all(active)
    if (error instanceof InternalError) throw error
    throw withStored(isVectorizerError(error) ? error : broken(target, error), stored)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

const secondsSince = (started: number): number => (performance.now() - started) / 1_000

function aborted({ label }: LoadTarget, reason: unknown): VectorizerError {
  return new VectorizerError('VZ517', {
    fact: `${label}: the load was stopped by its signal.`,
    why: reason instanceof Error ? reason.message : undefined,
    cause: reason,
  })
}

function broken({ label }: LoadTarget, cause: unknown): VectorizerError {
  return new VectorizerError('VZ517', {
    fact: `${label}: the rows to load, or onProgress, ended with an error.`,
    why: cause instanceof Error ? cause.message : String(cause),
    cause,
  })
}

function withStored({ code, fact, why, fix, cause }: VectorizerError, rows: number): LoadError {
  const others = rows === 1 ? '1 row of another batch is stored.' : `${rows} rows of other batches are stored.`
  const said = rows === 0 ? 'Nothing is stored.' : others
  return Object.assign(new VectorizerError(code, { fact: `${fact} ${said}`, why, fix, cause }), { rows })
}
