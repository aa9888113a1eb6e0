// What pgai's tests ask of chunking, templates and odd column names, by migrations as the generator writes them. See
// docs/pgai-cases.md.
import { createWorker } from '@prisma-vectorizer/worker'
import { expect, test } from 'vitest'
import { createDatabase, withClient } from '../support/databases.ts'
import { migrationSql, specsOfSchema } from '../support/schema-sql.ts'

const models = `model Essay {
  id      Int    @id
  title   String @default("Gardens")
  /// @vectorizer(dimensions: 8, model: "local/hash", chunking: recursive(size: 100, overlap: 20))
  content String
}

model Whole {
  id      Int    @id
  /// @vectorizer(dimensions: 8, model: "local/hash", chunking: none)
  content String
}

model Numbered {
  id      Int    @id
  /// @vectorizer(dimensions: 8, model: "local/hash", chunking: none, template: "$id: $chunk")
  content String
}

model Odd {
  locked  Boolean
  lease   String
  ordinal Int
  state   String
  key     String
  source  String @default("source")
  /// @vectorizer(dimensions: 8, model: "local/hash", template: "$locked $lease $state: $chunk")
  content String

  @@id([ordinal, key])
}
`
const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "content" TEXT NOT NULL'
const tables = `CREATE TABLE "Essay" (${columns}, "title" TEXT NOT NULL DEFAULT 'Gardens');
CREATE TABLE "Whole" (${columns});
CREATE TABLE "Numbered" (${columns});
CREATE TABLE "Odd" ("locked" BOOLEAN NOT NULL, "lease" TEXT NOT NULL, "ordinal" INTEGER NOT NULL, "state" TEXT NOT NULL,
  "key" TEXT NOT NULL, "source" TEXT NOT NULL DEFAULT 'source', "content" TEXT NOT NULL, CONSTRAINT "Odd_pkey" PRIMARY KEY ("ordinal", "key"));
`
const essay = `Gardens of the north

Winters are long there. Nothing is planted before the end of May, and the first frost may come in September.

Glass helps: a cold frame adds three weeks on either side.
Walls of stone keep the warmth of the day.

What grows best are roots, cabbages and currants. Few people bother with tomatoes.`
const long = ` ${'A line that is kept as it is,\twith \u00a0 every blank. \r\n'.repeat(500)}\n`

test('texts are cut, kept whole and formatted as their annotations say, whatever their columns are called', async () => {
  await using database = await createDatabase({
    sql: `CREATE EXTENSION vector; ${tables} ${migrationSql(specsOfSchema(models), { tables })}`,
  })
  await withClient(database.url, async (client) => {
    await client.query('INSERT INTO "Essay" VALUES (1, $1), (2, $2)', [essay, 'Short.'])
    await client.query('INSERT INTO "Whole" VALUES (1, $1)', [long])
    await client.query(`INSERT INTO "Numbered" SELECT n, 'text ' || n FROM generate_series(1, 4) AS n`)
    await client.query(`INSERT INTO "Odd" VALUES (true, 'let', 3, 'busy', 'k', 'origin', 'a text')`)
  })
  const worker = createWorker({ database: database.url })
  expect(await worker.drain()).toMatchObject({ embedded: 8, failed: 0, drained: true })
  await worker.stop()

  await withClient(database.url, async (client) => {
    const stored = async (sql: string) => (await client.query(sql)).rows as { chunk_seq: number; chunk: string }[]
    const chunks = await stored('SELECT chunk_seq, chunk FROM "Essay_embedding_store" WHERE id = 1 ORDER BY chunk_seq')
    expect(chunks.map(({ chunk_seq }) => chunk_seq)).toEqual(chunks.map((_, index) => index))
    expect(chunks.length).toBeGreaterThan(4)
    expect(chunks.filter(({ chunk }) => chunk.includes('Gardens of the north'))).toHaveLength(1)
    for (const { chunk } of chunks) {
      expect(essay).toContain(chunk)
      expect(chunk.length).toBeLessThanOrEqual(100)
      // Between words or behind a mark, never within a word.
      expect(essay.split(/[\s.?!]+/u)).toEqual(expect.arrayContaining(chunk.split(/[\s.?!]+/u)))
    }
    expect(await stored('SELECT chunk_seq, chunk FROM "Essay_embedding_store" WHERE id = 2')).toEqual([
      { chunk_seq: 0, chunk: 'Short.' },
    ])
    expect(await stored('SELECT chunk_seq, chunk FROM "Whole_embedding_store"')).toEqual([
      { chunk_seq: 0, chunk: long },
    ])
    expect(await stored('SELECT chunk FROM "Numbered_embedding_store" ORDER BY id')).toEqual(
      [1, 2, 3, 4].map((id) => ({ chunk: `${id}: text ${id}` })),
    )
    expect(await stored('SELECT ordinal, key, chunk FROM "Odd_embedding_store"')).toEqual([
      { ordinal: 3, key: 'k', chunk: 'true let busy: a text' },
    ])
    await client.query(`UPDATE "Odd" SET locked = false; UPDATE "Odd" SET source = 'other'`)
    expect(
      (await client.query('SELECT key_ordinal, key_key FROM vectorizer."Odd_embedding_store_queue"')).rows,
    ).toEqual([{ key_ordinal: 3, key_key: 'k' }])
  })
})
