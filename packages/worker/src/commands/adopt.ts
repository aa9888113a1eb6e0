// prisma-vectorizer adopt: takes the vectorizers of pgai over, without embedding a row again.
import type { Database } from '@prisma-vectorizer/spec'
import { Command } from 'commander'
import { describeAdopted, describeAnnotation, describeRemoved, describeWaiting, nextSteps } from '../adopt/describe.ts'
import { readInstallation } from '../adopt/installation.ts'
import { type Adoption, planAdoption } from '../adopt/plan-adoption.ts'
import { readStore } from '../adopt/store-in-use.ts'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { openDatabase } from '../database/open-database.ts'
import { type GeneratorTools, loadGeneratorTools } from '../generator-tools.ts'
import { findApplication } from '../prisma-application.ts'
import { type PrismaPaths, withPrismaPaths } from '../prisma-cli.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface AdoptFlags extends PrismaPaths {
  readonly write?: boolean
  readonly keepViews?: boolean
  readonly keepIndex?: boolean
  readonly databaseUrl?: string
}

export function adoptCommand(commandLine: CommandLine): Command {
  const command = new Command('adopt')
    .description('Take vectorizers of pgai over, with their embeddings: prints the annotation and the migration.')
    .argument('[name...]', 'vectorizers of pgai, by name or id (default: all)')
    .option('--write', 'write both: into the schema, and into the folder of migrations')
    .option('--keep-views', "keep pgai's views, as views of ours")
    .option('--keep-index', 'keep an index over full-precision vectors instead of building one over half precision')
    .action((names: string[], flags: AdoptFlags) => adopt(names, flags, commandLine))
  return withDatabaseOption(withPrismaPaths(command))
}

async function adopt(names: readonly string[], flags: AdoptFlags, { folder, stdout }: CommandLine): Promise<void> {
  loadEnvironment(folder)
  const tools = await loadGeneratorTools('adopt')
  const application = await findApplication(tools, folder, flags)
  const { database } = await openDatabase(await findDatabaseUrl(flags.databaseUrl, folder), 1)
  try {
    const { candidates, searched } = await readCandidates(database, names)
    const options = { keepViews: flags.keepViews ?? false, keepIndex: flags.keepIndex ?? false }
    const adoption = planAdoption(candidates, application, searched, options, tools)
    const lines = flags.write ? write(adoption, tools) : show(adoption, tools)
    stdout.write(`${lines.join('\n')}\n`)
  } finally {
    await database.close()
  }
}

async function readCandidates(database: Database, names: readonly string[]) {
  const candidates = []
  for (const vectorizer of await readInstallation(database, names)) {
    candidates.push({ vectorizer, store: await readStore(database, vectorizer) })
  }
  const [session] = await database.query<{ schema: string | null }>('SELECT current_schema()::text AS schema')
  return { candidates, searched: session?.schema ?? 'public' }
}

function show(adoption: Adoption, tools: GeneratorTools): readonly string[] {
  const paths = tools.migrationPaths(adoption.folder, adoption.existing, adoption.migrations, new Date())
  return [
    ...describeWaiting(adoption.waiting),
    ...adoption.adopted.flatMap((one) => [...describeAdopted(one, tools), '', ...describeAnnotation(one), '']),
    ...describeRemoved(adoption, false),
    ...adoption.migrations.flatMap(({ sql }, index) => [
      '',
      `${tools.shownPath(paths[index] ?? '')}:`,
      '',
      sql.trimEnd(),
    ]),
    ...(adoption.adopted.length > 0 ? ['', ...nextSteps(false)] : []),
  ]
}

function write(adoption: Adoption, tools: GeneratorTools): readonly string[] {
  if (adoption.adopted.length === 0) return describeWaiting(adoption.waiting)
  const { contents, folder, existing, migrations } = adoption
  const written = [
    ...tools.writeSchema({ contents }),
    ...tools.writeMigrations(folder, existing, migrations, new Date()).map((path) => tools.shownPath(path)),
  ]
  return [
    ...describeWaiting(adoption.waiting),
    ...adoption.adopted.flatMap((one) => [...describeAdopted(one, tools), '']),
    ...describeRemoved(adoption, true),
    ...written.map((path) => `wrote ${path}`),
    '',
    ...nextSteps(true),
  ]
}
