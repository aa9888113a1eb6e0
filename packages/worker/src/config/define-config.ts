// vectorizer.config.ts: what the command's worker is told, in code.
import type { LogLevel } from '../command-logger.ts'
import type { WorkerOptions } from '../options.ts'

/** Everything is optional. A flag of the command line comes first, then the environment, then this, then the default. */
export interface VectorizerConfig
  extends Pick<
    WorkerOptions,
    | 'embedder'
    | 'models'
    | 'limits'
    | 'splitters'
    | 'documents'
    | 'vectorizers'
    | 'batchSize'
    | 'concurrency'
    | 'pollInterval'
    | 'listen'
    | 'leaseSeconds'
    | 'maxAttempts'
    | 'errorRetention'
    | 'gracePeriod'
    | 'exitOnError'
    | 'health'
    | 'prices'
    | 'buildIndexAfter'
  > {
  /** A database URL. Default: DATABASE_URL, also from .env, then the one of prisma.config.ts. */
  readonly database?: string | undefined
  /** Default `info`. */
  readonly logLevel?: LogLevel | undefined
}

/**
 * Returns `config`; its use is the types.
 *
 * ```ts
 * // vectorizer.config.ts
 * import { defineConfig } from '@prisma-vectorizer/worker'
 *
 * export default defineConfig({
 *   concurrency: 8,
 *   limits: { openai: { requestsPerMinute: 3000 } },
 *   prices: { 'openai/text-embedding-3-small': 0.02 },
 * })
 * ```
 */
export const defineConfig = (config: VectorizerConfig): VectorizerConfig => config
