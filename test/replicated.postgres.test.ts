// `replicated: true` at the receiving end of logical replication. Another cluster's publication would be no different: the
// slot of one's own cluster only has to be made apart from the subscription, which would wait for itself.
import pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase } from './support/databases.ts'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'

const specs = specsOfSchema(
  'model Post {\n  id   Int    @id\n  text String /// @vectorizer(dimensions: 3, replicated: true)\n}\n',
)
const tables =
  'CREATE TABLE "Post" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));'

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 20) {
    if (waited > 20_000) throw new Error('nothing was replicated')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('what logical replication applies is queued, and what it deletes takes its chunks along', async () => {
  await using publisher = await createDatabase({ sql: tables })
  await using subscriber = await createDatabase({ sql: tables + migrationSql(specs, { tables }) })
  const [from, to] = [new pg.Client(publisher.url), new pg.Client(subscriber.url)]
  await Promise.all([from.connect(), to.connect()])
  const level = (await from.query('SHOW wal_level')).rows[0].wal_level
  expect(level, 'wal_level of the server of DATABASE_URL').toBe('logical')
  const { hostname, port, username, pathname, password } = new URL(publisher.url)
  const slot = `vectorizer_${pathname.slice(-20)}`
  const queued = async () =>
    (await to.query('SELECT key_id FROM vectorizer."Post_embedding_store_queue" ORDER BY 1')).rows.map(
      (row) => row.key_id,
    )
  try {
    await from.query(`CREATE PUBLICATION posts FOR TABLE "Post"`)
    await from.query(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`)
    const secret = password ? ` password=${decodeURIComponent(password)}` : ''
    await to.query(`CREATE SUBSCRIPTION posts
      CONNECTION 'host=${hostname} port=${port} user=${username}${secret} dbname=${pathname.slice(1)}'
      PUBLICATION posts WITH (create_slot = false, slot_name = '${slot}', copy_data = false)`)
    await from.query(`INSERT INTO "Post" SELECT id, 'text' FROM generate_series(1, 3) AS id`)
    await until(async () => (await queued()).length === 3)
    await to.query(`INSERT INTO "Post_embedding_store" (id, chunk_seq, chunk, embedding)
      SELECT id, 0, text, '[1,2,3]' FROM "Post"; DELETE FROM vectorizer."Post_embedding_store_queue"`)
    await from.query(`UPDATE "Post" SET text = 'other' WHERE id = 2`)
    await from.query('DELETE FROM "Post" WHERE id = 1')
    await from.query('UPDATE "Post" SET id = 30 WHERE id = 3')
    await until(async () => (await queued()).length === 2)
    expect(await queued()).toEqual([2, 30])
    expect((await to.query('SELECT id FROM "Post_embedding_store"')).rows).toEqual([{ id: 2 }])
  } finally {
    // A subscription and its slot would keep both databases from being dropped.
    await to.query('DROP SUBSCRIPTION IF EXISTS posts').catch(() => undefined)
    await from
      .query(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${slot}'`)
      .catch(() => undefined)
    await Promise.all([from.end(), to.end()])
  }
})
