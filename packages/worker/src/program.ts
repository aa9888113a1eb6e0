// The `prisma-vectorizer` command: its subcommands, and how it fails.
import { isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { Command, CommanderError } from 'commander'
import { adoptCommand } from './commands/adopt.ts'
import type { CommandLine } from './commands/command-line.ts'
import { doctorCommand } from './commands/doctor.ts'
import { errorsCommand } from './commands/errors.ts'
import { indexCommand } from './commands/index.ts'
import { migrateCommand } from './commands/migrate.ts'
import { pauseCommand } from './commands/pause.ts'
import { pushCommand } from './commands/push.ts'
import { recallCommand } from './commands/recall.ts'
import { resumeCommand } from './commands/resume.ts'
import { retryCommand } from './commands/retry.ts'
import { statusCommand } from './commands/status.ts'
import { workerCommand } from './commands/worker.ts'
import { loadEnvironment } from './configuration.ts'
import { version } from './version.ts'

/** Runs one command line, e.g. `['worker', '--once']`. Sets the exit code instead of throwing. */
export async function runProgram(args: readonly string[], commandLine: CommandLine): Promise<void> {
  const program = new Command('prisma-vectorizer')
    .description('Embeddings that follow your Prisma models.')
    .version(version)
    // Before options are read: what .env says of them counts.
    .hook('preSubcommand', () => loadEnvironment(commandLine.folder))
    .addCommand(workerCommand(commandLine))
    .addCommand(statusCommand(commandLine))
    .addCommand(errorsCommand(commandLine))
    .addCommand(retryCommand(commandLine))
    .addCommand(pauseCommand(commandLine))
    .addCommand(resumeCommand(commandLine))
    .addCommand(doctorCommand(commandLine))
    .addCommand(migrateCommand(commandLine))
    .addCommand(pushCommand(commandLine))
    .addCommand(adoptCommand(commandLine))
    .addCommand(recallCommand(commandLine))
    .addCommand(indexCommand(commandLine))
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => commandLine.stdout.write(text),
      writeErr: (text) => commandLine.stderr.write(text),
      // Reported below, as an error with a code.
      outputError: () => {},
    })
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    commandLine.setExitCode(1)
    commandLine.stderr.write(`${describe(error, args)}\n`)
  }
}

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)]

/** The message of an error of ours; a stack only for what is nobody's known mistake. */
function describe(error: unknown, args: readonly string[]): string {
  if (isVectorizerError(error)) return error.message
  if (!(error instanceof CommanderError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  // Without arguments commander has shown the help already.
  if (error.code === 'commander.help') return ''
  const command = [
    'worker',
    'status',
    'errors',
    'retry',
    'pause',
    'resume',
    'doctor',
    'migrate dev',
    'migrate down',
    'push',
    'adopt',
    'recall',
    'index',
  ].find((name) => args.join(' ').startsWith(name))
  return new VectorizerError('VZ506', {
    fact: sentence(error.message.replace(/^error: /, '')),
    fix: `See \`prisma-vectorizer ${command ? `${command} ` : ''}--help\`.`,
  }).message
}

/** `unknown option '--onze'` + newline + `(Did you mean --once?)` → one sentence each. */
function sentence(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const capitalised = first.charAt(0).toUpperCase() + first.slice(1)
  return [/[.!?]$/.test(capitalised) ? capitalised : `${capitalised}.`, ...rest].join(' ')
}
