// Whatever things are called, the migration that takes a vectorizer of pgai over ends in the same database, whether pgai was
// there or not: the one that a new vectorizer would make. Prisma's shadow database depends on it.
import { quoteIdentifier, quoteTable, storeColumns, type VectorizerSpec } from '@prisma-vectorizer/spec'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emitAdopt } from '../packages/generator/src/emit/adopt.ts'
import { emitCreate } from '../packages/generator/src/emit/migration.ts'
import { renderSql } from '../packages/generator/src/sql/render.ts'
import { describeCatalog } from './support/catalog.ts'
import { createDatabase, type TestDatabase } from './support/databases.ts'
import { sourceSql } from './support/hostile-source.ts'
import { type HostileCase, hostileCase } from './support/hostile-specs.ts'
import { pgaiInstallation, pgaiVectorizer } from './support/pgai-installation.ts'

let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await createDatabase({ sql: `${renderSql('extension')} ${renderSql('install')}` })
  client = new pg.Client(database.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.close()
})

/** What the database looks like after `sql`, which is undone. */
async function catalogAfter(...sql: readonly string[]): Promise<string> {
  await client.query('SAVEPOINT before')
  for (const text of sql) await client.query(text)
  const catalog = await describeCatalog(client)
  await client.query('ROLLBACK TO before')
  return catalog
}

/** In a transaction that is undone. `before`: SQL that stands between the source and the adoption. */
async function compare({ source, specs: [spec], roles }: HostileCase, before: readonly string[] = []): Promise<void> {
  const { store } = spec
  await client.query('BEGIN')
  try {
    for (const role of new Set(roles)) await client.query(`CREATE ROLE ${quoteIdentifier(role)}`)
    await client.query(sourceSql(source, spec))
    const secures = source.secured
    const made = await catalogAfter(
      emitCreate(spec, { store: store.kind === 'table' ? 'absent' : 'as wanted', secures }),
    )
    const leftovers = 'DROP SCHEMA IF EXISTS ai CASCADE'
    expect(await catalogAfter(...before, emitAdopt(spec, { secures }), leftovers)).toBe(made)
  } finally {
    await client.query('ROLLBACK')
  }
}

/** pgai stores full-precision vectors in a table of its own, and refuses columns called like the store's. */
const couldBeOfPgai = ({ type, store, source }: VectorizerSpec): boolean =>
  type === 'vector' &&
  store.kind === 'table' &&
  store.foreignKey &&
  source.key.every(({ column, storeColumn }) => column === storeColumn) &&
  ![...source.key, source.text].some(({ column }) => Object.values<string>(storeColumns).includes(column))

const ofPgai = ({ source, store, dimensions }: VectorizerSpec): string =>
  [
    ...(store.schema === source.schema ? [] : [`CREATE SCHEMA ${quoteIdentifier(store.schema ?? 'public')}`]),
    pgaiVectorizer({
      id: 1,
      name: 'hostile',
      source: { schema: source.schema ?? 'public', table: source.table },
      key: source.key.map(({ column, sqlType }, index) => ({ name: column, type: sqlType, part: index + 1 })),
      column: source.text.column,
      dimensions,
      destination: { schema: store.schema ?? 'public', table: store.table, view: 'pgai_view' },
    }),
    `INSERT INTO ${quoteTable({ schema: 'ai', table: '_vectorizer_q_1' })} (${source.key.map(({ column }) => quoteIdentifier(column)).join(', ')})
     SELECT ${source.key.map(({ column }) => quoteIdentifier(column)).join(', ')} FROM ${quoteTable(source)}`,
  ].join(';')

const runs = Number(process.env['HOSTILE_RUNS'] ?? 30)

test('on a database without pgai', async () => {
  await fc.assert(
    fc.asyncProperty(hostileCase, (hostile) => compare(hostile)),
    { numRuns: runs },
  )
})

test('on one that pgai has worked on', async () => {
  const ofPgaiOnly = hostileCase.filter(({ specs: [spec] }) => couldBeOfPgai(spec))
  const check = (hostile: HostileCase) => compare(hostile, [pgaiInstallation(), ofPgai(hostile.specs[0])])
  await fc.assert(fc.asyncProperty(ofPgaiOnly, check), { numRuns: runs })
})
