// prisma-vectorizer worker: embeds what is queued, and follows the queues until stopped.
import { Command } from 'commander'
import { readEnvironmentFlags } from '../arguments.ts'
import { createCommandLogger } from '../command-logger.ts'
import { loadConfig } from '../config/load-config.ts'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { createProgressBar, type ProgressBar } from '../progress.ts'
import { onStopSignal } from '../signals.ts'
import type { VectorizerStatus } from '../status.ts'
import type { Summary } from '../summary.ts'
import { createWorker, type Worker } from '../worker.ts'
import type { CommandLine } from './command-line.ts'
import { withConfigOption, withDatabaseOption } from './options.ts'
import { settle, type WorkerFlags, withWorkerOptions } from './worker-flags.ts'

export function workerCommand(commandLine: CommandLine): Command {
  const command = new Command('worker')
    .description('Keep the embeddings in step with the rows: embed what is queued, then follow.')
    .addHelpText(
      'after',
      `
Examples:
  prisma-vectorizer worker                                        follow all vectorizers
  prisma-vectorizer worker --once                                 embed what is queued, e.g. from cron
  prisma-vectorizer worker --vectorizer BlogPost.contentEmbeddings --concurrency 8

SIGTERM and SIGINT stop it after the batches in flight; a second one at once. Any number of workers can share a database.
Every setting, the config file and the environment variables: docs/operations.md`,
    )
    .hook('preAction', (parsed) => readEnvironmentFlags(parsed))
    .action((flags: WorkerFlags) => runWorker(flags, commandLine))
  return withDatabaseOption(withConfigOption(withWorkerOptions(command)))
}

async function runWorker(flags: WorkerFlags, { folder, stderr, setExitCode }: CommandLine): Promise<void> {
  loadEnvironment(folder)
  const config = await loadConfig(folder, flags.config)
  const database = await findDatabaseUrl(flags.databaseUrl, folder, process.env, config.database)
  const { logLevel = 'info', ...settings } = settle(flags, config)
  const bar = createProgressBar(stderr)
  const logger = createCommandLogger(logLevel, stderr, bar)
  const worker = createWorker({
    ...settings,
    database,
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
  for (const { name, failed, retrying } of statuses) {
    if (failed + retrying === 0) continue
    const rows = failed + retrying === 1 ? '1 row has' : `${failed + retrying} rows have`
    const later = retrying > 0 ? ` ${retrying} of them will be tried again.` : ''
    problems.push(`${name}: ${rows} failed.${later} \`prisma-vectorizer errors\` says why.`)
  }
  return problems
}
