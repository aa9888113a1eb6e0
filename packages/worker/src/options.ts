// What a worker can be told, and what holds when it is not.
import type { LimitTable, ModelTable } from '@prisma-vectorizer/embedders'
import type { EmbedderResolver } from '@prisma-vectorizer/spec'
import type { Splitters } from './chunkers/custom.ts'
import type { DatabaseOption } from './database/database-option.ts'
import type { DocumentsOption } from './documents.ts'
import type { HealthOptions } from './health/server.ts'
import type { Logger } from './logger.ts'
import type { BatchResult } from './pipeline/process-batch.ts'

export interface WorkerOptions {
  /**
   * A database URL (Prisma's parameters are understood), a `pg` pool, PGlite, or any object with `query(sql, values)`
   * and `transaction(work)`. Only what the worker opens itself is closed by `stop()`. Undefined, as an environment
   * variable may be, is VZ501 on first use.
   */
  readonly database: DatabaseOption | undefined
  /** Makes the embedder of a vectorizer. Default: `createResolver({ models, limits })` of @prisma-vectorizer/embedders. */
  readonly embedder?: EmbedderResolver | undefined
  /** AI SDK providers and models, and functions, by name, for the default `embedder`: `{ openai }`. */
  readonly models?: ModelTable | undefined
  /**
   * What a provider's account allows, for the default `embedder`: `{ openai: { requestsPerMinute: 3000,
   * tokensPerMinute: 1_000_000, concurrency: 8 } }`. Calls wait their turn. Throws VZ409 where it is not valid.
   */
  readonly limits?: LimitTable | undefined
  /** Splitters of the application's own, by the name that annotations give them. */
  readonly splitters?: Splitters | undefined
  /**
   * What loads and reads documents: options for `createDocumentReader` of @prisma-vectorizer/documents, or an object of
   * the application's that does both.
   */
  readonly documents?: DocumentsOption | undefined
  /** Only these, by `BlogPost.contentEmbeddings` or by their name in the registry. Default: all. */
  readonly vectorizers?: readonly string[] | undefined
  /** Rows claimed at once, where the vectorizer does not say (`batchSize:`). Default 50, of documents at most 10. */
  readonly batchSize?: number | undefined
  /**
   * Batches in flight, all vectorizers together. Default 4: while a provider thinks, the next batches are prepared
   * (3.8 times the throughput of 1). A batch that takes over 30 s no longer keeps other vectorizers waiting. Of
   * one vectorizer no more than its `concurrency:`, where it has that.
   */
  readonly concurrency?: number | undefined
  /** Milliseconds between looks at an empty queue. Default 1000; grows to 5000 while nothing comes. */
  readonly pollInterval?: number | undefined
  /**
   * Listens on one more connection, and looks at once when the application says `NOTIFY vectorizer`, e.g. by
   * ``await db.$executeRaw`NOTIFY vectorizer` ``. The triggers do not: with a NOTIFY in each, commits of many
   * connections wait for each other (15 times fewer commits, measured). Default false.
   */
  readonly listen?: boolean | undefined
  /** Seconds after which another worker may take over rows of one that died. Renewed while it lives. Default 300. */
  readonly leaseSeconds?: number | undefined
  /** Failed attempts after which a row is given up until its source row changes. Default 6. */
  readonly maxAttempts?: number | undefined
  /** Days that an error is kept after it was last seen. Default 30. */
  readonly errorRetention?: number | undefined
  /**
   * `drain()` embeds a large backfill (10,000 rows or more into a store of fewer than 1,000 vectors) without the index,
   * and builds that when the queue is empty, in 0.21 to 0.30 of the time. Default false.
   */
  readonly buildIndexAfter?: boolean | undefined
  /** Milliseconds that `stop()` leaves to provider calls in flight before it gives their rows back. Default 10000. */
  readonly gracePeriod?: number | undefined
  /**
   * `run()` throws VZ525 at the first outage of a vectorizer or failure of the database, once what is in flight has
   * finished, instead of resting and trying again. Failing rows do not count. Default false.
   */
  readonly exitOnError?: boolean | undefined
  /** Serves /healthz, /readyz and /metrics from the first `run()` or `drain()` to `stop()`. Default: nothing is served. */
  readonly health?: HealthOptions | undefined
  /** US dollars per million tokens, by model, for the cost in `status()`: `{ 'openai/text-embedding-3-small': 0.02 }`. */
  readonly prices?: Readonly<Record<string, number>> | undefined
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
  errorRetention: 30,
  gracePeriod: 10_000,
} as const

export type Settings = Readonly<Record<keyof typeof defaults, number>>

/** The settings of `options`: an explicit `undefined` means the default. */
export function settingsOf(options: WorkerOptions): Settings {
  const names = Object.keys(defaults) as (keyof typeof defaults)[]
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])
  return { ...defaults, ...Object.fromEntries(given) }
}

/** An idle worker asks the database no less often than this, in milliseconds. */
export const longestIdle = 5_000
