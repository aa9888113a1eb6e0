// `npm run golden` (or `npm run golden -- <fixture> …`): writes what test/golden/fixtures/*/expected must hold. Read the
// difference before you commit it.
// The SQL to compare with comes from the real Prisma CLI: `tables.sql` for the fixture's own models, `store.sql` for
// what the derived models add to them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createProject, type Project } from '../support/project.ts'
import { type Golden, generateGolden, goldens, readSchemaFiles } from './golden.ts'

const nowhere = 'postgresql://postgres@127.0.0.1:1/none'

const wanted = process.argv.slice(2)
for (const golden of goldens) {
  if (wanted.length > 0 && !wanted.includes(golden.name)) continue
  await regenerate(golden)
  console.log(golden.name)
}

async function regenerate(golden: Golden): Promise<void> {
  await using before = await projectOf(withoutBackRelations(readSchemaFiles(golden.schemaPath)))
  const tables = await diff(before, '--from-empty')
  const { files } = generateGolden(golden, tables)

  const derived = Object.entries(files).filter(([path]) => path.endsWith('.prisma'))
  await using after = await projectOf(Object.fromEntries(derived))
  const store = await diff(after, `--from-schema ${join(before.folder, schemaIn(files))}`)
  await assertFormatted(after, golden, files)

  rmSync(join(golden.folder, 'expected'), { recursive: true, force: true })
  for (const [path, content] of Object.entries({ ...files, 'tables.sql': tables, 'store.sql': store })) {
    const target = join(golden.folder, 'expected', path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
}

/** Prisma cannot read a line that names a model which is yet to be derived. */
function withoutBackRelations(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, content.replace(/^ *\w+ +\w+Embeddings\[\]\n/gmu, '')]),
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
    const own = (text: string) => text.slice(Math.max(0, text.indexOf('// prisma-vectorizer: derived')))
    const ours = path.endsWith('/vectorizer.prisma') || path === 'prisma/schema.prisma'
    const generated = files[path.replace(/^prisma\//u, '')]
    if (ours && generated !== undefined && own(await project.read(path)) !== own(generated)) {
      throw new Error(`${name}: prisma format changes ${path}:\n${await project.read(path)}`)
    }
  }
}
