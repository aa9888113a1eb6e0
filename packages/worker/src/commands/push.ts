// prisma-vectorizer push: the same for applications on `prisma db push`, which have no migrations.
import { existsSync } from 'node:fs'
import { type AnySpec, type Database, isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { Command } from 'commander'
import { loadEnvironment } from '../configuration.ts'
import { makeDatabase } from '../database/make-database.ts'
import { openDatabase } from '../database/open-database.ts'
import { type DatabasePlan, planDatabase } from '../database-plan.ts'
import { type GeneratorTools, loadGeneratorTools } from '../generator-tools.ts'
import { findApplication } from '../prisma-application.ts'
import { findPrisma, type PrismaPaths, pathArguments, runPrisma, withPrismaPaths } from '../prisma-cli.ts'
import type { CommandLine } from './command-line.ts'

type SchemaPlan = NonNullable<ReturnType<GeneratorTools['planSchema']>>

interface PushFlags extends PrismaPaths {
  readonly acceptDataLoss?: boolean
}

export function pushCommand(commandLine: CommandLine): Command {
  const command = new Command('push')
    .description('Derive models, run prisma db push, and make vectorizers in the database: without migrations.')
    .option('--accept-data-loss', 'as for prisma db push')
    .action((flags: PushFlags) => push(flags, commandLine))
  return withPrismaPaths(command)
}

/**
 * What keeps Prisma from its own change goes first: the extension that its tables need, removals, a view in its way,
 * vectors of another type. What needs Prisma's tables follows.
 */
async function push(flags: PushFlags, commandLine: CommandLine): Promise<void> {
  const { folder, stderr } = commandLine
  loadEnvironment(folder)
  const prisma = findPrisma(folder, 'push')
  const tools = await loadGeneratorTools('push')
  const { schemaPath, migrations, url } = await findApplication(tools, folder, flags)
  const say = (line: string) => stderr.write(`prisma-vectorizer: ${line}\n`)
  const runs = (args: readonly string[]) =>
    runPrisma(prisma, [...args, ...pathArguments(flags)], commandLine, { [tools.migrationsVariable]: 'none' })

  const schema = tools.planSchema(schemaPath)
  let steps = 0
  const make = async () => {
    if (!schema) return
    const schemas = tools.readDatasourceSchemas(schemaPath)
    const { made, waiting } = await makeInDatabase(tools, url(), schema.specs, schemas, say)
    steps += made
    return waiting
  }
  // Prisma says what is wrong with a schema that it cannot read.
  for (const path of schema ? tools.writeSchema(schema) : []) say(`wrote ${path}`)
  await make()
  const code = await runs(['db', 'push', ...(flags.acceptDataLoss ? ['--accept-data-loss'] : [])])
  if (code !== 0) return commandLine.setExitCode(code)
  const [waiting] = (await make()) ?? []
  if (waiting) throw unmet(tools, waiting)
  if (steps === 0) say('the database has what the annotations say: nothing to do.')
  else if (mayWriteMigrations(tools, schema?.generator) && !existsSync(migrations)) say(hint)
  const generated = await runs(['generate'])
  if (generated !== 0) commandLine.setExitCode(generated)
}

const hint =
  'say `migrations = "none"` in the generator block (or `{ migrations: false }` to withVectorizer): a `prisma generate` of its own would write migrations.'

/** Nothing says that there shall be none. */
const mayWriteMigrations = (tools: GeneratorTools, block: SchemaPlan['generator'] | undefined): boolean =>
  block?.migrations === undefined && process.env[tools.migrationsVariable] !== 'none'

async function makeInDatabase(
  tools: GeneratorTools,
  url: string,
  specs: readonly AnySpec[],
  schemas: readonly string[] | undefined,
  say: (line: string) => void,
): Promise<{ readonly made: number; readonly waiting: DatabasePlan['waiting'] }> {
  // Prisma would make it too, but not the extension in it.
  if (specs.length > 0) await makeDatabase(url)
  const { database } = await openDatabase(url, 1)
  try {
    const { steps, waiting } = await planDatabase(tools, database, specs, schemas)
    for (const { summary, cost } of steps) say(cost === undefined ? summary : `${summary} (${cost})`)
    for (const { sql, summary } of steps) await apply(database, sql, summary)
    return { made: steps.length, waiting }
  } finally {
    await database.close()
  }
}

async function apply(database: Database, sql: string, summary: string): Promise<void> {
  try {
    await database.transaction((connection) => connection.query(sql))
  } catch (cause) {
    if (isVectorizerError(cause)) throw cause
    throw new VectorizerError('VZ206', {
      fact: `The database refused this step: ${summary}.`,
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'What was done before it stays, and a push goes on from there.',
      cause,
    })
  }
}

function unmet(tools: GeneratorTools, { spec, until }: DatabasePlan['waiting'][number]): VectorizerError {
  return new VectorizerError('VZ206', {
    fact: `${tools.placeOf(spec)} still waits for something that ${until}, after \`prisma db push\`.`,
    why: 'Prisma has pushed another schema, or to another database, than prisma.config.ts says.',
    fix: 'Check the datasource URL, and its `schema` parameter.',
  })
}
