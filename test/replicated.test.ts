// `replicated: true`: rows that a session of replication writes are followed, and those of other sessions as ever.
import { expect, test } from 'vitest'
import { changeBetween } from '../packages/generator/src/migrations/change.ts'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'
import { useVectorizedTables } from './support/vectorized-tables.ts'

const schema = (replicated: boolean) => `model Section {
  tenant Int
  kind   Kind
  /// @vectorizer(dimensions: 3, replicated: ${replicated})
  text   String
  views  Int     @default(0)

  @@id([tenant, kind])
}

model Note {
  id     Int     @id
  /// @vectorizer(dimensions: 3, destination: column(vector), replicated: ${replicated})
  text   String
  vector Unsupported("vector(3)")?
}

enum Kind {
  ESSAY
  NOTE
}
`
const tables = `CREATE TYPE "Kind" AS ENUM ('ESSAY', 'NOTE');
CREATE TABLE "Section" ("tenant" INTEGER NOT NULL, "kind" "Kind" NOT NULL, "text" TEXT NOT NULL, "views" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "Section_pkey" PRIMARY KEY ("tenant", "kind"));
CREATE TABLE "Note" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL, "vector" vector(3), CONSTRAINT "Note_pkey" PRIMARY KEY ("id"));
`
const [replicated, ordinary] = [specsOfSchema(schema(true)), specsOfSchema(schema(false))]
const { run, warnings } = useVectorizedTables(
  `CREATE EXTENSION vector; ${tables}${migrationSql(replicated, { tables: tables })}`,
)
const queue = 'vectorizer."Section_embedding_store_queue"'
const noteQueue = 'vectorizer."Note_vector_queue"'
const keysOf = async (table: string, prefix = '') =>
  (await run(`SELECT ${prefix}tenant || ' ' || ${prefix}kind AS key FROM ${table} ORDER BY 1`)).map(({ key }) => key)
const queued = () => keysOf(queue, 'key_')
const stored = () => keysOf('"Section_embedding_store"')
const worked = () => run(`DELETE FROM ${queue}; DELETE FROM ${noteQueue}`)

async function asReplica(sql: string): Promise<void> {
  await run('SET LOCAL session_replication_role = replica')
  await run(sql)
  await run('SET LOCAL session_replication_role = origin')
}

/** Two rows, embedded. */
async function embedded(): Promise<void> {
  await run(`INSERT INTO "Section" VALUES (1, 'ESSAY', 'a'), (2, 'NOTE', 'b')`)
  await run(`INSERT INTO "Section_embedding_store" (tenant, kind, chunk_seq, chunk, embedding)
    SELECT tenant, kind, seq, text, '[1,2,3]' FROM "Section", generate_series(0, 1) AS seq`)
  await worked()
}

test('an insert and an update of the text queue the row, an update of another column does not', async () => {
  await asReplica(`INSERT INTO "Section" VALUES (1, 'ESSAY', 'a'), (2, 'NOTE', 'b')`)
  expect(await queued()).toEqual(['1 ESSAY', '2 NOTE'])
  await worked()
  await asReplica('UPDATE "Section" SET views = 1, text = text')
  expect(await queued()).toEqual([])
  await asReplica(`UPDATE "Section" SET text = 'c' WHERE tenant = 2`)
  expect(await queued()).toEqual(['2 NOTE'])
})

test('a delete takes chunks and queue row along, though no foreign key does', async () => {
  await embedded()
  await asReplica(`UPDATE "Section" SET text = 'c'; DELETE FROM "Section" WHERE tenant = 1`)
  expect(await stored()).toEqual(['2 NOTE', '2 NOTE'])
  expect(await queued()).toEqual(['2 NOTE'])
})

test('a row of another key is queued under it, and leaves no chunk under the old one', async () => {
  await embedded()
  await asReplica(`UPDATE "Section" SET kind = 'NOTE' WHERE tenant = 1`)
  expect(await stored()).toEqual(['2 NOTE', '2 NOTE'])
  expect(await queued()).toEqual(['1 NOTE'])
})

