// Runs a program to its end and keeps what it said.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface CommandResult {
  /** Exit code; null when a signal ended the program. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Written to the program's standard input, which is then closed. Default: nothing. */
  readonly input?: string | undefined
  /** The exit code that is expected; `'any'` accepts all. Default 0. */
  readonly code?: number | 'any' | undefined
  /** Milliseconds until the program is killed. Default 50,000: below the 60 s of a test, so that what it said is shown. */
  readonly patience?: number | undefined
}

/** A program ended with another exit code than expected. The message holds its whole output. */
class CommandFailure extends Error {
  readonly result: CommandResult

  constructor(command: string, result: CommandResult) {
    super(`${command}\nended with exit code ${result.code}.\n${result.stdout}\n${result.stderr}`.trimEnd())
    this.name = 'CommandFailure'
    this.result = result
  }
}

export const runNodeProgram = (args: readonly string[], options: CommandOptions): Promise<CommandResult> =>
  runProgram(process.execPath, args, options)

export async function runProgram(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { cwd, env, input = '', code: expected = 0, patience = 50_000 } = options
  const child = spawn(program, args, { cwd, env, timeout: patience, killSignal: 'SIGKILL' })
  // A program that never reads its input closes the pipe early; its exit code tells the story.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  const result = { code, stdout, stderr }
  if (expected !== 'any' && code !== expected) throw new CommandFailure([program, ...args].join(' '), result)
  return result
}
