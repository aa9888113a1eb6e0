// What needs several connections: transactions of the application's that are open while the worker writes.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate } from './support/fake-embedders.ts'
import { blogPost } from './support/vectorizers.ts'

const withoutForeignKey = { ...blogPost, store: { ...blogPost.store, foreignKey: false } }

let blog: Blog
beforeEach(async () => {
  blog = await openBlog()
})
afterEach(() => blog[Symbol.asyncDispose]())

const vectorizer = 'BlogPost.contentEmbeddings'

test('no transaction is open while the provider is asked, and ALTER TABLE does not wait for it', async () => {
  await blog.insert(['One.', 'Two.'])
  const provider = gate()
  const worker = blog.worker({ embedder: always(fakeEmbedder(() => provider.wait())) })
  const drained = worker.drain()
  await provider.reached
  // The worker may be at its housekeeping for a moment; a transaction around the call would last as long as that.
  await eventually(async () => {
    const busy = await blog.query(`SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`)
    return busy.length === 0
  })
  await blog.query(`SET lock_timeout = '1s'; ALTER TABLE "BlogPost" ADD subtitle text; RESET lock_timeout`)
  provider.open()
  expect(await drained).toMatchObject({ embedded: 2 })
})

test('a row that is being deleted is not written and not waited for', async () => {
  await blog.insert(['Deleted.', 'Kept.'])
  const provider = gate()
  const batch = blog.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).processBatch(vectorizer)
  await provider.reached
  const application = await blog.connect()
  await application.query('BEGIN; DELETE FROM "BlogPost" WHERE id = 1')
  provider.open()
  expect(await batch).toMatchObject({ embedded: 1, returned: 1 })
  await application.query('COMMIT')
  expect((await blog.stored()).map(({ id }) => id)).toEqual([2])
  expect(await blog.queued()).toEqual([])
})

test('a row that is being changed is not written with the old text', async () => {
  await blog.insert(['Old.'])
  const provider = gate()
  const batch = blog.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).processBatch(vectorizer)
  await provider.reached
  const application = await blog.connect()
  await application.query(`BEGIN; UPDATE "BlogPost" SET content = 'New.'`)
  provider.open()
  expect(await batch).toMatchObject({ embedded: 0, returned: 1 })
  expect(await blog.stored()).toEqual([])
  await application.query('COMMIT')
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1 })
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Title - New.'])
})

test('a row that the application only locks for a while is written when it is free', async () => {
  await blog.insert(['Locked.', 'Free.'])
  const application = await blog.connect()
  await application.query('BEGIN; SELECT FROM "BlogPost" WHERE id = 1 FOR UPDATE')
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1, failed: 0 })
  expect(await blog.queued()).toMatchObject([{ key_id: 1, lease: null, attempts: 1, failed: false, error: null }])
  await application.query('ROLLBACK')
  const worker = blog.worker({ pollInterval: 10 })
  const running = worker.run()
  await eventually(async () => (await blog.stored()).length === 2)
  await worker.stop()
  await running
})

test('a lock that ends in time costs no second call', async () => {
  await blog.insert(['Locked.'])
  const application = await blog.connect()
  await application.query('BEGIN; SELECT FROM "BlogPost" FOR UPDATE')
  const embedder = fakeEmbedder()
  const batch = blog.worker({ embedder: always(embedder) }).processBatch(vectorizer)
  await eventually(() => embedder.calls.length === 1)
  await application.query('COMMIT')
  expect(await batch).toMatchObject({ embedded: 1 })
  expect(embedder.calls).toHaveLength(1)
})