test('a column of vectors is followed alike, and TRUNCATE empties its queue', async () => {
  await asReplica(`INSERT INTO "Note" VALUES (1, 'a'), (2, 'b'); UPDATE "Note" SET vector = '[1,2,3]'`)
  await asReplica('DELETE FROM "Note" WHERE id = 1')
  expect(await run(`SELECT key_id FROM ${noteQueue}`)).toEqual([{ key_id: 2 }])
  await asReplica('TRUNCATE "Note"')
  expect(await run(`SELECT key_id FROM ${noteQueue}`)).toEqual([])
})

test('a renamed column stops no replication: every row is queued', async () => {
  await embedded()
  await asReplica('UPDATE "Section" SET views = 1')
  await run('ALTER TABLE "Section" RENAME COLUMN text TO body')
  await asReplica('UPDATE "Section" SET views = 2')
  expect(await queued()).toEqual(['1 ESSAY', '2 NOTE'])
  await run('ALTER TABLE "Section" RENAME COLUMN tenant TO owner')
  await worked()
  await asReplica(`UPDATE "Section" SET views = 3 WHERE owner = 1; INSERT INTO "Section" VALUES (3, 'NOTE', 'c')`)
  expect(await queued()).toEqual(['1 ESSAY', '3 NOTE'])
  await asReplica('DELETE FROM "Section"')
  expect(warnings).toEqual([])
})

test('other sessions write as ever: each row is queued once, by the ordinary triggers', async () => {
  await embedded()
  await run(`UPDATE "Section" SET views = 1; UPDATE "Section" SET text = 'c' WHERE tenant = 1`)
  expect(await queued()).toEqual(['1 ESSAY'])
  await run('DELETE FROM "Section" WHERE tenant = 1')
  expect([await queued(), await stored()]).toEqual([[], ['2 NOTE', '2 NOTE']])
})

test('the migration that takes the option away drops the trigger and embeds nothing again; one that gives it back makes it', async () => {
  const [before, after] = [replicated[0], ordinary[0]]
  if (!before || !after) throw new Error('no spec')
  expect(changeBetween(before, after)).toMatchObject({ rewritesFunctions: true, embeds: 'none', parts: ['replicated'] })
  await run(migrationSql(ordinary, { tables, before: replicated }))
  await asReplica(`INSERT INTO "Section" VALUES (1, 'ESSAY', 'a')`)
  expect(await queued()).toEqual([])
  await run(migrationSql(replicated, { tables, before: ordinary }))
  await asReplica(`INSERT INTO "Section" VALUES (2, 'ESSAY', 'a')`)
  expect(await queued()).toEqual(['2 ESSAY'])
})

test('partitions are followed too, also those made later', async () => {
  await run(`DROP TABLE "Section_embedding_store", "Section";
    CREATE TABLE "Section" ("tenant" INTEGER NOT NULL, "kind" "Kind" NOT NULL, "text" TEXT NOT NULL, "views" INTEGER NOT NULL DEFAULT 0,
      CONSTRAINT "Section_pkey" PRIMARY KEY ("tenant", "kind")) PARTITION BY RANGE (tenant);
    CREATE TABLE low PARTITION OF "Section" FOR VALUES FROM (0) TO (10)`)
  await run(migrationSql(replicated.slice(0, 1), { tables }))
  await run('CREATE TABLE high PARTITION OF "Section" FOR VALUES FROM (10) TO (20)')
  await asReplica(`INSERT INTO low VALUES (1, 'NOTE', 'a'); INSERT INTO "Section" VALUES (11, 'NOTE', 'a')`)
  expect(await queued()).toEqual(['1 NOTE', '11 NOTE'])
  await asReplica('DELETE FROM high')
  expect(await queued()).toEqual(['1 NOTE'])
})
