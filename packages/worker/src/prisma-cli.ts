// The application's own Prisma CLI, and the options that are handed on to it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { Command } from 'commander'
import type { CommandLine } from './commands/command-line.ts'

/** Where Prisma is told to look. */
export interface PrismaPaths {
  readonly schema?: string
  readonly config?: string
}

export const withPrismaPaths = (command: Command): Command =>
  command.option('--schema <path>', 'as for prisma').option('--config <path>', 'as for prisma')

/** `--schema` and `--config` as they were given. */
export const pathArguments = ({ schema, config }: PrismaPaths): readonly string[] => [
  ...(schema === undefined ? [] : ['--schema', schema]),
  ...(config === undefined ? [] : ['--config', config]),
]

/** `command` is the one of ours that runs it. Throws VZ508. */
export function findPrisma(folder: string, command: string): string {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('prisma/package.json')
    const program = join(dirname(manifest), 'build/index.js')
    if (existsSync(program)) return program
  } catch {
    // Reported below.
  }
  throw new VectorizerError('VZ508', {
    fact: `The Prisma CLI is not installed in ${folder}.`,
    why: `\`prisma-vectorizer ${command}\` runs the one of your application.`,
    fix: 'Run `npm install --save-dev prisma`, or go to the folder of the application.',
  })
}

/** Answers its exit code. */
export function runPrisma(
  program: string,
  args: readonly string[],
  { folder, stderr }: CommandLine,
  environment: NodeJS.ProcessEnv = {},
): Promise<number> {
  stderr.write(`$ prisma ${args.join(' ')}\n`)
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment }
    // The terminal is Prisma's meanwhile: it may have to ask.
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}
