// relationMode = "prisma": no foreign key, and no orphan all the same.
import { expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'
import { useVectorizedTables } from './support/vectorized-tables.ts'

const schema = `datasource db {
  provider     = "postgresql"
  relationMode = "prisma"
}

model Section {
  tenant Int
  kind   Kind
  /// @vectorizer(dimensions: 3)
  text   String

  @@id([tenant, kind])
}

enum Kind {
  ESSAY
  NOTE
}
`
const tables = `CREATE TYPE "Kind" AS ENUM ('ESSAY', 'NOTE');
CREATE TABLE "Section" ("tenant" INTEGER NOT NULL, "kind" "Kind" NOT NULL, "text" TEXT NOT NULL,
  CONSTRAINT "Section_pkey" PRIMARY KEY ("tenant", "kind"));
`
const specs = specsOfSchema(schema)
const { run, warnings } = useVectorizedTables(`CREATE EXTENSION vector; ${tables}${migrationSql(specs, { tables })}`)
const queue = 'vectorizer."Section_embedding_store_queue"'
const keys = (table: string, prefix = '') =>
  run(`SELECT ${prefix}tenant || ' ' || ${prefix}kind AS key FROM ${table} ORDER BY 1`).then((rows) =>
    rows.map(({ key }) => key),
  )
const queued = () => keys(queue, 'key_')
const stored = () => keys('"Section_embedding_store"')

/** Three rows, embedded. */
async function embedded(): Promise<void> {
  await run(`INSERT INTO "Section" VALUES (1, 'ESSAY', 'a'), (1, 'NOTE', 'b'), (2, 'NOTE', 'c')`)
  await run(`INSERT INTO "Section_embedding_store" (tenant, kind, chunk_seq, chunk, embedding)
    SELECT tenant, kind, seq, text, '[1,2,3]' FROM "Section", generate_series(0, 1) AS seq`)
  await run(`DELETE FROM ${queue}`)
}

test('there is no foreign key', async () => {
  expect(
    await run(`SELECT FROM pg_constraint WHERE conrelid = '"Section_embedding_store"'::regclass AND contype = 'f'`),
  ).toEqual([])
})

test('a deleted row takes its chunks along', async () => {
  await embedded()
  await run('DELETE FROM "Section" WHERE tenant = 1')
  expect(await stored()).toEqual(['2 NOTE', '2 NOTE'])
  expect(await queued()).toEqual([])
})

test('a transaction that cannot see what a worker writes meanwhile leaves the key to the worker', async () => {
  await embedded()
  await run('COMMIT')
  await run('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await run('DELETE FROM "Section" WHERE tenant = 1')
  expect(await queued()).toEqual(['1 ESSAY', '1 NOTE'])
  await run('COMMIT')
  await run('TRUNCATE "Section"')
  await run('BEGIN')
})

test('a row of another key is embedded anew, and its old key left to the worker', async () => {
  await embedded()
  await run('UPDATE "Section" SET tenant = 3 WHERE tenant = 2')
  expect(await queued()).toEqual(['2 NOTE', '3 NOTE'])
})

test('TRUNCATE empties store and queue', async () => {
  await embedded()
  await run(`UPDATE "Section" SET text = 'other'`)
  await run('TRUNCATE "Section"')
  expect(await stored()).toEqual([])
  expect(await queued()).toEqual([])
})

test('a store that was renamed is followed, one that was dropped fails no delete', async () => {
  await embedded()
  await run('ALTER TABLE "Section_embedding_store" RENAME TO "Chunk"')
  await run('DELETE FROM "Section" WHERE tenant = 2')
  expect(await keys('"Chunk"')).toEqual(['1 ESSAY', '1 ESSAY', '1 NOTE', '1 NOTE'])
  await run('DROP TABLE "Chunk"')
  await run('DELETE FROM "Section"')
  expect(await queued()).toEqual(['1 ESSAY', '1 NOTE'])
  expect(warnings).toEqual([])
})

test('a key column that was renamed or retyped fails no delete, and what is deleted is queued', async () => {
  await embedded()
  await run('ALTER TABLE "Section" RENAME COLUMN tenant TO owner')
  await run('DELETE FROM "Section" WHERE owner = 1')
  expect(await queued()).toEqual(['1 ESSAY', '1 NOTE'])
})
