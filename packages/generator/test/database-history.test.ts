// What a database tells of what has been made in it, and what embedding again costs there.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import type { AnySpec, Queryable, Row, VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Cost, countCost, describeCost } from '../src/migrations/cost.ts'
import { readDatabaseHistory } from '../src/migrations/database-history.ts'
import { planMigrations } from '../src/migrations/plan.ts'
import { tableKey } from '../src/migrations/tables.ts'
import { blogPost, specOf } from './support/schema.ts'

let pglite: PGlite
beforeAll(async () => {
  pglite = await PGlite.create({ extensions: { vector } })
})
afterAll(() => pglite.close())
// DDL is transactional: each test leaves nothing behind.
beforeEach(() => pglite.exec('BEGIN'))
afterEach(() => pglite.exec('ROLLBACK'))

const connection: Queryable = {
  query: async <R extends Row>(text: string, values: readonly unknown[] = []) =>
    (await pglite.query<R>(text, [...values])).rows,
}
const historyOf = (wanted: readonly AnySpec[], schemas?: readonly string[]) =>
  readDatabaseHistory(connection, wanted, schemas)

const spec = specOf(blogPost('dimensions: 3'))
const table = 'CREATE TABLE "BlogPost" (id integer PRIMARY KEY, title text NOT NULL, content text NOT NULL);'

/** Everything that is planned, as `push` would. */
async function make(wanted: readonly AnySpec[], schemas?: readonly string[]) {
  const plan = planMigrations(wanted, await historyOf(wanted, schemas))
  for (const { sql } of plan.migrations) await pglite.exec(sql)
  return { names: plan.migrations.map(({ name }) => name), waiting: plan.waiting.map(({ until }) => until) }
}

test('an empty database has nothing, and waits for tables', async () => {
  expect(await historyOf([spec])).toMatchObject({ migrations: [], createsExtension: false })
  expect(await make([spec])).toEqual({ names: ['vectorizer_extension'], waiting: ['creates "BlogPost"'] })
})

test('tables have their columns with the types of the catalogs, and their row-level security', async () => {
  await pglite.exec(`CREATE TYPE "Kind" AS ENUM ('A');
    CREATE TABLE "T" (a varchar(40) NOT NULL, b timestamp(3), c "Kind", d integer[], gone text, e numeric(65,30));
    ALTER TABLE "T" DROP COLUMN gone; ALTER TABLE "T" ENABLE ROW LEVEL SECURITY; CREATE TABLE empty ();`)
  const { tables, secured } = await historyOf([])
  expect(tables).toEqual(
    new Map([
      [
        tableKey({ schema: null, table: 'T' }),
        new Map([
          ['a', 'character varying(40)'],
          ['b', 'timestamp(3) without time zone'],
          ['c', '"Kind"'],
          ['d', 'integer[]'],
          ['e', 'numeric(65,30)'],
        ]),
      ],
      [tableKey({ schema: null, table: 'empty' }), new Map()],
    ]),
  )
  expect(secured).toEqual(new Set([tableKey({ schema: null, table: 'T' })]))
})

test('what is made is known, and nothing is planned twice', async () => {
  await pglite.exec(table)
  expect((await make([spec])).names).toEqual(['vectorizer_extension', 'vectorize_blog_post_content'])
  expect((await historyOf([spec])).vectorizers).toEqual(new Map([[spec.name, spec]]))
  expect(await make([spec])).toEqual({ names: [], waiting: [] })
  expect((await make([])).names).toEqual(['unvectorize_blog_post_content'])
  expect(await make([])).toEqual({ names: [], waiting: [] })
})

test('a view waits for no type that the catalogs only spell in another way', async () => {
  const model = `model BlogPost {
  id      Int      @id
  a       String   @db.Char
  b       String   @db.Char(3)
  c       DateTime @db.Timestamptz(3)
  d       Float
  e       Decimal
  f       String   @db.Bit
  g       String   @db.VarBit
  h       DateTime
  i       String[] @db.VarChar(4)
  /// @vectorizer(dimensions: 3, view: "chunks")
  content String
}
`
  await pglite.exec(`CREATE TABLE "BlogPost" (id integer PRIMARY KEY, a char, b char(3), c timestamptz(3), d float8,
    e decimal(65,30), f bit, g varbit, h timestamp(3), i varchar(4)[], content text)`)
  expect((await make([specOf(model)])).waiting).toEqual([])
})

