// Whatever tables, columns, roles, templates and literals are called or hold: the SQL parses, runs, does its work, is read
// back by the generator, and its removal leaves the database as it was.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AnySpec,
  filterCondition,
  objectNames,
  quoteIdentifier,
  quoteTable,
  type VectorizerSpec,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHistory } from '../packages/generator/src/migrations/history.ts'
import { planMigrations } from '../packages/generator/src/migrations/plan.ts'
import { renderSql } from '../packages/generator/src/sql/render.ts'
import { describeCatalog } from './support/catalog.ts'
import { createDatabase, type TestDatabase } from './support/databases.ts'
import { sourceSql } from './support/hostile-source.ts'
import { enumType, type HostileCase, type HostileSource, hostileCase, values } from './support/hostile-specs.ts'
import { parseSql } from './support/parse-sql.ts'
import { storeVectorsSql } from './support/stored-vectors.ts'

let database: TestDatabase
let client: pg.Client
const warnings: string[] = []

beforeAll(async () => {
  database = await createDatabase({ sql: `${renderSql('extension')} ${renderSql('install')}` })
  client = new pg.Client(database.url)
  client.on('notice', ({ severity, message }) => {
    if (severity === 'WARNING') warnings.push(message ?? '')
  })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.close()
})

// HOSTILE_RUNS=1000 after a change of anything that quotes: with other cases each time, where HOSTILE_SEED names none.
const { HOSTILE_RUNS: runs = '30', HOSTILE_SEED: seed } = process.env
const numRuns = Number(runs)
const chosen = seed !== undefined ? { seed: Number(seed) } : numRuns === 30 ? { seed: 20_261_121 } : {}
/** Shrinking a counterexample ends then too, so that it is shown. */
const interruptAfterTimeLimit = 40_000 + numRuns * 500

test('hostile names, templates and literals', { timeout: interruptAfterTimeLimit * 2 }, () =>
  fc.assert(fc.asyncProperty(hostileCase, inTransaction(follow)), { ...chosen, numRuns, interruptAfterTimeLimit }),
)

function inTransaction(check: (hostile: HostileCase) => Promise<void>) {
  return async (hostile: HostileCase) => {
    warnings.length = 0
    await client.query('BEGIN')
    try {
      await check(hostile)
    } finally {
      await client.query('ROLLBACK')
    }
  }
}

