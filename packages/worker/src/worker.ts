// The worker: opens the database on first use, drains queues or follows them, and stops without losing anything.
import { setTimeout as sleep } from 'node:timers/promises'
import { createResolver } from '@prisma-vectorizer/embedders'
import { isVectorizerError } from '@prisma-vectorizer/spec'
import { type Listener, listen } from './database/listen.ts'
import { drainWithoutIndex } from './drain-without-index.ts'
import { createPulse } from './health/pulse.ts'
import { type HealthServer, startHealthServer } from './health/server.ts'
import { embedderOf } from './lane.ts'
import { silentLogger } from './logger.ts'
import { runLoop } from './loop.ts'
import { longestIdle, settingsOf, type WorkerOptions } from './options.ts'
import { sqlState } from './pipeline/failure.ts'
import type { BatchResult } from './pipeline/process-batch.ts'
import { findVectorizer } from './registry.ts'
import { readStatus, readWorkerStatus, type StatusOptions, type VectorizerStatus, type WorkerStatus } from './status.ts'
import { type Summary, summarize } from './summary.ts'
import { observedBatch } from './telemetry/observed-batch.ts'
import type { PrometheusMetrics } from './telemetry/prometheus.ts'
import { createQueueDepth } from './telemetry/queue-depth.ts'
import { createRedactor, redactingLogger } from './telemetry/redact.ts'
import { batchSizeOf } from './vectorizer.ts'
import { openContext, type WorkerBasis, type WorkerContext } from './worker-context.ts'

export interface BatchRequest {
  /** Rows to claim. Default: the batch size of the vectorizer, or else of the worker. */
  readonly limit?: number | undefined
  /** Aborted: provider calls are given up and their rows go back to the queue. */
  readonly signal?: AbortSignal | undefined
}

export interface Worker {
  /**
   * Follows the queues until `stop()`, through failures of providers and of the database. Throws VZ501, VZ503, VZ507,
   * VZ522 (`health`) and VZ525 (`exitOnError`).
   */
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
  /** The workers of this database that run, or ran within the last day, this one too once it has worked. */
  workers(): Promise<WorkerStatus[]>
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
  const settings = settingsOf(options)
  const redact = createRedactor(options.database)
  const logger = redactingLogger(options.logger ?? silentLogger, redact)
  const pulse = createPulse()
  const queueDepth = createQueueDepth(async () => readStatus(await opened(), { stores: false }))
  const onWarning = ({ message, model }: { readonly message: string; readonly model: string }) =>
    logger.warn({ model }, `${model}: ${message}`)
  const stopping = new AbortController()
  const abandoning = new AbortController()
  const notified = new EventTarget()
  const active = new Set<Promise<unknown>>()
  const basis: WorkerBasis = {
    options,
    settings,
    resolve: options.embedder ?? createResolver({ models: options.models, limits: options.limits, onWarning }),
    logger,
    redact,
    pulse,
    recorders: options.health ? [(batch) => metrics?.record(batch)] : [],
    queueDepth,
    onNotify(callback) {
      notified.addEventListener('notify', callback)
      return () => notified.removeEventListener('notify', callback)
    },
    stopping: stopping.signal,
    abandoning: abandoning.signal,
  }
  let metrics: PrometheusMetrics | undefined
  let opening: Promise<WorkerContext> | undefined
  let serving: Promise<HealthServer | undefined> | undefined
  let listening: Promise<Listener> | undefined
  let stopped: Promise<void> | undefined

  async function opened(): Promise<WorkerContext> {
    opening ??= openContext(basis)
    try {
      return await opening
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  async function serve(): Promise<HealthServer | undefined> {
    if (!options.health) return undefined
    // Only here: a function that wakes to drain a queue need not load it.
    const { createPrometheusMetrics } = await import('./telemetry/prometheus.ts')
    metrics = createPrometheusMetrics(queueDepth)
    const server = await startHealthServer(options.health, pulse, metrics)
    logger.info({ port: server.port }, `health and metrics on port ${server.port}`)
    return server
  }

  /** Waits for a server that is not up yet; a wrong URL or password will not come right by waiting. */
  async function openedPatiently(): Promise<WorkerContext | undefined> {
    for (let told = false; !stopping.signal.aborted; told = true) {
      pulse.tick()
      try {
        return await opened()
      } catch (error) {
        const isFinal = options.exitOnError || !isVectorizerError(error) || error.code !== 'VZ507'
        if (isFinal || /^(28|3D)/.test(sqlState(error.cause) ?? '')) throw error
        if (!told) logger.error({ code: error.code }, `${error.message}\n  trying again`)
        await sleep(longestIdle, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
    return undefined
  }

  async function follow(): Promise<void> {
    serving ??= serve()
    await serving
    const context = await openedPatiently()
    if (!context) return
    context.begin()
    if (options.listen && options.database !== undefined) {
      const notify = () => notified.dispatchEvent(new Event('notify'))
      listening = listen(options.database, context.database, notify, logger)
    }
    await runLoop(context, { drain: false })
  }

  async function drain(deadline: number | undefined): Promise<Summary> {
    serving ??= serve()
    await serving
    const context = await opened()
    context.begin()
    try {
      const run = () => runLoop(context, { drain: true, deadline })
      return summarize(
        options.buildIndexAfter ? await drainWithoutIndex(context, options.vectorizers, run) : await run(),
      )
    } finally {
      await context.flush()
    }
  }

  async function oneBatch(name: string, { limit, signal }: BatchRequest): Promise<BatchResult> {
    const context = await opened()
    const { vectorizers, broken } = await context.readRegistry()
    const found = findVectorizer([...vectorizers, ...broken], name)
    if ('error' in found) throw found.error
    context.begin()
    const result = await observedBatch(context, found, embedderOf(found, basis.resolve), {
      limit: limit ?? batchSizeOf(found, settings.batchSize),
      signal: signal ? AbortSignal.any([signal, abandoning.signal]) : abandoning.signal,
      outageDelay: 1,
    })
    if (result.claimed > 0) context.onProgress?.(result)
    return result
  }

  async function stop(): Promise<void> {
    stopping.abort()
    pulse.polled(false)
    const giveUp = setTimeout(() => abandoning.abort(), settings.gracePeriod)
    await Promise.allSettled(active)
    clearTimeout(giveUp)
    const [listener, server, context] = await Promise.allSettled([listening, serving, opening])
    if (listener.status === 'fulfilled') await listener.value?.close()
    if (server.status === 'fulfilled') await server.value?.close()
    if (context.status === 'fulfilled') await context.value?.close()
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
      try {
        await tracked(follow())
      } finally {
        await worker.stop()
      }
    },
    drain: ({ deadline } = {}) => tracked(drain(deadline === undefined ? undefined : Number(deadline))),
    processBatch: (name, request = {}) => tracked(oneBatch(name, request)),
    status: (statusOptions) => tracked(opened().then((context) => readStatus(context, statusOptions))),
    workers: () => tracked(opened().then(({ database }) => readWorkerStatus(database))),
    stop: () => (stopped ??= stop()),
  }
  if (options.signal?.aborted) void worker.stop()
  options.signal?.addEventListener('abort', () => void worker.stop(), { once: true })
  return worker
}
