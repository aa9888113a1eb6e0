// prisma-vectorizer errors: what went wrong, and what is to become of it.
import { Command } from 'commander'
import { parseCount } from '../arguments.ts'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { withDatabase } from '../errors/chosen.ts'
import { reportErrors } from '../errors/list-errors.ts'
import { renderErrors } from '../errors/render-errors.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface ErrorsFlags {
  readonly all?: boolean
  readonly limit: number
  readonly json?: boolean
  readonly databaseUrl?: string
}

export function errorsCommand(commandLine: CommandLine): Command {
  const command = new Command('errors')
    .description('List what went wrong, newest first: rows given up, rows to be tried again, providers that fail.')
    .argument('[vectorizer...]', 'e.g. BlogPost.contentEmbeddings (default: all)')
    .option('--all', 'resolved errors too')
    .option('--limit <n>', 'how many errors to list', parseCount, 50)
    .option('--json', 'as JSON, for programs')
    .addHelpText(
      'after',
      '\n`prisma-vectorizer retry` tries rows again. What is retried by itself, and when: docs/failures.md',
    )
    .action((vectorizers: string[], flags: ErrorsFlags) => showErrors(vectorizers, flags, commandLine))
  return withDatabaseOption(command)
}

async function showErrors(
  vectorizers: readonly string[],
  { all = false, limit, json = false, databaseUrl }: ErrorsFlags,
  { folder, stdout }: CommandLine,
): Promise<void> {
  loadEnvironment(folder)
  const url = await findDatabaseUrl(databaseUrl, folder)
  const options = { vectorizers, limit, state: all ? ('all' as const) : ('open' as const) }
  const report = await withDatabase(url, (database) => reportErrors(database, options))
  stdout.write(json ? `${JSON.stringify(report.entries, null, 2)}\n` : renderErrors(report, new Date()))
}
