// The command line as the Prisma CLI writes it: options first, then for some calls `cli` and a sub command.
import { EngineError } from './errors.ts'

/** The `datasource` of prisma.config.ts, handed on verbatim. */
export interface Datasource {
  readonly url?: string | undefined
  readonly shadowDatabaseUrl?: string | undefined
}

export interface Arguments {
  /** `version`: print it and end; `rpc`: serve requests on standard input; otherwise the `cli` sub command. */
  readonly command: 'version' | 'rpc' | CliCommand
  /** Absolute paths of the schema files. */
  readonly datamodels: readonly string[]
  readonly datasource: Datasource
}

const cliCommands = ['can-connect-to-database', 'create-database', 'drop-database'] as const
export type CliCommand = (typeof cliCommands)[number]

/**
 * Options this engine has no use for are read over together with their value: `--enabled-preview-features` and
 * `--extension-types` have no counterpart in the WebAssembly engine.
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const datamodels: string[] = []
  let datasource: Datasource = {}
  let command: Arguments['command'] = 'rpc'

  const words = argv.values()
  for (const word of words) {
    switch (word) {
      case '--version':
      case '-V':
        return { command: 'version', datamodels, datasource }
      case '--datamodels':
      case '--datamodel':
      case '-d':
        datamodels.push(nextWord(word, words))
        break
      case '--datasource':
        datasource = parseDatasource(nextWord(word, words))
        break
      case 'cli':
        command = parseCliCommand(nextWord(word, words))
        break
      default:
        if (word.startsWith('--') && !word.includes('=')) nextWord(word, words)
    }
  }
  return { command, datamodels, datasource }
}

function nextWord(word: string, words: Iterator<string>): string {
  const { value, done } = words.next()
  if (done) throw new EngineError(`\`${word}\` needs a value after it.`)
  return value
}

function parseDatasource(json: string): Datasource {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new EngineError('The value of `--datasource` is not JSON.', { cause })
  }
}

function parseCliCommand(word: string): CliCommand {
  const command = cliCommands.find((name) => name === word)
  if (!command) throw new EngineError(`\`cli ${word}\` does not exist: choose one of ${cliCommands.join(', ')}.`)
  return command
}
