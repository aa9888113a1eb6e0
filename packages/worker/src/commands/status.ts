// prisma-vectorizer status: how far each vectorizer is.
import { Command } from 'commander'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { formatSeconds } from '../progress.ts'
import { noVectorizers } from '../report.ts'
import type { VectorizerStatus } from '../status.ts'
import { createWorker } from '../worker.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface StatusFlags {
  readonly json?: boolean
  readonly databaseUrl?: string
}

export function statusCommand(commandLine: CommandLine): Command {
  const command = new Command('status')
    .description('Show what is pending, in flight, failed and embedded, per vectorizer.')
    .option('--json', 'as JSON, for programs')
    .action((flags: StatusFlags) => showStatus(flags, commandLine))
  return withDatabaseOption(command)
}

async function showStatus(flags: StatusFlags, { folder, stdout, stderr }: CommandLine): Promise<void> {
  loadEnvironment(folder)
  const worker = createWorker({ database: await findDatabaseUrl(flags.databaseUrl, folder) })
  try {
    const statuses = await worker.status()
    if (flags.json) stdout.write(`${JSON.stringify(statuses, null, 2)}\n`)
    else if (statuses.length > 0) stdout.write(renderStatus(statuses))
    else stderr.write(`${noVectorizers().message}\n`)
  } finally {
    await worker.stop()
  }
}

/** A table, and below it what is wrong with a vectorizer that cannot work. */
function renderStatus(statuses: readonly VectorizerStatus[]): string {
  const header = ['vectorizer', 'pending', 'in flight', 'failed', 'oldest', 'embedded', 'chunks', 'model']
  const rows = statuses.map((status) => [
    status.name,
    count(status.pending),
    count(status.inFlight),
    count(status.failed),
    status.oldestPending === null ? '-' : formatSeconds(status.oldestPending),
    count(status.embedded),
    count(status.chunks),
    `${status.model ?? 'your own vectors'}${status.paused ? ' (paused)' : ''}`,
  ])
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)))
  const isText = (column: number) => column === 0 || column === header.length - 1
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  const errors = statuses.flatMap(({ error }) => (error === undefined ? [] : [`\n${error}`]))
  return `${[...lines, ...errors].join('\n')}\n`
}

const count = (rows: number): string => rows.toLocaleString('en-US')
