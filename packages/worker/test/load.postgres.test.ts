// Loads beside other transactions.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadEmbeddings } from '../src/index.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { blogPost } from './support/vectorizers.ts'

let blog: Blog
beforeEach(async () => {
  blog = await openBlog()
  await blog.insert(Array(40).fill('text'))
})
afterEach(() => blog[Symbol.asyncDispose]())

const row = (id: number, chunk = 'loaded') => ({ id, chunkSeq: 0, chunk, embedding: [1, 2, 3, 4, 5, 6, 7, 8] })
const waiting = async () =>
  (await blog.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`))
    .length > 0

test('a batch that loses a deadlock is stored after the winner', async () => {
  await loadEmbeddings({ database: blog.url, vectorizer: blogPost, rows: [row(1), row(2)] })
  const application = await blog.connect()
  // The load has to be the one that finds the deadlock.
  await application.query(
    `SET deadlock_timeout = '20s'; BEGIN; UPDATE "BlogPost_embedding_store" SET chunk = 'x' WHERE id = 2`,
  )
  const url = new URL(blog.url)
  url.searchParams.set('options', '-c deadlock_timeout=20ms')
  const load = loadEmbeddings({ database: url.href, vectorizer: blogPost, rows: [row(1, 'again'), row(2, 'again')] })
  await eventually(waiting)
  await application.query(`UPDATE "BlogPost_embedding_store" SET chunk = 'x' WHERE id = 1`)
  await application.query('COMMIT')
  expect(await load).toMatchObject({ rows: 2 })
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['again', 'again'])
})

test('batches are stored at once, as many as `concurrency` says', async () => {
  const application = await blog.connect()
  await application.query('BEGIN; LOCK TABLE "BlogPost_embedding_store" IN EXCLUSIVE MODE')
  const rows = Array.from({ length: 40 }, (_, index) => row(index + 1))
  const load = loadEmbeddings({ database: blog.url, vectorizer: blogPost, rows, batchSize: 5, concurrency: 3 })
  const blocked = () =>
    blog.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
  await eventually(async () => (await blocked()).length === 3)
  await application.query('COMMIT')
  expect(await load).toMatchObject({ rows: 40 })
  expect(await blog.stored()).toHaveLength(40)
})

test('a connection that is lost ends the load, which says that it does not know of the batch', async () => {
  const application = await blog.connect()
  await application.query('BEGIN; LOCK TABLE "BlogPost_embedding_store" IN EXCLUSIVE MODE')
  const load = loadEmbeddings({ database: blog.url, vectorizer: blogPost, rows: [row(1), row(2)] })
  const failed = expect(load).rejects.toThrow(
    'VZ516 BlogPost.contentEmbeddings: rows 1 to 2 could not be stored. Whether they are is not known: the connection failed.',
  )
  await eventually(waiting)
  await blog.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()`)
  await failed
  await application.query('ROLLBACK')
})
