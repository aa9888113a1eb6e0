// Every argument of every fixture is changed, one after the other, on a database with rows; at the end all is removed.
// Each migration parses, function bodies and all, and runs; and the application's writes go on.
import { quoteTable } from '@prisma-vectorizer/spec'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeCatalog } from '../support/catalog.ts'
import { parseSql } from '../support/parse-sql.ts'
import { migrationSql } from '../support/schema-sql.ts'
import { storeVectorsSql } from '../support/stored-vectors.ts'
import { changesOf } from './changed-spec.ts'
import { goldens, planGolden, presupposed, readExpected } from './golden.ts'
import { type GoldenDatabase, openGoldenDatabase } from './golden-database.ts'
import { insertSampleRow } from './sample-row.ts'

let database: GoldenDatabase

beforeAll(async () => {
  database = await openGoldenDatabase()
  await database.exec('CREATE EXTENSION vector')
})
afterEach(() => database.exec('ROLLBACK'))
afterAll(() => database.close())

test.each(goldens)('$name', async (golden) => {
  const sql = { tables: readExpected(golden, 'tables.sql'), store: readExpected(golden, 'store.sql') }
  let { specs: current } = planGolden(golden)
  let history = presupposed(current, sql)
  const sources = [...new Set(current.map(({ source }) => quoteTable(source)))]
  // Of those whose index no test database can make, the SQL is only parsed.
  const apply = async (sql: string) => {
    if (golden.notApplied === undefined) await database.exec(sql)
  }
  const migrate = async (wanted: typeof current, before: typeof current) => {
    const migration = migrationSql(wanted, { tables: history, before })
    parseSql(migration)
    await apply(migration)
    history += migration
    current = wanted
  }
  let rows = 0
  const insertRows = async () => {
    if (golden.notApplied !== undefined) return
    rows++
    for (const source of sources) await insertSampleRow(database, source, rows)
  }

  await apply(`BEGIN; CREATE ROLE golden_worker; CREATE ROLE "golden ""application"""; ${history}`)
  await insertRows()
  await migrate(current, [])
  for (const [index, spec] of current.entries()) {
    // Of several that are alike the first.
    const kind = (of: typeof spec) =>
      [of.kind, of.store.kind, of.type === 'bit', of.kind === 'vector' && of.list, quoteTable(of.source)].join()
    if (current.findIndex((other) => kind(other) === kind(spec)) < index) continue
    for (const [name, changed] of changesOf(spec)) {
      // What an application has stored it has to clear by itself.
      if (changed.kind === 'vector') await apply(sources.map((source) => `DELETE FROM ${source};`).join(''))
      else await apply(storeVectorsSql(current[index] as typeof spec))
      const wanted = current.with(index, changed)
      await migrate(wanted, current).catch((error: unknown) => {
        throw new Error(`${changed.name}, changed: ${name}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        })
      })
    }
    await insertRows()
  }

  // The embeddings follow their rows under row-level security, too.
  const security = sources.map((source) => `ALTER TABLE ${source} ENABLE ROW LEVEL SECURITY;`).join('')
  await apply(security)
  history += security
  const stores = current.flatMap(({ store }) => (store.kind === 'table' ? [quoteTable(store)] : []))
  if (stores.length > 0) await migrate(current, current)
  await migrate([], current)
  if (golden.notApplied !== undefined) return
  await apply(stores.map((store) => `DROP TABLE ${store};`).join(''))
  expect(await describeCatalog(database)).not.toMatch(/TRIGGER|_queue|POLICY|VIEW/u)
})
