// The triggers where several sessions meet: what one connection cannot show.
import pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase } from './support/databases.ts'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'

const specs = specsOfSchema('model Post {\n  id   Int    @id\n  text String /// @vectorizer(dimensions: 3)\n}\n')
const tables =
  'CREATE TABLE "Post" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));'
const rows = `INSERT INTO "Post" SELECT id, 'text' FROM generate_series(1, 20) AS id;`
const queued = 'SELECT count(*)::int FROM vectorizer."Post_embedding_store_queue"'

test.each(['READ COMMITTED', 'REPEATABLE READ'])(
  'sessions that meet a renamed column at once all write, and queue (%s)',
  async (isolation) => {
    await using database = await createDatabase({ sql: tables + migrationSql(specs, { tables }) + rows })
    const sessions = Array.from({ length: 8 }, () => new pg.Client(database.url))
    const [first, ...others] = sessions as [pg.Client, ...pg.Client[]]
    await Promise.all(sessions.map((session) => session.connect()))
    try {
      await first.query('DELETE FROM vectorizer."Post_embedding_store_queue"')
      await first.query('ALTER TABLE "Post" RENAME COLUMN "text" TO "body"')
      for (const session of sessions) {
        // A snapshot of its own before the first of them switches the functions.
        await session.query(`BEGIN ISOLATION LEVEL ${isolation}`)
        await session.query('SELECT FROM "Post"')
      }
      await first.query(`UPDATE "Post" SET body = 'new' WHERE id = 1`)
      const waiting = others.map((session, index) =>
        session.query(`UPDATE "Post" SET body = 'new' WHERE id = $1`, [index + 2]),
      )
      await first.query('COMMIT')
      // One holds the lock that the next waits for: each commits as soon as it has written.
      await Promise.all(waiting.map((update, index) => update.then(() => others[index]?.query('COMMIT'))))
      expect((await first.query(queued)).rows).toEqual([{ count: sessions.length }])
    } finally {
      await Promise.all(sessions.map((session) => session.end()))
    }
  },
)

test('once they have met it, no session waits for another', async () => {
  await using database = await createDatabase({ sql: tables + migrationSql(specs, { tables }) + rows })
  const [a, b] = [new pg.Client(database.url), new pg.Client(database.url)]
  await Promise.all([a.connect(), b.connect()])
  try {
    await a.query('DELETE FROM vectorizer."Post_embedding_store_queue"')
    await a.query('ALTER TABLE "Post" RENAME COLUMN "text" TO "body"')
    await a.query(`UPDATE "Post" SET body = 'new' WHERE id = 1`)
    await a.query('BEGIN')
    await a.query(`UPDATE "Post" SET body = 'new' WHERE id = 2`)
    await b.query(`SET lock_timeout = '2s'`)
    await b.query(`UPDATE "Post" SET body = 'new' WHERE id = 3`)
    await a.query('COMMIT')
    expect((await a.query(queued)).rows).toEqual([{ count: 3 }])
  } finally {
    await Promise.all([a.end(), b.end()])
  }
})

test('an update in one session and a delete in another of the same row end with nothing queued', async () => {
  await using database = await createDatabase({ sql: tables + migrationSql(specs, { tables }) + rows })
  const [a, b] = [new pg.Client(database.url), new pg.Client(database.url)]
  await Promise.all([a.connect(), b.connect()])
  try {
    await a.query('BEGIN')
    await a.query(`UPDATE "Post" SET text = 'new' WHERE id = 1`)
    const deleted = b.query('DELETE FROM "Post" WHERE id = 1')
    await a.query('COMMIT')
    await deleted
    expect((await a.query(queued)).rows).toEqual([{ count: 19 }])
  } finally {
    await Promise.all([a.end(), b.end()])
  }
})

test.each([
  ['adds a column', 'ADD COLUMN "more" TEXT', 'id', true],
  ['renames the text', 'RENAME COLUMN "text" TO "body"', 'id', true],
  ['drops the text', 'DROP COLUMN "text"', 'id', true],
  ['renames the key', 'RENAME COLUMN "id" TO "number"', 'number', true],
  ['widens the key', 'ALTER COLUMN "id" TYPE BIGINT', 'id', true],
  ['narrows the key', 'ALTER COLUMN "id" TYPE SMALLINT', 'id', true],
  ['makes the key text', 'ALTER COLUMN "id" TYPE TEXT', 'id', false],
  ['drops the primary key', 'DROP CONSTRAINT "Post_pkey"', 'id', true],
])('a session whose plans know the columns as they were writes on when another %s', async (_, change, key, queues) => {
  await using database = await createDatabase({ sql: tables + migrationSql(specs, { tables }) })
  const [a, b] = [new pg.Client(database.url), new pg.Client(database.url)]
  await Promise.all([a.connect(), b.connect()])
  const keys = async () =>
    (await a.query('SELECT key_id FROM vectorizer."Post_embedding_store_queue" ORDER BY 1')).rows.map(
      (row) => row.key_id,
    )
  const insert = (column: string, ...ids: number[]) =>
    a.query(`INSERT INTO "Post" ("${column}") VALUES ${ids.map((id) => `('${id}')`).join(', ')}`)
  const update = (column: string, id: number, assignment: string) =>
    a.query(`UPDATE "Post" SET ${assignment} WHERE "${column}" = '${id}'`)
  try {
    await b.query(`ALTER TABLE "Post_embedding_store" DROP CONSTRAINT "Post_embedding_store_id_fkey";
      ALTER TABLE "Post" ALTER COLUMN "text" SET DEFAULT ''`)
    // Often enough for plans that are kept.
    for (let id = 1; id <= 8; id++) {
      await insert('id', id)
      await insert('id', 10 * id, 10 * id + 1)
      await update('id', id, `text = 'other'`)
      await a.query(`DELETE FROM "Post" WHERE id = ${10 * id}`)
    }
    await a.query('DELETE FROM vectorizer."Post_embedding_store_queue"')
    await b.query(`ALTER TABLE "Post" ${change}`)
    await insert(key, 101)
    await insert(key, 102, 103)
    expect(await keys()).toEqual(change.includes('DROP CONSTRAINT') ? [101] : queues ? [101, 102, 103] : [])
    await a.query('DELETE FROM vectorizer."Post_embedding_store_queue"')
    await update(key, 101, `"${key}" = '104'`)
    expect(await keys()).toEqual(queues ? [104] : [])
    await a.query(`DELETE FROM "Post" WHERE "${key}" = '104'`)
    await a.query('DELETE FROM "Post"')
  } finally {
    await Promise.all([a.end(), b.end()])
  }
})