test('the claim of another worker that passes by does not cost a row its result', async () => {
  await blog.insert(['Text.'])
  const provider = gate()
  const batch = blog.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).processBatch(vectorizer)
  await provider.reached
  const other = await blog.connect()
  await other.query('BEGIN; SELECT FROM vectorizer."BlogPost_embedding_store_queue" FOR UPDATE')
  provider.open()
  await eventually(async () => {
    const [row] = await blog.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'prisma-vectorizer' AND query = 'COMMIT'`,
    )
    return row?.count !== '0'
  })
  await other.query('COMMIT')
  expect(await batch).toMatchObject({ embedded: 1, returned: 0 })
})

test('an application that edits chunks and then the row is not caught in a deadlock', async () => {
  await blog.insert(['Old.'])
  const worker = blog.worker()
  await worker.drain()
  await blog.query(`UPDATE "BlogPost" SET title = 'Second'`)
  const application = await blog.connect()
  await application.query('BEGIN; DELETE FROM "BlogPost_embedding_store"')
  expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 0 })
  await application.query(`UPDATE "BlogPost" SET title = 'Third'`)
  await application.query('COMMIT')
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1 })
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Third - Old.'])
})

test('without a foreign key and a delete trigger a deleted row leaves no orphan', async () => {
  await using relaxed = await openBlog({ spec: withoutForeignKey, deleteTrigger: false })
  await relaxed.insert(['Before.', 'Kept.'])
  await relaxed.worker().drain()
  await relaxed.query(`UPDATE "BlogPost" SET title = 'Again'`)
  const provider = gate()
  const drained = relaxed.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).drain()
  await provider.reached
  await relaxed.query('DELETE FROM "BlogPost" WHERE id = 1')
  provider.open()
  expect(await drained).toMatchObject({ embedded: 1, removed: 1 })
  expect((await relaxed.stored()).map(({ chunk }) => chunk)).toEqual(['Again - Kept.'])
  expect(await relaxed.queued()).toEqual([])
})

test('without a foreign key a row deleted while it is embedded leaves nothing', async () => {
  await using relaxed = await openBlog({ spec: withoutForeignKey })
  await relaxed.insert(['Deleted.', 'Being deleted.', 'Kept.'])
  await relaxed.worker().drain()
  await relaxed.query(`UPDATE "BlogPost" SET title = 'Again'`)
  const provider = gate()
  const batch = relaxed.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).processBatch(vectorizer)
  await provider.reached
  await relaxed.query('DELETE FROM "BlogPost" WHERE id = 1')
  const application = await relaxed.connect()
  await application.query('BEGIN; DELETE FROM "BlogPost" WHERE id = 2')
  provider.open()
  expect(await batch).toMatchObject({ embedded: 1, returned: 2 })
  await application.query('COMMIT')
  expect((await relaxed.stored()).map(({ chunk }) => chunk)).toEqual(['Again - Kept.'])
  expect(await relaxed.queued()).toEqual([])
})

test('without a foreign key a row deleted while its chunks are written leaves nothing', async () => {
  await using relaxed = await openBlog({ spec: withoutForeignKey })
  await relaxed.insert(['Deleted.', 'Kept.'])
  await relaxed.query(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END $$;
    CREATE TRIGGER hold BEFORE INSERT ON "BlogPost_embedding_store" FOR EACH ROW EXECUTE FUNCTION hold();
    SELECT pg_advisory_lock(1)`)
  const waiting = async (event: string) => {
    const rows = await relaxed.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = '${event}'`,
    )
    return rows.length > 0
  }
  const batch = relaxed.worker().processBatch(vectorizer)
  await eventually(() => waiting('advisory'))
  const application = await relaxed.connect()
  const deleted = application.query('DELETE FROM "BlogPost" WHERE id = 1')
  await eventually(() => waiting('transactionid'))
  await relaxed.query('SELECT pg_advisory_unlock(1)')
  expect(await batch).toMatchObject({ embedded: 2 })
  await deleted
  expect((await relaxed.stored()).map(({ chunk }) => chunk)).toEqual(['Title - Kept.'])
  expect(await relaxed.queued()).toEqual([])
})

test('a worker that dies while it writes leaves the old chunks and the queue as they were', async () => {
  await blog.insert(['Text.'])
  const worker = blog.worker()
  await worker.drain()
  await blog.query(`UPDATE "BlogPost" SET title = 'New';
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END $$;
    CREATE TRIGGER hold BEFORE INSERT ON "BlogPost_embedding_store" FOR EACH ROW EXECUTE FUNCTION hold();
    SELECT pg_advisory_lock(1)`)
  const batch = worker.processBatch(vectorizer)
  const died = expect(batch).rejects.toThrow('terminating connection')
  await eventually(async () => {
    const terminated = await blog.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'prisma-vectorizer' AND wait_event = 'advisory'`)
    return terminated.length > 0
  })
  await died
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Title - Text.'])
  expect(await blog.queued()).toHaveLength(1)
  await blog.query('DROP TRIGGER hold ON "BlogPost_embedding_store"')
  await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = '-infinity'`)
  await worker.drain()
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['New - Text.'])
})
