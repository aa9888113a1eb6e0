// The worker: opens the database on first use, drains queues or follows them, and stops without losing anything.
import { setTimeout as sleep } from 'node:timers/promises'
import { createResolver } from '@prisma-vectorizer/embedders'
import { isVectorizerError } from '@prisma-vectorizer/spec'
import { openDatabase } from './database/open-database.ts'
import { embedderOf } from './lane.ts'
import { silentLogger } from './logger.ts'
import { type LoopContext, runLoop } from './loop.ts'
import { defaults, longestIdle, type WorkerOptions } from './options.ts'
import { sqlState } from './pipeline/failure.ts'
import { type BatchResult, processBatch } from './pipeline/process-batch.ts'
import { createRegistryReader, findVectorizer, selecting } from './registry.ts'
import { readStatus, type StatusOptions, type VectorizerStatus } from './status.ts'
import { type Summary, summarize } from './summary.ts'

export interface BatchRequest {
  /** Rows to claim. Default: the batch size of the vectorizer, or else of the worker. */
  readonly limit?: number | undefined
  /** Aborted: provider calls are given up and their rows go back to the queue. */
  readonly signal?: AbortSignal | undefined
}

export interface Worker {
  /** Follows the queues until `stop()`, through failures of providers and of the database. Throws VZ501, VZ503, VZ507. */
  run(): Promise<void>
  /**
   * Works until nothing claimable is left, or until `deadline` (a date, or milliseconds since the epoch), then
   * finishes what is in flight. Rows that wait for another attempt, or that another worker holds, are left.
   */
  drain(options?: { readonly deadline?: Date | number | undefined }): Promise<Summary>
  /**
   * One batch of one vectorizer, for a scheduler of your own: `'BlogPost.contentEmbeddings'` or the registry's name.
   * Throws VZ503 for an unknown name; VZ504, VZ505, VZ510 and VZ511 for one that does not fit its tables or this worker.
   */
  processBatch(vectorizer: string, options?: BatchRequest): Promise<BatchResult>
  status(options?: StatusOptions): Promise<VectorizerStatus[]>
  /**
   * Claims nothing more, lets batches in flight finish for up to `gracePeriod`, gives the rest back, closes what the
   * worker opened. The worker cannot be used afterwards.
   */
  stop(): Promise<void>
}

/**
 * ```ts
 * const worker = createWorker({ database: process.env.DATABASE_URL })
 * await worker.drain()
 * await worker.stop()
 * ```
 */
export function createWorker(options: WorkerOptions): Worker {
  const settings: Settings = { ...defaults, ...given(options) }
  const resolve = options.embedder ?? createResolver({ models: options.models })
  const logger = options.logger ?? silentLogger
  const stopping = new AbortController()
  const abandoning = new AbortController()
  const active = new Set<Promise<unknown>>()
  let opening: Promise<LoopContext> | undefined
  let stopped: Promise<void> | undefined

  async function open(): Promise<LoopContext> {
    // One connection more than batches: the registry is read while all of them write.
    const { database, binary } = await openDatabase(options.database, settings.concurrency + 1)
    return {
      ...settings,
      database,
      binary,
      resolve,
      logger,
      readRegistry: selecting(createRegistryReader(database), options.vectorizers),
      bringsVectors: options.embedder === undefined,
      onProgress: options.onProgress,
      stopping: stopping.signal,
      abandoning: abandoning.signal,
    }
  }

  async function opened(): Promise<LoopContext> {
    opening ??= open()
    try {
      return await opening
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  /** Waits for a server that is not up yet; a wrong URL or password will not come right by waiting. */
  async function openedPatiently(): Promise<LoopContext | undefined> {
    for (let told = false; !stopping.signal.aborted; told = true) {
      try {
        return await opened()
      } catch (error) {
        if (!isVectorizerError(error) || error.code !== 'VZ507' || /^(28|3D)/.test(sqlState(error.cause) ?? ''))
          throw error
        if (!told) logger.error({ code: error.code }, `${error.message}\n  trying again`)
        await sleep(longestIdle, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
    return undefined
  }

  async function follow(): Promise<void> {
    const context = await openedPatiently()
    if (context) await runLoop(context, { drain: false })
  }

  async function drain(deadline: number | undefined): Promise<Summary> {
    return summarize(await runLoop(await opened(), { drain: true, deadline }))
  }

  async function oneBatch(name: string, { limit, signal }: BatchRequest): Promise<BatchResult> {
    const context = await opened()
    const { vectorizers, broken } = await context.readRegistry()
    const found = findVectorizer([...vectorizers, ...broken], name)
    if ('error' in found) throw found.error
    const result = await processBatch(context, found, embedderOf(found, resolve), {
      limit: limit ?? found.spec.batchSize ?? settings.batchSize,
      signal: signal ? AbortSignal.any([signal, abandoning.signal]) : abandoning.signal,
      outageDelay: 1,
    })
    if (result.claimed > 0) context.onProgress?.(result)
    return result
  }

  async function stop(): Promise<void> {
    stopping.abort()
    const giveUp = setTimeout(() => abandoning.abort(), settings.gracePeriod)
    await Promise.allSettled(active)
    clearTimeout(giveUp)
    const context = await opening?.catch(() => undefined)
    await context?.database.close()
  }

  /** Lets `stop()` wait for `work`. */
  async function tracked<T>(work: Promise<T>): Promise<T> {
    active.add(work)
    try {
      return await work
    } finally {
      active.delete(work)
    }
  }

  const worker: Worker = {
    async run() {
      await tracked(follow())
      await worker.stop()
    },
    drain: ({ deadline } = {}) => tracked(drain(deadline === undefined ? undefined : Number(deadline))),
    processBatch: (name, request = {}) => tracked(oneBatch(name, request)),
    status: (statusOptions) => tracked(opened().then((context) => readStatus(context, statusOptions))),
    stop: () => (stopped ??= stop()),
  }
  if (options.signal?.aborted) void worker.stop()
  options.signal?.addEventListener('abort', () => void worker.stop(), { once: true })
  return worker
}

type Settings = Record<keyof typeof defaults, number>

/** The settings that were given: an explicit `undefined` means the default. */
function given(options: WorkerOptions): Partial<Settings> {
  const names = Object.keys(defaults) as (keyof typeof defaults)[]
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]))
}
