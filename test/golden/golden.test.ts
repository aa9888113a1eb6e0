// What the generator makes of each fixture, word for word; that its SQL parses and runs; and that it is Prisma's own
// where Prisma Migrate compares. `npm run golden` renews what is expected.
import { quoteIdentifier, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { emitManifest } from '../../packages/generator/src/emit/manifest.ts'
import { createDatabase, type TestDatabase } from '../support/databases.ts'
import { migrationSql } from '../support/schema-sql.ts'
import { generateGolden, goldens, readExpected } from './golden.ts'

let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  await loadModule()
  database = await createDatabase()
  client = new pg.Client(database.url)
  await client.connect()
})

afterEach(() => client.query('ROLLBACK'))

afterAll(async () => {
  await client.end()
  await database.close()
})

/** Statements by their text, without comments and white space at either end. */
const statements = (sql: string) =>
  sql
    .replace(/^--.*$/gmu, '')
    .split(/;\n/u)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')

describe.each(goldens)('$name', (golden) => {
  const tables = readExpected(golden, 'tables.sql')
  const { specs, files } = generateGolden(golden, tables)
  const migration = files['migration.sql'] as string

  test('is generated as expected', () => {
    const expected = Object.fromEntries(Object.keys(files).map((path) => [path, readExpected(golden, path)]))
    expect(files).toEqual(expected)
  })

  test('the typed module holds the specs', () => {
    const json = /export const manifest = (\{[\s\S]*?\n\}) as const/u.exec(emitManifest(specs))?.[1]
    expect(JSON.parse(json ?? '')).toEqual({ version: 1, vectorizers: specs })
  })

  test('the migration parses, its function bodies too', () => {
    const { stmts } = parseSync(migration)
    expect(stmts?.length).toBeGreaterThan(0)
    const bodies = migration.match(/CREATE OR REPLACE FUNCTION[^;]*?LANGUAGE plpgsql[\s\S]*?\$function\$;/gu) ?? []
    expect(bodies).toHaveLength(6 * specs.length)
    for (const body of bodies) expect(parsePlPgSQLSync(body)).toHaveProperty('plpgsql_funcs')
  })

  test('the store is the one that Prisma Migrate makes of the derived model', () => {
    // An index that is declared is the one thing to differ: Prisma would make it a btree.
    const prisma = statements(readExpected(golden, 'store.sql')).filter(
      (statement) => !/^CREATE INDEX/u.test(statement),
    )
    expect(statements(migration)).toEqual(expect.arrayContaining(prisma))
  })

  test.each([
    ['a database without the store', ''],
    ['the store that Prisma made', readExpected(golden, 'store.sql')],
  ])('runs on %s, and its removal leaves nothing of ours', async (_, store) => {
    const made = tables + store
    await client.query('BEGIN')
    await client.query(`CREATE EXTENSION vector; ${tables}`)
    // Made by Prisma with the first table in it, which `store.sql`, the difference of two schemas, does not show.
    if (store !== '') await client.query(`${specs.map(storeSchema).join('')} ${store}`)
    await client.query(migrationSql(specs, { tables: made }))
    const objects = () => rowCount(`${triggers} UNION ALL ${ours}`)
    expect(await objects()).toBe(specs.length * (6 + 1 + 8))
    await client.query(migrationSql([], { tables: made, before: specs }))
    expect(await objects()).toBe(0)
    expect(await rowCount('SELECT FROM vectorizer.vectorizer')).toBe(0)
  })
})

const triggers = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'vectorizer%'"
const ours = `SELECT relname FROM pg_class WHERE relnamespace = 'vectorizer'::regnamespace AND relkind = 'r' AND relname <> 'vectorizer'
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'vectorizer'::regnamespace AND proname <> 'current_key'`

const storeSchema = ({ store }: VectorizerSpec) =>
  store.schema === null ? '' : `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(store.schema)};`

const rowCount = async (sql: string) => (await client.query(sql)).rows.length