/** One vectorizer from its first migration to its last. */
async function follow({ source, specs: [before, after], roles }: HostileCase): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vectorizer-hostile-'))
  try {
    for (const role of new Set(roles)) await client.query(`CREATE ROLE ${quoteIdentifier(role)}`)
    await migrate(folder, 'init', sourceSql(source, before))
    const bare = await describeCatalog(client)
    await insertRow(source, 0)

    for (const spec of [before, after]) {
      await change(folder, [spec])
      expect(await registered()).toEqual([spec])
      expect(readHistory(folder).vectorizers.get(spec.name)).toEqual(spec)
      expect(await describeCatalog(client)).toContain(objectNames(spec).insertTrigger.replaceAll('"', '""'))
      await work(source, spec)
    }
    const granting = warnings.filter((warning) => !warning.includes('there is no role'))
    expect(granting).toEqual([])

    await change(folder, [])
    expect(await registered()).toEqual([])
    // The store is a model: Prisma drops it, and with it its schema's only table.
    if (after.store.kind === 'table') await client.query(`DROP TABLE ${quoteTable(after.store)}`)
    expect(withoutVectors(await describeCatalog(client), after)).toBe(withoutVectors(bare, before))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes and applies what `prisma generate` would, once; a second time it finds nothing to do. */
async function change(folder: string, wanted: readonly AnySpec[]): Promise<void> {
  const { migrations, waiting } = planMigrations(wanted, readHistory(folder))
  expect(waiting).toEqual([])
  for (const { name, sql } of migrations) await migrate(folder, name, sql)
  expect(planMigrations(wanted, readHistory(folder)).migrations).toEqual([])
}

let migrationsWritten = 0
let changes = 0
async function migrate(folder: string, name: string, sql: string): Promise<void> {
  parseSql(sql)
  const number = String(migrationsWritten++).padStart(8, '0')
  await mkdir(join(folder, `${number}_${name}`))
  await writeFile(join(folder, `${number}_${name}`, 'migration.sql'), sql)
  await client.query(sql)
}

/** Every kind of write finds its way into the queue, and a row that goes takes its vectors along. */
async function work(source: HostileSource, spec: VectorizerSpec): Promise<void> {
  const { filter } = spec.source
  const table = quoteTable(source)
  const queue = quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue })
  const count = async (from: string, values: readonly string[] = []) =>
    Number((await client.query(`SELECT count(*) AS n FROM ${from}`, [...values])).rows[0].n)
  const condition = filter === null ? 'true' : filterCondition(filter)
  const inside = () => count(`${table} WHERE ${condition}`)

  await client.query(`DELETE FROM ${queue}`)
  await insertRow(source, 1)
  const key = quoteIdentifier(source.columns[0]?.column ?? '')
  const insideWithKey = (which: 1 | 2) =>
    count(`${table} WHERE ${condition} AND ${key} = $1`, [valueIn(source, 0, which)])
  const insertedInside = await insideWithKey(1)
  expect(await count(queue)).toBe(insertedInside)

  const setText = () =>
    client.query(`UPDATE ${table} SET ${quoteIdentifier(spec.source.text.column)} = 'changed ${changes++}'`)
  await setText()
  expect(await count(queue)).toBe(await inside())

  // Under its new key; without a foreign key also under the old one, for the worker to remove what is stored.
  const hasOldKey = spec.store.kind === 'table' && !spec.store.foreignKey
  const wasInside = (await insideWithKey(1)) > 0
  await client.query(
    `UPDATE ${table} SET ${key} = $2 WHERE ${key} = $1`,
    [1, 2].map((which) => valueIn(source, 0, which as 1 | 2)),
  )
  const staysInside = (await insideWithKey(2)) > 0
  expect(await count(queue)).toBe((await inside()) + (hasOldKey && (wasInside || staysInside) ? 1 : 0))

  await client.query(storeVectorsSql(spec))
  const refused = spec.store.kind === 'table' && spec.store.foreignKey && spec.store.onDelete !== 'Cascade'
  if (refused) await client.query(`DELETE FROM ${quoteTable(spec.store)}`)
  await client.query(`DELETE FROM ${queue}`)
  await setText()
  await client.query(`DELETE FROM ${table} WHERE ${key} = $1`, [valueIn(source, 0, 2)])
  expect(await count(queue)).toBe(await inside())
  expect(await count(spec.store.kind === 'table' ? quoteTable(spec.store) : table)).toBe(refused ? 0 : 1)
}

const insertRow = (source: HostileSource, which: 0 | 1) =>
  client.query(
    `INSERT INTO ${quoteTable(source)} (${source.columns.map(({ column }) => quoteIdentifier(column)).join(', ')})
     VALUES (${source.columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    source.columns.map((_, index) => valueIn(source, index, which)),
  )

function valueIn(source: HostileSource, index: number, which: 0 | 1 | 2): string {
  const sqlType = source.columns[index]?.sqlType ?? ''
  return (sqlType === enumType(source) ? values['enum'] : values[sqlType])?.[which] ?? ''
}

const registered = async () =>
  (await client.query('SELECT spec FROM vectorizer.vectorizer')).rows.map(({ spec }) => spec)

/** The column itself is the model's, and its type is what the last annotation wants. */
const withoutVectors = (catalog: string, { type, dimensions }: VectorizerSpec): string =>
  catalog.replaceAll(type === 'bit' ? `bit(${dimensions})` : `public.${type}(${dimensions})`, 'vector')
