// What the migration of a vectorizer makes, of whatever table there is, and for whom. See docs/pgai-cases.md.
import { createWorker } from '@prisma-vectorizer/worker'
import { describe, expect, test } from 'vitest'
import { createDatabase, withClient } from '../support/databases.ts'
import { migrationSql, specsOfSchema } from '../support/schema-sql.ts'
import { queue, specs, tables, useVectorizedTables } from '../support/vectorized-tables.ts'

const withExtension = `CREATE EXTENSION vector; ${tables}`

describe('what is there afterwards', () => {
  const { run } = useVectorizedTables()

  test('the registry has the whole of each annotation, resolved', async () => {
    expect(
      await run('SELECT name, source::text, store::text, spec, paused FROM vectorizer.vectorizer ORDER BY name'),
    ).toEqual(
      specs.map((spec) => ({
        name: spec.name,
        source: `"${spec.source.table}"`,
        store: `"${spec.store.table}"`,
        spec,
        paused: false,
      })),
    )
  })

  test('the trigger functions run with their owner’s rights and a fixed path, and are nobody else’s to call', async () => {
    const functions = await run(`SELECT DISTINCT prosecdef AS definer, proconfig::text AS path,
        has_function_privilege('public', oid, 'EXECUTE') AS "of everybody"
      FROM pg_proc WHERE pronamespace = 'vectorizer'::regnamespace AND prorettype = 'trigger'::regtype`)
    expect(functions).toEqual([{ definer: true, path: '{"search_path=pg_catalog, pg_temp"}', 'of everybody': false }])
  })
})

describe('of a table', () => {
  const made = (models: string, sql: string) => migrationSql(specsOfSchema(models), { tables: sql })
  const { run } = useVectorizedTables(withExtension)

  test('with dropped columns, rows are queued, then and later', async () => {
    await run(`ALTER TABLE "BlogPost" ADD COLUMN gone TEXT; INSERT INTO "BlogPost" (id, title) VALUES (1, 'a');
      ALTER TABLE "BlogPost" DROP COLUMN views, DROP COLUMN gone, ADD COLUMN views INTEGER NOT NULL DEFAULT 0`)
    await run(migrationSql(specs, { tables }))
    await run(`INSERT INTO "BlogPost" (id, title) VALUES (2, 'a'), (3, 'a')`)
    expect(await run(`SELECT key_id FROM ${queue} ORDER BY 1`)).toEqual([{ key_id: 1 }, { key_id: 2 }, { key_id: 3 }])
    await run(`DELETE FROM ${queue}; UPDATE "BlogPost" SET views = 1; UPDATE "BlogPost" SET title = 'b' WHERE id = 2`)
    expect(await run(`SELECT key_id FROM ${queue}`)).toEqual([{ key_id: 2 }])
  })

  test('whose migration lacks its last statement, rows that exist are not queued', async () => {
    const [blog] = specs
    const sql = blog ? migrationSql([blog], { tables }) : ''
    const last = sql.indexOf('-- Rows that exist already are embedded too.')
    expect(sql.slice(last).match(/;\n/gu)).toHaveLength(1)
    await run(`INSERT INTO "BlogPost" (id, title) VALUES (1, 'a')`)
    await run(sql.slice(0, last))
    await run(`INSERT INTO "BlogPost" (id, title) VALUES (2, 'a')`)
    expect(await run(`SELECT key_id FROM ${queue}`)).toEqual([{ key_id: 2 }])
  })

  test('with columns called like those of a store, in a store and in its view', async () => {
    const sql = `CREATE TABLE "Odd" ("embedding_uuid" INTEGER NOT NULL, "chunk" TEXT NOT NULL, "chunk_seq" TEXT, "embedding" TEXT,
      "parent" TEXT, CONSTRAINT "Odd_pkey" PRIMARY KEY ("embedding_uuid"));`
    await run(sql)
    await run(
      made(
        `model Odd {
  embedding_uuid Int    @id
  /// @vectorizer(dimensions: 3, template: "$embedding $chunk_seq $chunk", view: "odd_view")
  chunk          String
  chunk_seq      String?
  embedding      String?
  parent         String?
}
`,
        sql,
      ),
    )
    await run(`INSERT INTO "Odd" VALUES (7, 'text', 'seq', 'word', 'parent')`)
    await run(`INSERT INTO "Odd_embedding_store" (parent_embedding_uuid, chunk_seq, chunk, embedding)
      SELECT key_embedding_uuid, 0, 'stored', '[1,2,3]' FROM vectorizer."Odd_embedding_store_queue"`)
    expect(await run('SELECT * FROM odd_view')).toEqual([
      expect.objectContaining({ parent_embedding_uuid: 7, chunk_seq: 0, chunk: 'stored', parent: 'parent' }),
    ])
  })

  test.each([
    ['table', 'CREATE TABLE taken (id INTEGER)'],
    ['view', 'CREATE VIEW taken AS SELECT 1 AS id'],
  ])('whose view would be called like another %s is refused by PostgreSQL, and nothing is made', async (_, other) => {
    const models = `model BlogPost {
  id Int @id
  /// @vectorizer(dimensions: 3, view: "taken")
  content String?
}
`
    await run(`${other}; SAVEPOINT before`)
    await expect(run(made(models, tables))).rejects.toThrow('relation "taken" already exists')
    await run('ROLLBACK TO before')
    expect(await run(`SELECT FROM pg_namespace WHERE nspname = 'vectorizer'`)).toEqual([])
  })
})