test('what went with its source or its store is made anew, or cleared away', async () => {
  await pglite.exec(table)
  await make([spec])
  await pglite.exec('SAVEPOINT made; DROP TABLE "BlogPost_embedding_store"')
  expect((await make([spec])).names).toEqual(['vectorize_blog_post_content'])
  await pglite.exec(`ROLLBACK TO made; DROP TABLE "BlogPost" CASCADE; ${table}`)
  expect((await make([spec])).names).toEqual(['vectorize_blog_post_content'])
  await pglite.exec('ROLLBACK TO made; DROP TABLE "BlogPost_embedding_store"; DROP TABLE "BlogPost"')
  expect((await make([])).names).toEqual(['unvectorize_blog_post_content'])
})

test('the schema of the connection stands for none, and other schemas are of other applications', async () => {
  await pglite.exec(`CREATE EXTENSION vector; CREATE SCHEMA app; ${table}`)
  await make([spec])
  await pglite.exec(`SET search_path = app, public; CREATE TABLE "Other" (id integer)`)
  expect([...(await historyOf([])).tables.keys()]).toEqual([tableKey({ schema: null, table: 'Other' })])
  expect(await make([])).toEqual({ names: [], waiting: [] })
  await expect(historyOf([spec])).rejects.toThrow(
    'VZ206 BlogPost.content: the database has a vectorizer BlogPost_embedding_store already, of a table in the Postgres schema "public".',
  )
  expect((await historyOf([], ['public'])).vectorizers.size).toBe(1)
})

test('an extension where the connection does not look is refused', async () => {
  await pglite.exec('CREATE EXTENSION vector; CREATE SCHEMA app; SET search_path = app')
  await expect(historyOf([spec])).rejects.toThrow(
    'VZ206 The extension "vector" is in the Postgres schema "public", and the connection looks in "app" only.',
  )
})

test('a spec of a later version is refused', async () => {
  await pglite.exec(table)
  await make([spec])
  await pglite.exec(`UPDATE vectorizer.vectorizer SET spec = spec || '{"version": 99}'`)
  await expect(historyOf([spec])).rejects.toThrow('VZ505 The registry holds BlogPost_embedding_store in a version')
})

test('costs are counted in the database', async () => {
  const costOf = async (embedding: Parameters<typeof countCost>[0]) => {
    const { text, values } = countCost(embedding)
    return describeCost((await pglite.query<Cost>(text, [...values])).rows[0] as Cost)
  }
  const narrower = specOf(blogPost(`dimensions: 3, where: title = "b"`))
  const wider = specOf(blogPost(`dimensions: 3, where: title in ["a", "b"]`))
  const all = (of: VectorizerSpec, previous?: VectorizerSpec) => costOf({ spec: of, previous, rows: 'all' })
  await pglite.exec(table)
  await make([spec])
  expect(await all(spec)).toBeUndefined()
  await pglite.exec(
    `INSERT INTO "BlogPost" SELECT n, chr(96 + n % 2), repeat('x', 40) FROM generate_series(1, 1200) AS n`,
  )
  expect(await all(spec)).toBe('1,200 rows to embed, about 12,000 tokens')
  await pglite.exec(
    `INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding) VALUES (1, 0, 'xxxx', '[1,2,3]')`,
  )
  expect(await all(spec, spec)).toBe('1,200 rows to embed; stored now: 1 chunk, about 1 token')
  expect(await all(wider, spec)).toBe('600 rows to embed; stored now: 1 chunk, about 1 token')
  expect(await costOf({ spec: wider, previous: narrower, rows: 'newly inside' })).toBe(
    '599 rows to embed, about 5,990 tokens',
  )
  const uri = { ...spec, source: { ...spec.source, loading: 'uri' as const } }
  expect(await all(uri)).toBe('1,200 rows to embed')
})
