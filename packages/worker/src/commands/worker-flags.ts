// The flags of `prisma-vectorizer worker`, and what they are together with the environment and the config file.
import type { Command } from 'commander'
import { collect, option, parseCount, parseDuration, wholeNumber } from '../arguments.ts'
import { type LogLevel, logLevels } from '../command-logger.ts'
import type { VectorizerConfig } from '../config/define-config.ts'
import { defaults } from '../options.ts'

export interface WorkerFlags {
  readonly once?: boolean
  readonly vectorizer?: readonly string[]
  readonly concurrency?: number
  readonly batchSize?: number
  readonly pollInterval?: number
  readonly listen?: boolean
  readonly leaseSeconds?: number
  readonly maxAttempts?: number
  readonly buildIndexAfter?: boolean
  readonly exitOnError?: boolean
  readonly healthPort?: number
  readonly healthHost?: string
  readonly logLevel?: LogLevel
  readonly databaseUrl?: string
  readonly config?: string
}

/** No default stands here: the config file comes before it. */
export function withWorkerOptions(command: Command): Command {
  const standing = (value: number | string) => `(default: ${value})`
  return command
    .addOption(
      option('--once', 'embed what is queued, then exit: 0 when all is embedded, 1 when rows or a vectorizer failed'),
    )
    .addOption(
      option(
        '--vectorizer <name>',
        'only this one, e.g. BlogPost.contentEmbeddings (repeat, or separate by commas)',
      ).argParser(collect),
    )
    .addOption(
      option('--concurrency <n>', `batches in flight at once ${standing(defaults.concurrency)}`).argParser(parseCount),
    )
    .addOption(
      option(
        '--batch-size <n>',
        `rows per batch, where the vectorizer has no batchSize ${standing(defaults.batchSize)}`,
      ).argParser(parseCount),
    )
    .addOption(
      option(
        '--poll-interval <time>',
        `time between looks at an empty queue: 500ms, 1s, 5m ${standing('1s')}`,
      ).argParser(parseDuration),
    )
    .addOption(option('--listen', 'look at once when the application runs NOTIFY vectorizer'))
    .addOption(
      option(
        '--max-attempts <n>',
        `failed attempts after which a row is given up ${standing(defaults.maxAttempts)}`,
      ).argParser(parseCount),
    )
    .addOption(
      option(
        '--lease-seconds <n>',
        `seconds after which another worker takes over rows of a dead one ${standing(defaults.leaseSeconds)}`,
      ).argParser(wholeNumber(1, 86_400)),
    )
    .addOption(
      option(
        '--build-index-after',
        'with --once: build the index of a large backfill after it, which takes a quarter of the time',
      ),
    )
    .addOption(option('--exit-on-error', 'exit with 1 at the first outage of a vectorizer, instead of trying again'))
    .addOption(option('--health-port <port>', 'serve /healthz, /readyz and /metrics').argParser(wholeNumber(0, 65_535)))
    .addOption(option('--health-host <host>', 'where to serve them; 0.0.0.0 in a container (default: 127.0.0.1)'))
    .addOption(option('--log-level <level>', `what to log ${standing('info')}`).choices(logLevels))
}

/** The settings of `config` with the flags that were given, or stood in the environment, in their place. */
export function settle(flags: WorkerFlags, config: VectorizerConfig): Omit<VectorizerConfig, 'database'> {
  const { database: _, ...settings } = config
  const port = flags.healthPort ?? config.health?.port
  const host = flags.healthHost ?? config.health?.host
  return {
    ...settings,
    vectorizers: flags.vectorizer ?? config.vectorizers,
    batchSize: flags.batchSize ?? config.batchSize,
    concurrency: flags.concurrency ?? config.concurrency,
    pollInterval: flags.pollInterval ?? config.pollInterval,
    listen: flags.listen ?? config.listen,
    leaseSeconds: flags.leaseSeconds ?? config.leaseSeconds,
    maxAttempts: flags.maxAttempts ?? config.maxAttempts,
    buildIndexAfter: flags.buildIndexAfter ?? config.buildIndexAfter,
    exitOnError: flags.exitOnError ?? config.exitOnError,
    health: port === undefined ? undefined : { port, host },
    logLevel: flags.logLevel ?? config.logLevel ?? 'info',
  }
}
