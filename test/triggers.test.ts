// What the triggers of our migrations queue, and what they do not.
import { beforeEach, describe, expect, test } from 'vitest'
import { migrationSql } from './support/schema-sql.ts'
import { queue, specs, tables, useVectorizedTables } from './support/vectorized-tables.ts'

const { run, queued, insert, worked } = useVectorizedTables()

describe('a row is queued', () => {
  test('by an insert, of one row or many', async () => {
    await insert(7)
    expect(await queued()).toEqual([7])
    await run(`INSERT INTO "BlogPost" (id, title) SELECT id, 'title' FROM generate_series(101, 1100) AS id`)
    expect(await queued()).toHaveLength(1001)
  })

  test.each(['content', 'title'])('by an update of %s', async (column) => {
    await insert(1, 2)
    await worked()
    await run(`UPDATE "BlogPost" SET ${column} = 'other' WHERE id = 1`)
    expect(await queued()).toEqual([1])
  })

  test('by an update to NULL and from it', async () => {
    await insert(1)
    await worked()
    await run(`UPDATE "BlogPost" SET content = NULL`)
    expect(await queued()).toEqual([1])
    await worked()
    await run(`UPDATE "BlogPost" SET content = ''`)
    expect(await queued()).toEqual([1])
  })

  test('by both sides of an upsert', async () => {
    const upsert = (text: string) =>
      run(`INSERT INTO "BlogPost" (id, title, content) VALUES (1, 'title', '${text}'), (2, 'title', 'text')
        ON CONFLICT (id) DO UPDATE SET content = excluded.content`)
    await upsert('text')
    expect(await queued()).toEqual([1, 2])
    await worked()
    await upsert('other')
    expect(await queued()).toEqual([1])
  })

  test('again after it was deleted and inserted anew', async () => {
    await insert(1)
    await run('DELETE FROM "BlogPost"')
    await insert(1)
    expect(await queued()).toEqual([1])
  })

  test('under its new key when the key changes, and no longer under the old', async () => {
    await insert(1, 2)
    await run('UPDATE "BlogPost" SET id = 10 WHERE id = 1')
    expect(await queued()).toEqual([2, 10])
    await worked()
    await run('UPDATE "BlogPost" SET id = id + 100')
    expect(await queued()).toEqual([102, 110])
  })

  test('by a change of any part of a composite key or of a column without an equality operator', async () => {
    const tenant = '00000000-0000-0000-0000-000000000001'
    const keys = () =>
      run('SELECT key_tenant_id, key_kind, key_number FROM vectorizer."doc sections_embedding_store_queue"')
    await run(`INSERT INTO "doc sections" VALUES ('${tenant}', 'ESSAY', 1, 'text', '{"a": 1}')`)
    expect(await keys()).toEqual([{ key_tenant_id: tenant, key_kind: 'ESSAY', key_number: 1 }])
    await run(`UPDATE "doc sections" SET kind = 'NOTE'`)
    expect(await keys()).toEqual([{ key_tenant_id: tenant, key_kind: 'NOTE', key_number: 1 }])
    await run('DELETE FROM vectorizer."doc sections_embedding_store_queue"')
    await run(`UPDATE "doc sections" SET meta = '{"a": 1}'`)
    expect(await keys()).toEqual([])
    await run(`UPDATE "doc sections" SET meta = '{"a": 2}'`)
    expect(await keys()).toHaveLength(1)
    await run('DELETE FROM "doc sections"')
    expect(await keys()).toEqual([])
  })
})

describe('a row is not queued', () => {
  test.each([
    ['by an update of another column', 'UPDATE "BlogPost" SET views = views + 1'],
    ['by an update that changes nothing', 'UPDATE "BlogPost" SET content = content, title = title'],
    [
      'by an insert that meets a conflict',
      `INSERT INTO "BlogPost" (id, title) VALUES (1, 'other') ON CONFLICT DO NOTHING`,
    ],
    ['by an update of no rows', `UPDATE "BlogPost" SET content = 'other' WHERE id = 99`],
  ])('%s', async (_, sql) => {
    await insert(1)
    await worked()
    await run(sql)
    expect(await queued()).toEqual([])
  })

  test('once it is deleted, alone or with all', async () => {
    await insert(1, 2, 3)
    await run('DELETE FROM "BlogPost" WHERE id = 2')
    expect(await queued()).toEqual([1, 3])
    await run('TRUNCATE "BlogPost" CASCADE')
    expect(await queued()).toEqual([])
  })

  test('after a rollback', async () => {
    await run('SAVEPOINT before')
    await insert(1)
    await run('ROLLBACK TO before')
    expect(await queued()).toEqual([])
  })
})

