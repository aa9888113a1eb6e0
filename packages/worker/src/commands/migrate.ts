// prisma-vectorizer migrate dev: the steps that take a new annotation to a migrated database, as one command.
// prisma-vectorizer migrate down: the SQL that undoes one of our migrations.
import type { AnySpec } from '@prisma-vectorizer/spec'
import { Command } from 'commander'
import { loadEnvironment } from '../configuration.ts'
import { openDatabase } from '../database/open-database.ts'
import { planDatabase } from '../database-plan.ts'
import { type GeneratorTools, loadGeneratorTools } from '../generator-tools.ts'
import { findApplication } from '../prisma-application.ts'
import { findPrisma, type PrismaPaths, pathArguments, runPrisma, withPrismaPaths } from '../prisma-cli.ts'
import type { CommandLine } from './command-line.ts'

interface MigrateFlags extends PrismaPaths {
  readonly name?: string
}

export function migrateCommand(commandLine: CommandLine): Command {
  const dev = new Command('dev')
    .description('Derive models and migrations, apply them, and generate Prisma Client.')
    .option('-n, --name <name>', "name of Prisma's own migration, if it makes one")
    .action((flags: MigrateFlags) => migrateDev(flags, commandLine))
  const down = new Command('down')
    .description('Print the SQL that undoes one migration of prisma-vectorizer.')
    .argument('<name>', "the migration's folder, with or without its timestamp")
    .action((name: string, flags: PrismaPaths) => migrateDown(name, flags, commandLine))
  return new Command('migrate')
    .description('Prisma Migrate and prisma generate, in the right order.')
    .addCommand(withPrismaPaths(dev))
    .addCommand(withPrismaPaths(down))
}

/**
 * `generate` derives the models and the migrations of tables that exist; `migrate dev` makes the tables that do not;
 * `generate` then derives theirs, and the last `migrate dev` applies them. A step with nothing to do says so.
 */
async function migrateDev({ name, ...paths }: MigrateFlags, commandLine: CommandLine): Promise<void> {
  loadEnvironment(commandLine.folder)
  const prisma = findPrisma(commandLine.folder, 'migrate')
  const same = pathArguments(paths)
  const generate = ['generate', ...same]
  const migrate = ['migrate', 'dev', ...(name === undefined ? [] : ['--name', name]), ...same]
  const costs = await prepareCosts(paths, commandLine)
  for (const args of [generate, migrate, generate, migrate]) {
    if (args === migrate) await costs?.()
    const code = await runPrisma(prisma, args, commandLine)
    // Prisma has said why.
    if (code !== 0) return commandLine.setExitCode(code)
  }
}

/**
 * Says what the next `migrate dev` is about to embed, and how much that is in the database now. Undefined, or silent,
 * where that cannot be told: the database may be new or away, and Prisma says what is wrong with a schema.
 */
async function prepareCosts(paths: PrismaPaths, { folder, stderr }: CommandLine) {
  try {
    const tools = await loadGeneratorTools('migrate dev')
    const application = await findApplication(tools, folder, paths)
    const specs = tools.planSchema(application.schemaPath)?.specs ?? []
    const schemas = tools.readDatasourceSchemas(application.schemaPath)
    const url = application.url()
    return async () => {
      for (const line of await costLines(tools, url, specs, schemas)) stderr.write(`prisma-vectorizer: ${line}\n`)
    }
  } catch {
    return undefined
  }
}

async function costLines(
  tools: GeneratorTools,
  url: string,
  specs: readonly AnySpec[],
  schemas: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (specs.length === 0) return []
  try {
    const { database } = await openDatabase(withTimeout(url), 1)
    try {
      const { steps } = await planDatabase(tools, database, specs, schemas)
      return steps.flatMap(({ cost, embeds }) => (cost && embeds ? [`${tools.placeOf(embeds.spec)}: ${cost}`] : []))
    } finally {
      await database.close()
    }
  } catch {
    return []
  }
}

/** A server that does not answer is Prisma's to report. */
function withTimeout(url: string): string {
  const timed = new URL(url)
  if (!timed.searchParams.has('connect_timeout')) timed.searchParams.set('connect_timeout', '5')
  return timed.href
}

async function migrateDown(name: string, paths: PrismaPaths, { folder, stdout }: CommandLine): Promise<void> {
  loadEnvironment(folder)
  const tools = await loadGeneratorTools('migrate down')
  const { schemaPath, migrations } = await findApplication(tools, folder, paths)
  stdout.write(tools.downMigration(tools.planSchema(schemaPath)?.generator?.migrations ?? migrations, name))
}
