// Retrying beside an application that has rows locked: it is never made to wait for us in a circle.
import { expect, test } from 'vitest'
import { retryRows } from '../src/index.ts'
import { eventually, openBlog } from './support/blog.ts'
import { always, refusing } from './support/fake-embedders.ts'

const queue = 'vectorizer."BlogPost_embedding_store_queue"'

test('a row that is being changed is left to its change', async () => {
  await using blog = await openBlog()
  await blog.insert(['poison', 'poison'])
  await blog.worker({ embedder: always(refusing('poison')), maxAttempts: 1 }).drain()
  const application = await blog.connect()
  await application.query(`BEGIN; UPDATE "BlogPost" SET content = 'cured' WHERE id = 1`)
  expect(await retryRows(blog.url)).toMatchObject({ rows: 1 })
  await application.query('COMMIT')
  expect((await blog.queued()).map(({ failed }) => failed)).toEqual([false, false])
})

test('queueing all rows waits for a change, and gives way to it', async () => {
  await using blog = await openBlog()
  await blog.insert(['one', 'two', 'three'])
  const application = await blog.connect()
  await application.query(`BEGIN; UPDATE "BlogPost" SET content = 'changed' WHERE id = 3`)
  const queueing = retryRows(blog.url, { allRows: true })
  const waiting = () =>
    blog.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
  await eventually(async () => (await waiting()).length > 0)
  // A row that is queued already, and which the application wants now: PostgreSQL would see a deadlock after 1 s.
  await application.query(`UPDATE "BlogPost" SET content = 'changed' WHERE id = 1`)
  await application.query('COMMIT')
  expect(await queueing).toMatchObject({ rows: 3 })
  expect(await blog.query(`SELECT DISTINCT reembed FROM ${queue}`)).toEqual([{ reembed: true }])
})

test('an error is noted once by each of two workers, without a deadlock', async () => {
  await using blog = await openBlog()
  await blog.insert(Array.from({ length: 200 }, () => 'poison'))
  const workers = [1, 2].map(() =>
    blog.worker({ embedder: always(refusing('poison')), maxAttempts: 100, batchSize: 5, concurrency: 4 }),
  )
  for (let turn = 0; turn < 3; turn++) {
    await blog.query(`UPDATE ${queue} SET not_before = '-infinity'`)
    await Promise.all(workers.map((worker) => worker.drain()))
  }
  expect(await blog.query('SELECT count(*)::int AS rows, min(count), max(count) FROM vectorizer.error')).toEqual([
    { rows: 200, min: 3, max: 3 },
  ])
})
