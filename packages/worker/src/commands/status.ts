// prisma-vectorizer status: how far each vectorizer is, and who works.
import { Command, InvalidArgumentError, Option } from 'commander'
import { readEnvironmentFlags } from '../arguments.ts'
import { loadConfig } from '../config/load-config.ts'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { noVectorizers } from '../report.ts'
import { onStopSignal } from '../signals.ts'
import { createWorker, type Worker } from '../worker.ts'
import type { CommandLine } from './command-line.ts'
import { withConfigOption, withDatabaseOption } from './options.ts'
import { renderStatus, type StatusSample } from './status-table.ts'
import { watchStatus } from './watch-status.ts'

interface StatusFlags {
  readonly json?: boolean
  /** True without a number. */
  readonly watch?: number | true
  readonly databaseUrl?: string
  readonly config?: string
}

const defaultWatch = 2

export function statusCommand(commandLine: CommandLine): Command {
  const command = new Command('status')
    .description('Show what is pending, in flight, failed and embedded, per vectorizer, and which workers are alive.')
    .option('--json', 'as JSON, for programs; with --watch a line each time')
    .addOption(
      new Option('--watch [seconds]', `again and again, every ${defaultWatch} seconds by default`).argParser(
        parseSeconds,
      ),
    )
    .hook('preAction', (parsed) => readEnvironmentFlags(parsed))
    .action((flags: StatusFlags) => showStatus(flags, commandLine))
  return withDatabaseOption(withConfigOption(command))
}

async function showStatus(flags: StatusFlags, { folder, stdout, stderr }: CommandLine): Promise<void> {
  loadEnvironment(folder)
  const { database, prices } = await loadConfig(folder, flags.config)
  const worker = createWorker({
    database: await findDatabaseUrl(flags.databaseUrl, folder, process.env, database),
    prices,
  })
  try {
    if (flags.watch !== undefined) return await watch(worker, flags, stdout)
    const sample = await sampleOf(worker)
    const { vectorizers, workers } = sample
    if (flags.json) stdout.write(`${JSON.stringify({ vectorizers, workers }, null, 2)}\n`)
    else if (vectorizers.length > 0) stdout.write(renderStatus(sample))
    else stderr.write(`${noVectorizers().message}\n`)
  } finally {
    await worker.stop()
  }
}

async function watch(worker: Worker, flags: StatusFlags, stdout: CommandLine['stdout']): Promise<void> {
  const stopping = new AbortController()
  const unlisten = onStopSignal(() => stopping.abort())
  try {
    await watchStatus({
      sample: () => sampleOf(worker),
      write: (text) => stdout.write(text),
      seconds: typeof flags.watch === 'number' ? flags.watch : defaultWatch,
      json: flags.json ?? false,
      isTerminal: stdout.isTTY,
      signal: stopping.signal,
    })
  } finally {
    unlisten()
  }
}

async function sampleOf(worker: Worker): Promise<StatusSample> {
  const vectorizers = await worker.status()
  return { vectorizers, workers: vectorizers.length > 0 ? await worker.workers() : [], takenAt: Date.now() }
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 86_400))
    throw new InvalidArgumentError('It must be a number of seconds, up to 86400.')
  return seconds
}
