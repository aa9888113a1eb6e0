// prisma-vectorizer pause: changes are queued, nothing is embedded.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { Command } from 'commander'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { type PauseResult, pauseVectorizers } from '../errors/pause.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface PauseFlags {
  readonly all?: boolean
  readonly databaseUrl?: string
}

export function pauseCommand(commandLine: CommandLine): Command {
  return pausing(
    'pause',
    'Stop embedding until `resume`: changes are queued, what is stored stays and is searched.',
    pauseVectorizers,
    (changed) =>
      changed
        ? 'paused. Changes are queued; workers finish the batch in flight, and claim no more within 5 seconds.'
        : 'was paused already.',
    commandLine,
  )
}

/** `pause` and `resume`: two words for one flag. */
export function pausing(
  name: string,
  description: string,
  set: typeof pauseVectorizers,
  say: (changed: boolean) => string,
  { folder, stdout }: CommandLine,
): Command {
  const command = new Command(name)
    .description(description)
    .argument('[vectorizer...]', 'e.g. BlogPost.contentEmbeddings')
    .option('--all', 'all vectorizers')
    .action(async (vectorizers: string[], { all = false, databaseUrl }: PauseFlags) => {
      if (all === vectorizers.length > 0) throw unclear(name, all)
      loadEnvironment(folder)
      const results: readonly PauseResult[] = await set(await findDatabaseUrl(databaseUrl, folder), vectorizers)
      for (const { vectorizer, changed } of results) stdout.write(`${vectorizer}: ${say(changed)}\n`)
    })
  return withDatabaseOption(command)
}

const unclear = (command: string, all: boolean) =>
  new VectorizerError('VZ506', {
    fact: all ? 'Vectorizers are named, and `--all` is given.' : 'No vectorizer is named.',
    fix: `Write \`prisma-vectorizer ${command} BlogPost.contentEmbeddings\`, with the names of yours, or \`prisma-vectorizer ${command} --all\`.`,
  })
