// What the generator makes of each fixture, word for word; that its SQL parses and runs, and what the database is like
// then; and that it is Prisma's own where Prisma Migrate compares. `npm run golden` renews what is expected.
import { type AnySpec, objectNames, quoteIdentifier, quoteTable } from '@prisma-vectorizer/spec'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { emitManifest } from '../../packages/generator/src/emit/manifest.ts'
import { renderSql } from '../../packages/generator/src/sql/render.ts'
import { describeCatalog } from '../support/catalog.ts'
import { parseSql } from '../support/parse-sql.ts'
import { migrationSql } from '../support/schema-sql.ts'
import { goldenFiles, goldens, planGolden, presupposed, readExpected, readSchemaFiles } from './golden.ts'
import { type GoldenDatabase, openGoldenDatabase } from './golden-database.ts'

let database: GoldenDatabase

beforeAll(async () => {
  database = await openGoldenDatabase()
  await database.exec(`${renderSql('extension')} ${renderSql('install')}`)
})
afterEach(() => database.exec('ROLLBACK'))
afterAll(() => database.close())

/** Statements by their text, without comments and white space at either end. Of types Prisma writes BIT in capitals. */
const statements = (sql: string) =>
  sql
    .replace(/^--.*$/gmu, '')
    .replaceAll(' BIT(', ' bit(')
    .split(/;\n/u)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')

const lineEnds = (text: string) => [...new Set(text.match(/\r?\n/gu))]

test('only a fixture whose extension no test database has is not applied', () => {
  expect(goldens.filter(({ notApplied }) => notApplied !== undefined).map(({ name }) => name)).toEqual([
    'index-diskann',
  ])
})

describe.each(goldens)('$name', (golden) => {
  const sql = { tables: readExpected(golden, 'tables.sql'), store: readExpected(golden, 'store.sql') }
  const plan = planGolden(golden)
  const { specs } = plan
  const vectorizers = specs.filter((spec) => spec.kind === 'vectorizer')
  const files = goldenFiles(plan, sql)
  const migration = files['migration.sql'] as string

  test('is generated as expected', () => {
    const generated = Object.entries(files).map(([path, content]) => [path, content.replaceAll('\r\n', '\n')])
    const expected = Object.keys(files).map((path) => [path, readExpected(golden, path)])
    expect(Object.fromEntries(generated)).toEqual(Object.fromEntries(expected))
  })

  test('the schema keeps its line ends', () => {
    for (const [path, content] of Object.entries(readSchemaFiles(golden.schemaPath))) {
      expect(lineEnds(plan.schema[path] ?? '')).toEqual(lineEnds(content))
    }
  })

  test('the typed module holds the specs', () => {
    const json = /export const manifest = (\{[\s\S]*?\n\}) as const/u.exec(emitManifest(specs))?.[1]
    const vectors = specs.filter((spec) => spec.kind === 'vector')
    expect(JSON.parse(json ?? '')).toEqual({ version: 1, vectorizers, vectors })
  })

  test('the migration parses, its function bodies too', () => {
    const { bodies, dynamic } = parseSql(migration)
    // The guard makes two functions anew.
    const made = migration.match(/^ *(CREATE OR REPLACE FUNCTION|DO) /gmu) ?? []
    expect(bodies).toBe(made.length)
    expect(bodies).toBeGreaterThanOrEqual(specs.length + 10 * vectorizers.length)
    expect(dynamic).toBeGreaterThanOrEqual(2 * vectorizers.length)
  })

  test('the store is the one that Prisma Migrate makes of the derived model', () => {
    // An index that is declared is the one thing to differ: Prisma would make it a btree. A field of vectors that was
    // added is there already.
    const ours = statements(presupposed(specs, sql) + migration)
    const prismas = statements(sql.store).filter((statement) => !/^CREATE INDEX/u.test(statement))
    expect(prismas.filter((statement) => !ours.includes(statement))).toEqual([])
  })

  if (golden.notApplied !== undefined) return

  test.each([
    ['a database without the store', presupposed(specs, sql)],
    ['the store that Prisma made', sql.tables + sql.store],
  ])('runs on %s, and its removal leaves nothing of ours', async (_, made) => {
    await database.exec('BEGIN')
    // Made by Prisma with the first table in it, which `store.sql`, the difference of two schemas, does not show.
    await database.exec(specs.map(storeSchema).join('') + made)
    await database.exec(`SAVEPOINT bare; ${specs.map(withoutStore).join('')}`)
    const bare = await describeCatalog(database)
    await database.exec('ROLLBACK TO bare')

    await database.exec(migrationSql(specs, { tables: made }))
    expect(await describeCatalog(database)).toBe(readExpected(golden, 'schema.sql'))

    const removal = migrationSql([], { tables: made, before: specs })
    parseSql(removal)
    await database.exec(removal)
    await database.exec(specs.map(withoutStore).join(''))
    expect(await describeCatalog(database)).toBe(bare)
  })
})

const storeSchema = ({ store }: AnySpec) =>
  store.schema === null ? '' : `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(store.schema)};`

/** What Prisma does when the annotation has gone: a store is dropped, or the index that a field no longer declares. */
function withoutStore({ name, store }: AnySpec): string {
  if (store.kind === 'table') return `DROP TABLE IF EXISTS ${quoteTable(store)};`
  const { vectorIndex } = objectNames({ name, store })
  return `DROP INDEX IF EXISTS ${quoteTable({ schema: store.schema, table: vectorIndex })};`
}
