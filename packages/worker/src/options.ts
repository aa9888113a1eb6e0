// What a worker can be told, and what holds when it is not.
import type { ModelTable } from '@prisma-vectorizer/embedders'
import type { EmbedderResolver } from '@prisma-vectorizer/spec'
import type { DatabaseOption } from './database/database-option.ts'
import type { Logger } from './logger.ts'
import type { BatchResult } from './pipeline/process-batch.ts'

export interface WorkerOptions {
  /**
   * A database URL (Prisma's parameters are understood), a `pg` pool, PGlite, or any object with `query(sql, values)`
   * and `transaction(work)`. Only what the worker opens itself is closed by `stop()`. Undefined, as an environment
   * variable may be, is VZ501 on first use.
   */
  readonly database: DatabaseOption | undefined
  /** Makes the embedder of a vectorizer. Default: `createResolver({ models })` of @prisma-vectorizer/embedders. */
  readonly embedder?: EmbedderResolver | undefined
  /** AI SDK providers and models by name, for the default `embedder`: `{ openai }`. */
  readonly models?: ModelTable | undefined
  /** Only these, by `BlogPost.contentEmbeddings` or by their name in the registry. Default: all. */
  readonly vectorizers?: readonly string[] | undefined
  /** Rows claimed at once, where the vectorizer does not say (`batchSize:`). Default 50. */
  readonly batchSize?: number | undefined
  /**
   * Batches in flight, all vectorizers together. Default 4: while a provider thinks, the next batches are prepared
   * (3.8 times the throughput of 1). A batch that takes over 30 s no longer keeps other vectorizers waiting. Of
   * one vectorizer no more than its `concurrency:`, where it has that.
   */
  readonly concurrency?: number | undefined
  /** Milliseconds between looks at an empty queue. Default 1000; grows to 5000 while nothing comes. */
  readonly pollInterval?: number | undefined
  /** Seconds after which another worker may take over rows of one that died. Renewed while it lives. Default 300. */
  readonly leaseSeconds?: number | undefined
  /** Failed attempts after which a row is given up until its source row changes. Default 6. */
  readonly maxAttempts?: number | undefined
  /** Milliseconds that `stop()` leaves to provider calls in flight before it gives their rows back. Default 10000. */
  readonly gracePeriod?: number | undefined
  /** Default: silent. A pino logger fits. */
  readonly logger?: Logger | undefined
  /** Called after every batch that had rows. */
  readonly onProgress?: ((batch: BatchResult) => void) | undefined
  /** Aborting it is `stop()`. */
  readonly signal?: AbortSignal | undefined
}

export const defaults = {
  batchSize: 50,
  concurrency: 4,
  pollInterval: 1_000,
  leaseSeconds: 300,
  maxAttempts: 6,
  gracePeriod: 10_000,
} as const

/** An idle worker asks the database no less often than this, in milliseconds. */
export const longestIdle = 5_000
