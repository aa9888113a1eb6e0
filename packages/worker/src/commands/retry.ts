// prisma-vectorizer retry: tries rows again that failed, or embeds all of them again.
import { Command, Option } from 'commander'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { type RetryResult, retryRows } from '../errors/retry-rows.ts'
import { parseKey } from '../errors/row-key.ts'
import type { Step } from '../pipeline/batch.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface RetryFlags {
  readonly key?: readonly string[]
  readonly step?: Step
  readonly code?: string
  readonly allRows?: boolean
  readonly databaseUrl?: string
}

const steps = ['load', 'parse', 'chunk', 'format', 'embed', 'write', 'worker'] as const satisfies readonly Step[]

export function retryCommand(commandLine: CommandLine): Command {
  const command = new Command('retry')
    .description('Try rows again that were given up or wait for another attempt, as if they had never been tried.')
    .argument('[vectorizer...]', 'e.g. BlogPost.contentEmbeddings (default: all)')
    .option('--key <key>', 'only this row: 7, or \'["a", "b"]\' for a key of two parts (repeat for several)', addKey)
    .addOption(new Option('--step <step>', 'only rows that failed at this step').choices(steps))
    .option('--code <code>', 'only rows with this error, e.g. VZ602')
    .addOption(
      new Option(
        '--all-rows',
        'embed every row again from nothing, failed or not; a provider charges for all',
      ).conflicts(['key', 'step', 'code']),
    )
    .addHelpText(
      'after',
      `
Examples:
  prisma-vectorizer retry                                               all that failed
  prisma-vectorizer retry BlogPost.contentEmbeddings --key 7 --key 8    two rows
  prisma-vectorizer retry --code VZ602                                  documents that could not be loaded
  prisma-vectorizer retry BlogPost.contentEmbeddings --all-rows         everything again

It only queues: \`prisma-vectorizer worker\` embeds.`,
    )
    .action((vectorizers: string[], flags: RetryFlags) => retry(vectorizers, flags, commandLine))
  return withDatabaseOption(command)
}

/** `collect` would cut a key at its commas. */
const addKey = (key: string, previous: readonly string[] = []): string[] => [...previous, key]

async function retry(
  vectorizers: readonly string[],
  { key, step, code, allRows, databaseUrl }: RetryFlags,
  { folder, stdout, stderr, setExitCode }: CommandLine,
): Promise<void> {
  loadEnvironment(folder)
  const keys = key?.map(parseKey)
  const url = await findDatabaseUrl(databaseUrl, folder)
  const result = await retryRows(url, { vectorizers, keys, step, code, allRows })
  for (const line of describe(result, allRows ?? false)) stdout.write(`${line}\n`)
  const left = result.vectorizers.flatMap(({ error }) => error ?? [])
  for (const error of left) stderr.write(`${error}\n`)
  if (left.length > 0) setExitCode(1)
}

function describe({ rows, vectorizers }: RetryResult, allRows: boolean): readonly string[] {
  if (rows === 0 && !allRows) return ['Nothing to retry: no row failed, and none waits for another attempt.']
  const does = allRows
    ? 'queued to be embedded again; none of their vectors is kept, and they serve searches until then'
    : 'queued again'
  return vectorizers
    .filter(({ rows: some, error }) => error === undefined && (some > 0 || allRows))
    .map(
      ({ vectorizer, rows: some }) =>
        `${vectorizer}: ${some === 1 ? '1 row' : `${some.toLocaleString('en-US')} rows`} ${does}.`,
    )
}