describe('by a role', () => {
  const { run } = useVectorizedTables(withExtension)
  const prepared = `CREATE ROLE creation_stranger; CREATE ROLE creation_owner; CREATE ROLE creation_member IN ROLE creation_owner;
    DO $$ BEGIN
      EXECUTE format('GRANT CREATE ON DATABASE %I TO creation_owner', current_database());
      EXECUTE format('ALTER DATABASE %I OWNER TO creation_stranger', current_database());
    END $$;
    GRANT ALL ON SCHEMA public TO creation_owner, creation_stranger;
    ALTER TABLE "BlogPost" OWNER TO creation_owner; ALTER TABLE "doc sections" OWNER TO creation_owner;`
  const migrateAs = (role: string) =>
    run(`${prepared} SET LOCAL ROLE creation_${role}; ${migrationSql(specs, { tables })}; RESET ROLE`)

  test.each(['owner', 'member'])('the %s of the tables may', async (role) => {
    await migrateAs(role)
    await run(`INSERT INTO "BlogPost" (id, title) VALUES (1, 'a')`)
    expect(await run(`SELECT key_id FROM ${queue}`)).toEqual([{ key_id: 1 }])
  })

  test('the owner of the database may not, where the tables are another’s', async () => {
    await expect(migrateAs('stranger')).rejects.toThrow('permission denied for table BlogPost')
  })
})

test('a key in another order than the columns, of an instant and of text with any separator, is embedded', async () => {
  const models = `model Event {
  note  String /// @vectorizer(dimensions: 64, model: "local/hash")
  part  String
  at    DateTime @db.Timestamptz(6)
  place String   @db.VarChar(40)

  @@id([place, at, part])
}
`
  const sql = `CREATE TABLE "Event" ("note" TEXT NOT NULL, "part" TEXT NOT NULL, "at" TIMESTAMPTZ(6) NOT NULL, "place" VARCHAR(40) NOT NULL,
    CONSTRAINT "Event_pkey" PRIMARY KEY ("place", "at", "part"));`
  await using database = await createDatabase({
    sql: `CREATE EXTENSION vector; ${sql} ${migrationSql(specsOfSchema(models), { tables: sql })}`,
  })
  const at = '2026-01-31 12:00:00.123456+00'
  await withClient(database.url, async (client) => {
    await client.query(
      `INSERT INTO "Event" (place, at, part, note) VALUES ('a|b', $1, 'c', 'one'), ('a', $1, 'b|c', 'two'), ('a', $1, 'b', 'three'),
        ('infinity', 'infinity', '', 'four'), ('{"a",b}', '-infinity', E'\\\\ '' "', 'five')`,
      [at],
    )
  })
  const worker = createWorker({ database: database.url })
  expect(await worker.drain()).toMatchObject({ embedded: 5, failed: 0 })
  await worker.stop()
  await withClient(database.url, async (client) => {
    const { rows } = await client.query(
      `SELECT chunk, note FROM "Event_embedding_store" NATURAL JOIN "Event" ORDER BY 1`,
    )
    expect(rows).toEqual(['five', 'four', 'one', 'three', 'two'].map((text) => ({ chunk: text, note: text })))
    await client.query(`UPDATE "Event" SET note = 'other' WHERE place = 'a|b'`)
    const queued = await client.query('SELECT key_place, key_part FROM vectorizer."Event_embedding_store_queue"')
    expect(queued.rows).toEqual([{ key_place: 'a|b', key_part: 'c' }])
  })
})
