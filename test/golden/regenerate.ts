// `npm run golden` (or `npm run golden -- <fixture> …`): writes what test/golden/fixtures/*/expected must hold. Read the
// difference before you commit it.
// The SQL to compare with comes from the real Prisma CLI: `tables.sql` for the fixture's own models, `store.sql` for
// what the generator adds to them. `schema.sql` is the catalog of a database that has had both.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeCatalog } from '../support/catalog.ts'
import { createProject, type Project } from '../support/project.ts'
import {
  type Golden,
  type GoldenPlan,
  goldenFiles,
  goldens,
  planGolden,
  presupposed,
  readSchemaFiles,
} from './golden.ts'
import { openGoldenDatabase } from './golden-database.ts'

const nowhere = 'postgresql://postgres@127.0.0.1:1/none'

const wanted = process.argv.slice(2)
const chosen = goldens.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
// Two at a time: it is Prisma's processes that take long.
await Promise.all(
  [0, 1].map(async (half) => {
    for (const golden of chosen.filter((_, index) => index % 2 === half)) {
      await regenerate(golden).then(
        () => console.log(golden.name),
        (error: unknown) => {
          console.error(`${golden.name}: ${error instanceof Error ? error.message : error}`)
          process.exitCode = 1
        },
      )
    }
  }),
)

async function regenerate(golden: Golden): Promise<void> {
  const plan = planGolden(golden)
  await using before = await projectOf(withoutBackRelations(readSchemaFiles(golden.schemaPath), plan))
  const tables = await diff(before, '--from-empty')
  await using after = await projectOf(plan.schema)
  const store = await diff(after, `--from-schema ${join(before.folder, schemaIn(plan.schema))}`)
  await assertFormatted(after, golden, plan.schema)

  const files = goldenFiles(plan, { tables, store })
  const catalog =
    golden.notApplied === undefined
      ? { 'schema.sql': await catalogOf(presupposed(plan.specs, { tables, store }) + files['migration.sql']) }
      : {}
  rmSync(join(golden.folder, 'expected'), { recursive: true, force: true })
  for (const [path, content] of Object.entries({ ...files, 'tables.sql': tables, 'store.sql': store, ...catalog })) {
    const target = join(golden.folder, 'expected', path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
}

async function catalogOf(sql: string): Promise<string> {
  const database = await openGoldenDatabase()
  try {
    await database.exec(`CREATE EXTENSION vector; ${sql}`)
    return await describeCatalog(database)
  } finally {
    await database.close()
  }
}

/** Prisma cannot read a line that names a model which is yet to be derived. */
function withoutBackRelations(files: Readonly<Record<string, string>>, { specs }: GoldenPlan): Record<string, string> {
  const derived = specs.filter(({ store }) => store.kind === 'table').map(({ store }) => store.model)
  const line = new RegExp(String.raw`^ *\w+ +(?:${derived.join('|')})\[\].*\r?\n`, 'gmu')
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, derived.length === 0 ? content : content.replace(line, '')]),
  )
}

function projectOf(files: Readonly<Record<string, string>>): Promise<Project> {
  const single = files['schema.prisma']
  const inFolder = Object.entries(files).map(([path, content]) => [path.replace(/^schema\//u, ''), content])
  return createProject({ url: nowhere, schema: single ?? Object.fromEntries(inFolder) })
}

function schemaIn(files: Readonly<Record<string, string>>): string {
  return 'schema.prisma' in files ? 'prisma/schema.prisma' : 'prisma/schema'
}

async function diff(project: Project, from: string): Promise<string> {
  const schema = (await project.list('prisma')).includes('prisma/schema.prisma')
    ? 'prisma/schema.prisma'
    : 'prisma/schema'
  const { stdout } = await project.prisma(`migrate diff ${from} --to-schema ${schema} --script`)
  return stdout
}

/** Our models must already stand as `prisma format` would have them, or the two would rewrite each other's text. */
async function assertFormatted(project: Project, { name }: Golden, files: Readonly<Record<string, string>>) {
  await project.prisma('format')
  for (const path of await project.list('prisma')) {
    const block = '// prisma-vectorizer: derived'
    // Prisma formats CRLF away.
    const own = (text: string) => text.slice(Math.max(0, text.indexOf(block))).replaceAll('\r\n', '\n')
    const generated = files[path.replace(/^prisma\//u, '')]
    // Before the block, and in a schema without derived models, the text is the user's.
    const ours = path.endsWith('/vectorizer.prisma') || (path === 'prisma/schema.prisma' && generated?.includes(block))
    if (!ours || generated === undefined) continue
    if (own(await project.read(path)) !== own(generated)) {
      throw new Error(`${name}: prisma format changes ${path}:\n${await project.read(path)}`)
    }
  }
}