describe('a queue row', () => {
  const states = () => run(`SELECT lease IS NULL AS free, attempts, failed_at, error, not_before::text FROM ${queue}`)
  const fresh = [{ free: true, attempts: 0, failed_at: null, error: null, not_before: '-infinity' }]

  test.each([
    ['loses its lease', `lease = gen_random_uuid(), attempts = 1, not_before = now() + '1 minute'`],
    ['waits for no retry', `attempts = 3, not_before = now() + '1 hour', error = 'timeout'`],
    ['is revived', `attempts = 9, failed_at = now(), error = 'gone'`],
  ])('%s when its source row changes, and only then', async (_, state) => {
    await insert(1)
    await run(`UPDATE ${queue} SET ${state}`)
    const before = await states()
    await run('UPDATE "BlogPost" SET views = 5')
    expect(await states()).toEqual(before)
    await run(`UPDATE "BlogPost" SET content = 'other'`)
    expect(await states()).toEqual(fresh)
  })

  test('that waits untouched is not written again, and keeps its place', async () => {
    await insert(1)
    const place = () => run(`SELECT ctid, queued_at FROM ${queue}`)
    const before = await place()
    await run(`UPDATE "BlogPost" SET content = 'other'`)
    expect(await place()).toEqual(before)
  })
})

describe('a role that may write the source, and nothing else', () => {
  beforeEach(() =>
    run(`CREATE ROLE vectorizer_test_writer; GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON "BlogPost", "BlogPost_embedding_store" TO vectorizer_test_writer;
      GRANT USAGE ON SEQUENCE "BlogPost_id_seq" TO vectorizer_test_writer; SET LOCAL ROLE vectorizer_test_writer; SET LOCAL search_path = ''`),
  )
  const queuedFor = async () => {
    await run('RESET ROLE')
    const keys = await queued()
    await run('SET LOCAL ROLE vectorizer_test_writer')
    return keys
  }

  test('queues by writing', async () => {
    await run(`INSERT INTO public."BlogPost" (id, title) VALUES (1, 'a'), (2, 'b')`)
    await run(`UPDATE public."BlogPost" SET title = 'c', id = 3 WHERE id = 2`)
    expect(await queuedFor()).toEqual([1, 3])
    await run('DELETE FROM public."BlogPost" WHERE id = 1')
    expect(await queuedFor()).toEqual([3])
    await run('TRUNCATE public."BlogPost", public."BlogPost_embedding_store"')
    expect(await queuedFor()).toEqual([])
  })

  test('queues also where the columns are not the known ones', async () => {
    await run('RESET ROLE')
    await run(
      'ALTER TABLE public."BlogPost" RENAME COLUMN "content" TO "body"; ALTER TABLE public."BlogPost" RENAME COLUMN "id" TO "key"',
    )
    await run('SET LOCAL ROLE vectorizer_test_writer')
    await run(`INSERT INTO public."BlogPost" (key, title) VALUES (1, 'a')`)
    await run(`UPDATE public."BlogPost" SET views = 1`)
    await run(`UPDATE public."BlogPost" SET views = 2`)
    expect(await queuedFor()).toEqual([1])
  })

  test('may not touch the queue itself', async () => {
    await expect(run(`SELECT FROM ${queue}`)).rejects.toThrow('permission denied for schema vectorizer')
  })
})

test('rows that existed before the vectorizer are queued, and a second run of its SQL changes nothing', async () => {
  await insert(1, 2)
  await run('DROP SCHEMA vectorizer CASCADE; DROP TABLE "BlogPost_embedding_store", "doc sections_embedding_store"')
  await run(migrationSql(specs, { tables }))
  expect(await queued()).toEqual([1, 2])
  await run('DROP TABLE "BlogPost_embedding_store", "doc sections_embedding_store"')
  await run(migrationSql(specs, { tables }))
  expect(await queued()).toEqual([1, 2])
})
