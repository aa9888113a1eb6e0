// A source that is partitioned: rows are followed through the parent, and where they are written to a partition directly.
import { describe, expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'
import { useVectorizedTables } from './support/vectorized-tables.ts'

const schema = `model Event {
  region String
  id     Int
  title  String
  /// @vectorizer(dimensions: 3, template: "$title - $chunk")
  text   String?
  views  Int     @default(0)

  @@id([region, id])
}
`
const columns = `"region" TEXT NOT NULL, "id" INTEGER NOT NULL, "title" TEXT NOT NULL, "text" TEXT, "views" INTEGER NOT NULL DEFAULT 0`
/** The table that Prisma Migrate knows, and what somebody made of it: a partition, and one that is partitioned itself. */
const tables = `CREATE TABLE "Event" (${columns}, CONSTRAINT "Event_pkey" PRIMARY KEY ("region", "id"));`
const partitioned = `${tables.slice(0, -1)} PARTITION BY LIST ("region");
  CREATE TABLE north PARTITION OF "Event" FOR VALUES IN ('n');
  CREATE TABLE south PARTITION OF "Event" FOR VALUES IN ('s') PARTITION BY RANGE ("id");
  CREATE TABLE south_low PARTITION OF south FOR VALUES FROM (0) TO (1000);
  CREATE TABLE south_high PARTITION OF south FOR VALUES FROM (1000) TO (2000);`
const specs = specsOfSchema(schema)
const made = `CREATE EXTENSION vector; ${partitioned} ${migrationSql(specs, { tables })}`
const { run, warnings } = useVectorizedTables(made)

const queue = 'vectorizer."Event_embedding_store_queue"'
const keysOf = async (table: string, prefix = '') =>
  (await run(`SELECT ${prefix}region || ${prefix}id AS key FROM ${table} ORDER BY 1`)).map(({ key }) => key)
const queued = () => keysOf(queue, 'key_')
const stored = () => keysOf('"Event_embedding_store"')
const worked = () => run(`DELETE FROM ${queue}`)
const rows = (keys: string) =>
  keys
    .split(' ')
    .map((key) => `('${key.slice(0, 1)}', ${key.slice(1)}, 'title', 'text')`)
    .join(', ')
const insert = (keys: string, table = '"Event"') =>
  run(`INSERT INTO ${table} (region, id, title, text) VALUES ${rows(keys)}`)

/** Rows with a chunk each, and nothing queued. */
async function embedded(keys: string): Promise<void> {
  await insert(keys)
  await run(`INSERT INTO "Event_embedding_store" (region, id, chunk_seq, chunk, embedding)
    SELECT region, id, 0, text, '[1,2,3]' FROM "Event"`)
  await worked()
}

describe('a row is queued', () => {
  test.each([
    ['the parent', '"Event"', 'n1 n2 s1 s1001'],
    ['a partition', 'north', 'n1 n2'],
    ['a partition that is partitioned', 'south', 's1 s1001'],
    ['a partition of a partition', 'south_low', 's1 s2'],
  ])('by an insert into %s', async (_, table, keys) => {
    await insert(keys, table)
    expect(await queued()).toEqual(keys.split(' '))
  })

  test.each(['"Event"', 'south', 'south_low'])('by an update of what is read in %s, and by no other', async (table) => {
    await insert('s1 s2')
    await worked()
    await run(`UPDATE ${table} SET views = views + 1, title = title, text = text`)
    expect(await queued()).toEqual([])
    await run(`UPDATE ${table} SET text = NULL WHERE id = 1`)
    expect(await queued()).toEqual(['s1'])
    await run(`UPDATE ${table} SET title = 'other' WHERE id = 2`)
    expect(await queued()).toEqual(['s1', 's2'])
  })

  test.each(['"Event"', 'south_low'])('by both sides of an upsert into %s', async (table) => {
    await insert('s1')
    await worked()
    await run(`INSERT INTO ${table} (region, id, title) VALUES ('s', 1, 'other'), ('s', 2, 'new')
      ON CONFLICT (region, id) DO UPDATE SET title = excluded.title`)
    expect(await queued()).toEqual(['s1', 's2'])
    await worked()
    await run(`INSERT INTO ${table} (region, id, title) VALUES ('s', 1, 'third') ON CONFLICT DO NOTHING`)
    expect(await queued()).toEqual([])
  })

  test('again by a write while a worker has it', async () => {
    await insert('n1')
    await run(`UPDATE ${queue} SET lease = gen_random_uuid(), attempts = 1`)
    await run(`UPDATE north SET text = 'other'`)
    expect(await run(`SELECT lease, attempts FROM ${queue}`)).toEqual([{ lease: null, attempts: 0 }])
  })

  test.each(['"Event"', 'north'])(
    'under its new key alone when that changes in %s, and its chunks follow',
    async (table) => {
      await embedded('n1 n2')
      await run(`UPDATE ${queue} SET not_before = 'infinity'`)
      await run(`UPDATE ${table} SET text = 'other' WHERE id = 1`)
      await run(`UPDATE ${table} SET id = 10 WHERE id = 1`)
      expect(await queued()).toEqual(['n10'])
      expect(await stored()).toEqual(['n10', 'n2'])
    },
  )

  test('under its new key alone when it moves to another partition, and no chunk stays behind', async () => {
    await embedded('n1 n2 s1')
    await run(`UPDATE "Event" SET text = 'other' WHERE region = 'n'`)
    await run(`UPDATE "Event" SET region = 's', id = 1001 WHERE region = 'n' AND id = 1`)
    expect(await queued()).toEqual(['n2', 's1001'])
    expect(await stored()).not.toContain('n1')
    await worked()
    await run(`UPDATE south SET id = 1002 WHERE id = 1`)
    expect(await queued()).toEqual(['s1002'])
    expect(await stored()).not.toContain('s1')
  })
})

describe('a row that goes', () => {
  test.each(['"Event"', 'south', 'south_low'])(
    'by a delete from %s leaves neither queue row nor chunk',
    async (table) => {
      await embedded('n1 s1 s2')
      await run(`UPDATE "Event" SET text = 'other'`)
      await run(`DELETE FROM ${table} WHERE id = 1 AND region = 's'`)
      expect(await queued()).toEqual(['n1', 's2'])
      expect(await stored()).toEqual(['n1', 's2'])
    },
  )

  test('with all by TRUNCATE of the parent leaves nothing', async () => {
    await embedded('n1 s1')
    await run(`UPDATE "Event" SET text = 'other'`)
    await run('TRUNCATE "Event" CASCADE')
    expect([await queued(), await stored()]).toEqual([[], []])
  })

  test('by TRUNCATE of a partition leaves its queue rows to the worker; PostgreSQL asks for the whole store with it', async () => {
    await embedded('n1 s1')
    await run(`UPDATE "Event" SET text = 'other'`)
    await run('SAVEPOINT before')
    await expect(run('TRUNCATE north')).rejects.toThrow('cannot truncate a table referenced in a foreign key')
    await run('ROLLBACK TO before')
    await run('TRUNCATE north CASCADE')
    expect(await stored()).toEqual([])
    expect(await queued()).toEqual(['n1', 's1'])
  })
})

describe('a partition', () => {
  test('that is attached brings rows that are not queued, and follows what is written from then on', async () => {
    await run(
      `CREATE TABLE west (LIKE "Event" INCLUDING ALL); INSERT INTO west (region, id, title) VALUES ('w', 1, 'old')`,
    )
    await run(`ALTER TABLE "Event" ATTACH PARTITION west FOR VALUES IN ('w')`)
    expect(await queued()).toEqual([])
    await insert('w2', 'west')
    await run(`UPDATE west SET title = 'new' WHERE id = 1`)
    expect(await queued()).toEqual(['w1', 'w2'])
  })

  test('that is made later is followed too', async () => {
    await run(`CREATE TABLE east PARTITION OF "Event" FOR VALUES IN ('e')`)
    await insert('e1', 'east')
    expect(await queued()).toEqual(['e1'])
  })

  test('can be detached once its rows have no chunks, and is followed no longer', async () => {
    await embedded('n1 s1')
    await run('SAVEPOINT before')
    await expect(run('ALTER TABLE "Event" DETACH PARTITION north')).rejects.toThrow('violates foreign key constraint')
    await run('ROLLBACK TO before')
    await run(`DELETE FROM "Event_embedding_store" WHERE region = 'n'`)
    await run('ALTER TABLE "Event" DETACH PARTITION north')
    await run(`UPDATE north SET text = 'other'`)
    await insert('n3', 'north')
    expect(await queued()).toEqual([])
  })
})

describe('an ordinary migration of the source breaks no write to a partition', () => {
  const dropForeignKey = `ALTER TABLE "Event_embedding_store" DROP CONSTRAINT "Event_embedding_store_region_id_fkey";`
  test.each([
    ['renames the text', 'ALTER TABLE "Event" RENAME COLUMN "text" TO "body"', true],
    ['drops the text', 'ALTER TABLE "Event" DROP COLUMN "text"', true],
    ['drops a template column', 'ALTER TABLE "Event" DROP COLUMN "title", ADD COLUMN "headline" TEXT', true],
    ['retypes the text', 'ALTER TABLE "Event" ALTER COLUMN "text" TYPE JSON USING to_json("text")', true],
    ['renames the key', 'ALTER TABLE "Event" RENAME COLUMN "id" TO "number"', true],
    ['retypes the key', `${dropForeignKey} DROP TABLE south; ALTER TABLE "Event" ALTER COLUMN "id" TYPE BIGINT`, true],
    ['makes it text', `${dropForeignKey} DROP TABLE south; ALTER TABLE "Event" ALTER COLUMN "id" TYPE TEXT`, false],
    ['drops the key', `${dropForeignKey} ALTER TABLE "Event" DROP CONSTRAINT "Event_pkey"`, true],
    ['adds a column', 'ALTER TABLE "Event" ADD COLUMN "slug" TEXT', true],
  ])('that %s', async (_, sql, queues) => {
    // Functions and plans of this session know the columns as they were.
    await insert('n1 n2', 'north')
    await run(`UPDATE north SET views = 1, title = 'a'; DELETE FROM north WHERE id = 2`)
    await run(sql)
    const [, key] = (
      await run(
        `SELECT attname::text FROM pg_attribute WHERE attrelid = 'north'::regclass AND attnum IN (1, 2) ORDER BY attnum`,
      )
    ).map(({ attname }) => attname as string)
    const title = (await run(`SELECT FROM pg_attribute WHERE attrelid = 'north'::regclass AND attname = 'title'`))
      .length
    await worked()
    await run(`INSERT INTO north (region, "${key}", ${title ? 'title' : 'headline'}) VALUES ('n', '3', 'b')`)
    expect(await queued()).toEqual(queues ? ['n3'] : [])
    await worked()
    await run(`UPDATE north SET ${title ? 'title' : 'headline'} = 'c' WHERE "${key}" = '3'`)
    expect(await queued()).toEqual(queues ? ['n3'] : [])
    expect(warnings.length > 0).toBe(!queues)
    await run(`DELETE FROM north WHERE "${key}" = '3'; DELETE FROM "Event"`)
    await run('TRUNCATE "Event" CASCADE')
  })
})

test('without a foreign key, a row that goes or moves takes its chunks along', async () => {
  const other = specsOfSchema(`datasource db {\n  provider = "postgresql"\n  relationMode = "prisma"\n}\n${schema}`)
  await run(migrationSql(other, { tables, before: specs }))
  await run(`ALTER TABLE "Event_embedding_store" DROP CONSTRAINT IF EXISTS "Event_embedding_store_region_id_fkey"`)
  await embedded('n1 n2 s1')
  await run('DELETE FROM north WHERE id = 1')
  expect(await stored()).toEqual(['n2', 's1'])
  await run(`UPDATE "Event" SET region = 's', id = 2 WHERE region = 'n'`)
  expect(await stored()).toEqual(['s1'])
  expect(await queued()).toEqual(['s2'])
})

test('rows outside the filter are not queued, and lose their chunks when they leave it', async () => {
  const filtered = specsOfSchema(
    schema.replace('template: "$title - $chunk"', 'template: "$title - $chunk", where: views < 9'),
  )
  await run(migrationSql(filtered, { tables, before: specs }))
  await run(`INSERT INTO north (region, id, title, views) VALUES ('n', 1, 'in', 1), ('n', 2, 'out', 9)`)
  expect(await queued()).toEqual(['n1'])
  await run('DELETE FROM "Event"')
  await embedded('n1 n2')
  await run('UPDATE north SET views = 9 WHERE id = 1')
  expect([await queued(), await stored()]).toEqual([[], ['n2']])
  await run(`UPDATE north SET text = 'other' WHERE id = 1`)
  expect(await queued()).toEqual([])
  await run('UPDATE north SET views = 1 WHERE id = 1')
  expect(await queued()).toEqual(['n1'])
})
