// A vector column and transactions of the application's: the worker updates rows that are the application's own.
import type { Database, Row } from '@prisma-vectorizer/spec'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate } from './support/fake-embedders.ts'
import { blogPostColumn } from './support/vectorizers.ts'

let blog: Blog
beforeEach(async () => {
  blog = await openBlog({ spec: blogPostColumn })
})
afterEach(() => blog[Symbol.asyncDispose]())

const vectorizer = 'BlogPost.embedding'
const some = expect.any(String)

test('a row that the application is changing is neither written nor waited for, nor is there a deadlock', async () => {
  await blog.insert(['Old.', 'Free.'])
  const provider = gate()
  const batch = blog.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).processBatch(vectorizer)
  await provider.reached
  const application = await blog.connect()
  // Holds the source row, and asks for the queue row only after the worker has tried to write.
  await application.query('BEGIN; UPDATE "BlogPost" SET views = 1 WHERE id = 1')
  provider.open()
  expect(await batch).toMatchObject({ embedded: 1, failed: 0, returned: 1 })
  await application.query(`UPDATE "BlogPost" SET content = 'New.' WHERE id = 1; COMMIT`)
  expect(await blog.vectors()).toEqual([null, some])
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1 })
  expect(await blog.vectors()).toEqual([some, some])
})

test('a row that others only refer to is written', async () => {
  await blog.query('CREATE TABLE comments (post integer REFERENCES "BlogPost")')
  await blog.insert(['Text.'])
  const application = await blog.connect()
  await application.query('BEGIN; INSERT INTO comments VALUES (1)')
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1 })
  await application.query('ROLLBACK')
})

test('a row deleted while its vector is written or asked for leaves nothing', async () => {
  await blog.insert(['Deleted.', 'Being deleted.', 'Kept.'])
  const provider = gate()
  const batch = blog.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).processBatch(vectorizer)
  await provider.reached
  await blog.query('DELETE FROM "BlogPost" WHERE id = 1')
  const application = await blog.connect()
  await application.query('BEGIN; DELETE FROM "BlogPost" WHERE id = 2')
  provider.open()
  expect(await batch).toMatchObject({ embedded: 1, returned: 2 })
  await application.query('COMMIT')
  expect(await blog.vectors()).toEqual([some])
  expect(await blog.queued()).toEqual([])
})

test('a migration of the source cannot come between the worker’s locks and its update', async () => {
  await blog.insert(['Text.'])
  const { database } = await openDatabase(blog.url, 2)
  const write = gate()
  const gated: Database = {
    ...database,
    transaction: (work) =>
      database.transaction((connection) =>
        work({
          async query<R extends Row>(text: string, values?: readonly unknown[]) {
            if (/^UPDATE .* AS source/.test(text)) await write.wait()
            return connection.query<R>(text, values)
          },
        }),
      ),
  }
  const worker = blog.worker({ database: gated })
  const batch = worker.processBatch(vectorizer)
  await write.reached
  const migration = await blog.connect()
  await migration.query('BEGIN')
  const migrated = migration.query('CREATE INDEX ON "BlogPost" (title)')
  try {
    await eventually(async () => {
      const waiting = await blog.query(`SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%'`)
      return waiting.length > 0
    })
  } finally {
    write.open()
  }
  expect(await batch).toMatchObject({ embedded: 1, returned: 0 })
  await migrated
  await migration.query(`UPDATE "BlogPost" SET title = 'Migrated'; COMMIT`)
  await worker.stop()
  await database.close()
  expect(await blog.queued()).toHaveLength(1)
})

test('workers converge while an application inserts, updates and deletes', async () => {
  await blog.insert(Array.from({ length: 100 }, (_, number) => `Text ${number}.`))
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
  const workers = Array.from({ length: 3 }, () =>
    blog.worker({ embedder: always(fakeEmbedder(pause)), batchSize: 7, concurrency: 3, pollInterval: 20 }),
  )
  const running = workers.map((worker) => worker.run())
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    const application = await blog.connect()
    for (let step = 0; step < 150; step++) {
      const id = 1 + Math.floor(Math.random() * 120)
      await application.query('BEGIN')
      // In order of their keys, so that the writers do not deadlock each other.
      await application.query('UPDATE "BlogPost" SET views = views + 1 WHERE id = $1', [id])
      await application.query(
        'INSERT INTO "BlogPost" (id, content) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET content = $2',
        [id, step % 10 === 0 ? '' : `Writer ${writer} step ${step}.`],
      )
      if (step % 3 === 0) await application.query('DELETE FROM "BlogPost" WHERE id = $1', [id + 1])
      await application.query(Math.random() < 0.1 ? 'ROLLBACK' : 'COMMIT')
    }
  })
  await Promise.all(writers)
  await eventually(async () => (await blog.queued()).length === 0)
  await Promise.all(workers.map((worker) => worker.stop()))
  await Promise.all(running)

  // Embedding everything anew must change nothing.
  const kept = await blog.vectors()
  expect(kept.length).toBeGreaterThan(50)
  await blog.query(`UPDATE "BlogPost" SET embedding = NULL;
    INSERT INTO vectorizer."BlogPost_embedding_queue" (key_id) SELECT id FROM "BlogPost"`)
  await blog.worker().drain()
  expect(await blog.vectors()).toEqual(kept)
})
