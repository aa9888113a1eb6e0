// prisma-vectorizer migrate dev: the steps that take a new annotation to a migrated database, as one command.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { VectorizerError } from '@prisma-vectorizer/spec'
import { Command } from 'commander'
import { loadEnvironment } from '../configuration.ts'
import type { CommandLine } from './command-line.ts'

interface MigrateFlags {
  readonly name?: string
  readonly schema?: string
  readonly config?: string
}

export function migrateCommand(commandLine: CommandLine): Command {
  const dev = new Command('dev')
    .description('Derive models and migrations, apply them, and generate Prisma Client.')
    .option('-n, --name <name>', "name of Prisma's own migration, if it makes one")
    .option('--schema <path>', 'as for prisma')
    .option('--config <path>', 'as for prisma')
    .action((flags: MigrateFlags) => migrateDev(flags, commandLine))
  return new Command('migrate').description('Prisma Migrate and prisma generate, in the right order.').addCommand(dev)
}

/**
 * `generate` derives the models and the migrations of tables that exist; `migrate dev` makes the tables that do not;
 * `generate` then derives theirs, and the last `migrate dev` applies them. A step with nothing to do says so.
 */
async function migrateDev({ name, ...paths }: MigrateFlags, commandLine: CommandLine): Promise<void> {
  loadEnvironment(commandLine.folder)
  const prisma = findPrisma(commandLine.folder)
  const same = Object.entries(paths).flatMap(([flag, value]) => [`--${flag}`, value])
  const migrate = ['migrate', 'dev', ...(name === undefined ? [] : ['--name', name]), ...same]
  for (const args of [['generate', ...same], migrate, ['generate', ...same], migrate]) {
    const code = await runPrisma(prisma, args, commandLine)
    // Prisma has said why.
    if (code !== 0) return commandLine.setExitCode(code)
  }
}

/** The application's own Prisma CLI. Throws VZ508. */
function findPrisma(folder: string): string {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('prisma/package.json')
    const program = join(dirname(manifest), 'build/index.js')
    if (existsSync(program)) return program
  } catch {
    // Reported below.
  }
  throw new VectorizerError('VZ508', {
    fact: `The Prisma CLI is not installed in ${folder}.`,
    why: '`prisma-vectorizer migrate` runs the one of your application.',
    fix: 'Run `npm install --save-dev prisma`, or go to the folder of the application.',
  })
}

function runPrisma(program: string, args: readonly string[], { folder, stderr }: CommandLine): Promise<number> {
  stderr.write(`$ prisma ${args.join(' ')}\n`)
  return new Promise((resolve, reject) => {
    // The terminal is Prisma's meanwhile: it may have to ask.
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}
