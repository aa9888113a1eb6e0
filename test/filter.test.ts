// `where`: rows outside it have no embeddings, whatever is done to them, and however the filter changes.
import { describe, expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'
import { useVectorizedTables } from './support/vectorized-tables.ts'

const schemaOf = (where: string, destination = '') => `model Post {
  id        Int     @id
  /// @vectorizer(dimensions: 3${where && `, where: ${where}`}${destination})
  content   String
  published Boolean?
  lang      Lang?
  views     Int     @default(0)
  embedding Unsupported("vector(3)")?
}

enum Lang {
  EN
  DE
}
`
const tables = `CREATE TYPE "Lang" AS ENUM ('EN', 'DE');
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "content" TEXT NOT NULL, "published" BOOLEAN, "lang" "Lang",
  "views" INTEGER NOT NULL DEFAULT 0, "embedding" vector(3), CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
`
const withExtension = `CREATE EXTENSION vector; ${tables}`
const where = 'published = true and (lang in [EN, "DE"] or views > 10)'
const specs = specsOfSchema(schemaOf(where))
const migrate = (wanted = specs, before: typeof specs = []) => migrationSql(wanted, { tables, before })

describe('a table of chunks', () => {
  const { run } = useVectorizedTables(withExtension + migrate())
  const queue = 'vectorizer."Post_embedding_store_queue"'
  const queued = async () => (await run(`SELECT key_id FROM ${queue} ORDER BY 1`)).map(({ key_id }) => key_id)
  const worked = () => run(`DELETE FROM ${queue}`)
  const stored = async () => (await run('SELECT id FROM "Post_embedding_store" ORDER BY 1')).map(({ id }) => id)
  const store = (...ids: number[]) =>
    run(`INSERT INTO "Post_embedding_store" (id, chunk_seq, chunk, embedding)
      SELECT id, 0, 'text', '[1,2,3]' FROM unnest(ARRAY[${ids}]) AS id`)
  const insert = (rows: string) => run(`INSERT INTO "Post" (id, content, published, lang, views) VALUES ${rows}`)

  test('queues the rows inside, and no other', async () => {
    await insert(`(1, 'a', true, 'EN', 0), (2, 'a', false, 'EN', 0), (3, 'a', NULL, 'EN', 0), (4, 'a', true, NULL, 11)`)
    expect(await queued()).toEqual([1, 4])
    await worked()
    await run(`UPDATE "Post" SET content = 'other'`)
    expect(await queued()).toEqual([1, 4])
  })

  test('queues a row that comes in, once it is in', async () => {
    await insert(`(1, 'a', false, 'EN', 0)`)
    await run(`UPDATE "Post" SET views = 20`)
    expect(await queued()).toEqual([])
    await run(`UPDATE "Post" SET published = true`)
    expect(await queued()).toEqual([1])
  })

  test('forgets at once what leaves', async () => {
    await insert(`(1, 'a', true, 'EN', 0), (2, 'a', true, 'DE', 0)`)
    await store(1, 2)
    await run(`UPDATE "Post" SET published = false WHERE id = 1`)
    expect(await stored()).toEqual([2])
    expect(await queued()).toEqual([2])
  })

  test('queues what leaves where the store cannot be reached: the worker forgets it', async () => {
    await insert(`(1, 'a', true, 'EN', 0)`)
    await run('DROP TABLE "Post_embedding_store"')
    await worked()
    await run(`UPDATE "Post" SET published = false`)
    expect(await queued()).toEqual([1])
  })

  test('follows a store that was renamed', async () => {
    await insert(`(1, 'a', true, 'EN', 0)`)
    await store(1)
    await run('ALTER TABLE "Post_embedding_store" RENAME TO "Chunk"')
    await run(`UPDATE "Post" SET published = false`)
    expect(await run('SELECT FROM "Chunk"')).toEqual([])
  })

  test('keeps no column that it reads from being retyped, renamed or dropped', async () => {
    await insert(`(1, 'a', true, 'EN', 0)`)
    await worked()
    await run('ALTER TABLE "Post" ALTER COLUMN published TYPE TEXT USING published::text')
    await run(`UPDATE "Post" SET views = 1`)
    // The filter cannot be judged any more: every change is queued, and the worker waits for the next migration.
    expect(await queued()).toEqual([1])
    await run('ALTER TABLE "Post" DROP COLUMN published')
    await run(`INSERT INTO "Post" (id, content) VALUES (2, 'a')`)
    await run('ALTER TABLE "Post" RENAME COLUMN lang TO language')
    await run(`INSERT INTO "Post" (id, content) VALUES (3, 'a')`)
    expect(await queued()).toEqual([1, 2, 3])
  })

  test('survives the migration of an enum, which makes another type', async () => {
    await run(`CREATE TYPE "Lang_new" AS ENUM ('EN', 'FR');
      ALTER TABLE "Post" ALTER COLUMN lang TYPE "Lang_new" USING lang::text::"Lang_new";
      DROP TYPE "Lang"; ALTER TYPE "Lang_new" RENAME TO "Lang"`)
    await insert(`(1, 'a', true, 'EN', 0), (2, 'a', true, 'FR', 0)`)
    expect(await queued()).toEqual([1])
  })

  test('survives it in a session that has updated rows before', async () => {
    await insert(`(1, 'a', true, 'EN', 0), (2, 'a', true, 'DE', 0)`)
    await run(`UPDATE "Post" SET content = 'b'`)
    await worked()
    await store(1, 2)
    await run(`CREATE TYPE "Lang_new" AS ENUM ('EN', 'FR', 'DE');
      ALTER TABLE "Post" ALTER COLUMN lang TYPE "Lang_new" USING lang::text::"Lang_new";
      DROP TYPE "Lang"; ALTER TYPE "Lang_new" RENAME TO "Lang"`)
    await run(`UPDATE "Post" SET content = 'c', lang = CASE id WHEN 1 THEN 'FR' ELSE 'EN' END::"Lang"`)
    expect(await queued()).toEqual([2])
    expect(await stored()).toEqual([2])
  })

  test('queues by the new key, where the old one is a column that may be empty', async () => {
    await insert(`(1, 'a', true, 'EN', 0)`)
    await worked()
    await run(`ALTER TABLE "Post" RENAME COLUMN id TO number; ALTER TABLE "Post" DROP CONSTRAINT "Post_pkey" CASCADE;
      ALTER TABLE "Post" ADD PRIMARY KEY (number), ADD COLUMN id INTEGER`)
    await run(`INSERT INTO "Post" (number, content, published, lang) VALUES (2, 'a', true, 'EN'), (3, 'a', true, 'EN')`)
    await run(`INSERT INTO "Post" (number, content, published, lang) VALUES (4, 'a', true, 'EN')`)
    await run(`INSERT INTO "Post" (number, content, published, lang) VALUES (5, 'a', false, 'EN')`)
    expect(await queued()).toEqual([2, 3, 4])
    await run(`UPDATE "Post" SET content = 'b' WHERE number = 1`)
    expect(await queued()).toEqual([1, 2, 3, 4])
    await worked()
    await run(`UPDATE "Post" SET published = false WHERE number = 1`)
    // The worker finds it outside, and removes its chunks.
    expect(await queued()).toEqual([1])
  })

  describe('another filter', () => {
    const all = specsOfSchema(schemaOf(''))
    const narrower = specsOfSchema(schemaOf('published = true and views > 10'))
    const rows = `(1, 'a', true, 'EN', 0), (2, 'a', true, 'EN', 20), (3, 'a', false, 'EN', 20)`

    test('that narrows removes what is outside and embeds nothing', async () => {
      await insert(rows)
      await store(1, 2)
      await worked()
      await run(migrate(narrower, specs))
      expect(await stored()).toEqual([2])
      expect(await queued()).toEqual([])
    })

    test('that widens embeds only what was outside', async () => {
      await insert(rows)
      await store(1, 2)
      await worked()
      await run(migrate(all, specs))
      expect(await stored()).toEqual([1, 2])
      expect(await queued()).toEqual([3])
    })

    test('lets in rows that have no vector, though columns of the old filter are gone', async () => {
      await insert(rows)
      await store(1)
      await worked()
      await run('ALTER TABLE "Post" DROP COLUMN published; ALTER TABLE "Post" RENAME COLUMN lang TO language')
      await run(migrate(specsOfSchema(schemaOf('views > 10')), specs))
      expect(await stored()).toEqual([])
      expect(await queued()).toEqual([2, 3])
    })

    test('says what it costs', () => {
      expect(migrate(narrower, specs)).toMatch(/-- Rows outside `where` lose their embeddings\.\n/u)
      expect(migrate(narrower, specs)).not.toContain('embedded again')
    })
  })
})

describe('a column of the source', () => {
  const inColumn = specsOfSchema(schemaOf(where, ', destination: column(embedding)'))
  const { run } = useVectorizedTables(withExtension + migrate(inColumn))
  const queued = async () =>
    (await run('SELECT key_id FROM vectorizer."Post_embedding_queue"')).map(({ key_id }) => key_id)

  test('is emptied when its row leaves, and does not queue it', async () => {
    await run(`INSERT INTO "Post" (id, content, published, lang) VALUES (1, 'a', true, 'EN'), (2, 'a', false, 'EN')`)
    expect(await queued()).toEqual([1])
    await run(`DELETE FROM vectorizer."Post_embedding_queue"`)
    await run(`UPDATE "Post" SET embedding = '[1,2,3]' WHERE id = 1`)
    expect(await queued()).toEqual([])
    await run(`UPDATE "Post" SET published = NULL`)
    expect(await run('SELECT id, embedding FROM "Post" ORDER BY 1')).toEqual([
      { id: 1, embedding: null },
      { id: 2, embedding: null },
    ])
    expect(await queued()).toEqual([])
  })
})

describe('a column of fixed length', () => {
  const schema = `model Post {
  id      Int    @id
  /// @vectorizer(dimensions: 3, where: code = "ab")
  content String
  code    String @db.Char(5)
}
`
  const posts =
    'CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "content" TEXT NOT NULL, "code" CHAR(5) NOT NULL);'
  const { run } = useVectorizedTables(
    `CREATE EXTENSION vector; ${posts}${migrationSql(specsOfSchema(schema), { tables: posts })}`,
  )
  const queued = async () =>
    (await run('SELECT key_id FROM vectorizer."Post_embedding_store_queue"')).map(({ key_id }) => key_id)

  test('is compared without the blanks that fill it, whatever is done', async () => {
    await run(`INSERT INTO "Post" VALUES (1, 'a', 'ab'), (2, 'a', 'b')`)
    expect(await queued()).toEqual([1])
    await run(`UPDATE "Post" SET content = 'b'`)
    expect(await queued()).toEqual([1])
    await run(`UPDATE "Post" SET code = CASE code WHEN 'ab' THEN 'b' ELSE 'ab' END`)
    expect(await queued()).toEqual([2])
  })
})
