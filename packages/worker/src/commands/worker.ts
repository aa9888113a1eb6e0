// prisma-vectorizer worker: embeds what is queued, and follows the queues until stopped.
import { Command, Option } from 'commander'
import { collect, parseCount, parseDuration } from '../arguments.ts'
import { createCommandLogger, type LogLevel, logLevels } from '../command-logger.ts'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { defaults } from '../options.ts'
import { createProgressBar, type ProgressBar } from '../progress.ts'
import { onStopSignal } from '../signals.ts'
import type { VectorizerStatus } from '../status.ts'
import type { Summary } from '../summary.ts'
import { createWorker, type Worker } from '../worker.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface WorkerFlags {
  readonly once?: boolean
  readonly vectorizer?: readonly string[]
  readonly concurrency: number
  readonly batchSize: number
  readonly pollInterval: number
  readonly databaseUrl?: string
  readonly logLevel: LogLevel
}

export function workerCommand(commandLine: CommandLine): Command {
  const command = new Command('worker')
    .description('Keep the embeddings in step with the rows: embed what is queued, then follow.')
    .option('--once', 'embed what is queued, then exit: 0 when all is embedded, 1 when rows or a vectorizer failed')
    .option('--vectorizer <name>', 'only this one, e.g. BlogPost.contentEmbeddings (repeat for several)', collect)
    .addOption(
      new Option('--concurrency <n>', 'batches in flight at once').argParser(parseCount).default(defaults.concurrency),
    )
    .addOption(
      new Option('--batch-size <n>', 'rows per batch, where the vectorizer has no batchSize')
        .argParser(parseCount)
        .default(defaults.batchSize),
    )
    .addOption(
      new Option('--poll-interval <time>', 'time between looks at an empty queue: 500ms, 1s, 5m')
        .argParser(parseDuration)
        .default(defaults.pollInterval, '1s'),
    )
    .addOption(new Option('--log-level <level>', 'what to log').choices(logLevels).default('info'))
    .addHelpText(
      'after',
      `
Examples:
  prisma-vectorizer worker                                        follow all vectorizers
  prisma-vectorizer worker --once                                 embed what is queued, e.g. from cron
  prisma-vectorizer worker --vectorizer BlogPost.contentEmbeddings --concurrency 8

SIGTERM and SIGINT stop it after the batches in flight; a second one at once. Any number of workers can share a database.`,
    )
    .action((flags: WorkerFlags) => runWorker(flags, commandLine))
  return withDatabaseOption(command)
}

async function runWorker(flags: WorkerFlags, { folder, stderr, setExitCode }: CommandLine): Promise<void> {
  loadEnvironment(folder)
  const database = await findDatabaseUrl(flags.databaseUrl, folder)
  const bar = createProgressBar(stderr)
  const logger = createCommandLogger(flags.logLevel, stderr, bar)
  const worker = createWorker({
    database,
    vectorizers: flags.vectorizer,
    batchSize: flags.batchSize,
    concurrency: flags.concurrency,
    pollInterval: flags.pollInterval,
    logger,
    onProgress: ({ claimed, returned }) => bar.add(claimed - returned),
  })
  let stopped = false
  const unlisten = onStopSignal((signal) => {
    stopped = true
    logger.info({ signal }, `${signal}: finishing what is in flight`)
    void worker.stop()
  })
  try {
    if (flags.once) {
      const problems = await drainOnce(worker, bar, () => stopped)
      for (const problem of problems) stderr.write(`${problem}\n`)
      if (problems.length > 0) setExitCode(1)
    } else {
      const unwatch = stderr.isTTY ? watchBacklog(worker, bar) : () => {}
      await worker.run().finally(unwatch)
    }
  } finally {
    unlisten()
    await worker.stop()
    bar.setRemaining(0)
  }
}

/** Returns what keeps it from being a success, one line each. */
async function drainOnce(worker: Worker, bar: ProgressBar, isStopped: () => boolean): Promise<string[]> {
  bar.setRemaining(pendingOf(await worker.status({ stores: false })))
  const summary = await worker.drain()
  bar.setRemaining(0)
  return isStopped() ? [] : problemsOf(summary, await worker.status({ stores: false }))
}

const pendingOf = (statuses: readonly VectorizerStatus[]) => statuses.reduce((sum, { pending }) => sum + pending, 0)

/** Keeps the bar's total true while the worker follows the queues. */
function watchBacklog(worker: Worker, bar: ProgressBar): () => void {
  const look = async () => bar.setRemaining(pendingOf(await worker.status({ stores: false })))
  // The loop itself reports a database that is away.
  const timer = setInterval(() => look().catch(() => {}), 2_000)
  return () => clearInterval(timer)
}

function problemsOf(summary: Summary, statuses: readonly VectorizerStatus[]): string[] {
  const broken = summary.vectorizers.filter(({ error }) => error !== undefined)
  const problems = broken.map(({ vectorizer, error }) => `${vectorizer} was not embedded: ${error}`)
  for (const { name, registryName, failed, retrying } of statuses) {
    if (failed + retrying === 0) continue
    const rows = failed + retrying === 1 ? '1 row has' : `${failed + retrying} rows have`
    const later = retrying > 0 ? ` ${retrying} of them will be tried again.` : ''
    problems.push(`${name}: ${rows} failed.${later} The reasons stand in column error of the queue of ${registryName}.`)
  }
  return problems
}
