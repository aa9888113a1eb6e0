// A row that waits for another model goes on doing so, whatever becomes of its key.
import { describe, expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'
import { useVectorizedTables } from './support/vectorized-tables.ts'

const queue = 'vectorizer."Event_embedding_store_queue"'
const waiting = `SELECT key_region || key_id AS key, reembed FROM ${queue} ORDER BY 1`
const model = `model Event {
  region String
  id     Int
  /// @vectorizer(dimensions: 3)
  text   String

  @@id([region, id])
}
`
const table = `CREATE TABLE "Event" ("region" TEXT NOT NULL, "id" INTEGER NOT NULL, "text" TEXT NOT NULL,
  CONSTRAINT "Event_pkey" PRIMARY KEY ("region", "id"));`

function eventsIn(tables: string, schema = model) {
  const specs = specsOfSchema(schema)
  const made = `CREATE EXTENSION vector; ${tables} ${migrationSql(specs, { tables: table })}`
  return useVectorizedTables(made)
}

describe('in a partitioned table', () => {
  const { run } = eventsIn(`${table.slice(0, -1)} PARTITION BY LIST ("region");
    CREATE TABLE north PARTITION OF "Event" FOR VALUES IN ('n');
    CREATE TABLE south PARTITION OF "Event" FOR VALUES IN ('s');`)

  test('rows that move to another partition keep it, each its own', async () => {
    await run(`INSERT INTO "Event" VALUES ('n', 1, 'a'), ('n', 2, 'b'), ('n', 3, 'c')`)
    await run(`UPDATE ${queue} SET reembed = true WHERE key_id <> 2`)
    await run(`UPDATE "Event" SET region = 's'`)
    expect(await run(waiting)).toEqual([
      { key: 's1', reembed: true },
      { key: 's2', reembed: false },
      { key: 's3', reembed: true },
    ])
  })
})

describe('without a foreign key', () => {
  const { run } = eventsIn(
    table,
    `datasource db {\n  provider     = "postgresql"\n  relationMode = "prisma"\n}\n\n${model}`,
  )

  test('the old key keeps it as well as the new one', async () => {
    await run(`INSERT INTO "Event" VALUES ('n', 1, 'a'), ('n', 2, 'b')`)
    await run(`UPDATE ${queue} SET reembed = key_id = 1`)
    await run(`UPDATE "Event" SET region = 's'`)
    expect(await run(waiting)).toEqual([
      { key: 'n1', reembed: true },
      { key: 'n2', reembed: false },
      { key: 's1', reembed: true },
      { key: 's2', reembed: false },
    ])
  })

  test('an old key that is empty, once the primary key is another, fails no update', async () => {
    await run(`INSERT INTO "Event" VALUES ('n', 1, 'a')`)
    await run(`ALTER TABLE "Event" DROP CONSTRAINT "Event_pkey", ALTER COLUMN region DROP NOT NULL`)
    await run(
      `ALTER TABLE "Event" ALTER COLUMN id DROP NOT NULL, ADD COLUMN number INTEGER NOT NULL DEFAULT 1 PRIMARY KEY`,
    )
    await run('UPDATE "Event" SET region = NULL')
    await run(`UPDATE "Event" SET region = 's'`)
    expect(await run(waiting)).toEqual([
      { key: 'n1', reembed: false },
      { key: 's1', reembed: false },
    ])
  })
})
