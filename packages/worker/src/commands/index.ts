// prisma-vectorizer index: builds the vector indexes that are missing or not valid, and rebuilds or drops others.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { Command, InvalidArgumentError, Option } from 'commander'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { openDatabase } from '../database/open-database.ts'
import type { UpkeepContext } from '../index-upkeep/build.ts'
import { parseMemory } from '../index-upkeep/memory.ts'
import { renderReport, reportJson } from '../index-upkeep/render.ts'
import { runUpkeep } from '../index-upkeep/run.ts'
import { createProgressBar, type ProgressBar } from '../progress.ts'
import { onStopSignal } from '../signals.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface IndexFlags {
  readonly rebuild?: boolean
  readonly drop?: boolean
  /** In kB. */
  readonly maintenanceWorkMem?: number
  readonly json?: boolean
  readonly dryRun?: boolean
  readonly databaseUrl?: string
}

export function indexCommand(commandLine: CommandLine): Command {
  const command = new Command('index')
    .description('Build the vector indexes that are missing or not valid, without blocking writes.')
    .argument('[vectorizers...]', 'e.g. BlogPost.contentEmbeddings, or a @vector field (default: all)')
    .addOption(new Option('--rebuild', 'build those anew that are there already').conflicts('drop'))
    .option('--drop', 'drop the indexes of the vectorizers named')
    .addOption(
      new Option('--maintenance-work-mem <size>', 'memory of a build, such as 2GB').argParser(parseMemoryOption),
    )
    .option('--json', 'as JSON, for programs')
    .option('--dry-run', 'print the SQL, and run none of it')
    .addHelpText(
      'after',
      `
Examples:
  prisma-vectorizer index                                        after a backfill, or where a build was cut off
  prisma-vectorizer index BlogPost.contentEmbeddings --rebuild --maintenance-work-mem 4GB

Only the owner of a table may build its indexes. Ctrl-C cancels the build and leaves nothing of it behind.`,
    )
    .action((names: readonly string[], flags: IndexFlags) => keepIndexes(names, flags, commandLine))
  return withDatabaseOption(command)
}

async function keepIndexes(names: readonly string[], flags: IndexFlags, commandLine: CommandLine): Promise<void> {
  const { folder, stdout, stderr, setExitCode } = commandLine
  if (flags.drop && names.length === 0) throw dropsAll()
  loadEnvironment(folder)
  const { database, openSession } = await openDatabase(await findDatabaseUrl(flags.databaseUrl, folder), 1)
  const bar = createProgressBar(stderr)
  const stopping = new AbortController()
  const unlisten = onStopSignal(() => stopping.abort())
  try {
    const context = {
      database,
      openSession,
      maintenanceWorkMem: flags.maintenanceWorkMem,
      signal: stopping.signal,
      onProgress: progressInto(bar),
    }
    const { rebuild = false, drop = false, dryRun = false } = flags
    const reports = await runUpkeep(context, { names, rebuild, drop, dryRun }, (report) => {
      bar.setRemaining(0)
      if (!flags.json) (report.error ? stderr : stdout).write(renderReport(report))
    })
    if (flags.json) stdout.write(`${JSON.stringify(reports.map(reportJson), null, 2)}\n`)
    if (reports.some(({ outcome }) => outcome === 'failed' || outcome === 'stopped')) setExitCode(1)
  } finally {
    unlisten()
    bar.setRemaining(0)
    await database.close()
  }
}

/** In rows, of which the database only tells a share. */
function progressInto(bar: ProgressBar): UpkeepContext['onProgress'] {
  let building: string | undefined
  let done = 0
  return ({ name, rows }, { fraction }) => {
    const total = Math.round(rows ?? 0)
    if (total === 0) return
    if (name !== building) {
      building = name
      done = 0
      bar.setRemaining(0)
      bar.setRemaining(total)
    }
    const reached = Math.floor(fraction * total)
    bar.add(reached - done)
    done = reached
  }
}

const dropsAll = () =>
  new VectorizerError('VZ506', {
    fact: '`--drop` names no vectorizer.',
    why: 'It would drop every vector index of the database.',
    fix: 'Name those whose index shall go: `prisma-vectorizer index BlogPost.contentEmbeddings --drop`.',
  })

function parseMemoryOption(text: string): number {
  const kilobytes = parseMemory(text)
  if (kilobytes !== undefined) return kilobytes
  throw new InvalidArgumentError('It must be a size from 1MB to 2TB, such as 512MB or 2GB.')
}
