// What a worker tells the database of itself, and what status makes of it.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import { createHeartbeat } from '../src/heartbeat/heartbeat.ts'
import { createWorker, type Worker } from '../src/index.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, providerError, recordingLogger, refusing } from './support/fake-embedders.ts'
import { blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

let blog: Blog
beforeAll(async () => {
  blog = await openBlog()
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(async () => {
  await blog.query(`TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE vectorizer."BlogPost_embedding_store_queue";
    TRUNCATE vectorizer.worker, vectorizer.progress, vectorizer.error`)
})

const progress = () =>
  blog.query<
    Record<string, unknown>
  >(`SELECT vectorizer, embedded::int, failed::int, chunks::int, reused::int, tokens::int,
    last_success_at IS NOT NULL AS succeeded, last_error FROM vectorizer.progress`)

async function drain(worker: Worker) {
  const summary = await worker.drain()
  await worker.stop()
  return summary
}

test('a drain tells what it has done, and the next adds to it', async () => {
  await blog.insert(['One.', 'Two.'])
  await drain(blog.worker())
  const first = { vectorizer: 'BlogPost_embedding_store', embedded: 2, failed: 0, chunks: 2, reused: 0, tokens: 2 }
  expect(await progress()).toEqual([{ ...first, succeeded: true, last_error: null }])
  await blog.insert(['Three.', 'poison'])
  await drain(blog.worker({ embedder: always(refusing('poison')) }))
  const last_error = '1 row failed: embed, VZ405'
  expect(await progress()).toMatchObject([{ embedded: 3, failed: 1, chunks: 3, succeeded: true, last_error }])
  const workers = await blog.query(
    'SELECT embedded::int, failed::int, last_error, stopped_at IS NOT NULL AS stopped FROM vectorizer.worker ORDER BY started_at',
  )
  expect(workers).toEqual([
    { embedded: 2, failed: 0, last_error: null, stopped: true },
    { embedded: 1, failed: 1, last_error, stopped: true },
  ])
})

test('an outage is the last error of vectorizer and worker; status tells both', async () => {
  await blog.insert(['One.'])
  const worker = blog.worker({
    embedder: always(
      fakeEmbedder(() => {
        throw providerError(401, false)
      }),
    ),
  })
  await worker.drain()
  const [status] = await worker.status()
  expect(status).toMatchObject({ pending: 1, lastError: 'VZ405 fake/good answered HTTP 401.' })
  expect(await worker.workers()).toMatchObject([
    {
      state: 'alive',
      embedded: 0,
      lastError: 'VZ405 fake/good answered HTTP 401.',
      version: expect.stringMatching(/^\d/),
    },
  ])
  await worker.stop()
})

test('status knows tokens and reused chunks, and the cost where a price is known', async () => {
  await blog.query(`INSERT INTO vectorizer.progress (vectorizer, embedded, reused, tokens, last_success_at)
    VALUES ('BlogPost_embedding_store', 10, 4, 2500000, '2020-01-02T03:04:05.678+02')`)
  const priced = blog.worker({ prices: { 'fake/good': 0.02 } })
  expect(await priced.status()).toMatchObject([
    { processed: 10, reused: 4, tokens: 2_500_000, cost: 0.05, lastSuccessAt: '2020-01-02T01:04:05.678Z' },
  ])
  expect(await blog.worker({ prices: { 'other/model': 1 } }).status()).toMatchObject([{ cost: null }])
})

test('a worker is alive, stopped, or silent for three heartbeats; after a day of silence it is forgotten', async () => {
  await blog.query(`INSERT INTO vectorizer.worker (id, version, host, started_at, heartbeat_seconds, heartbeat_at, stopped_at)
    SELECT gen_random_uuid(), '1', host, now() - interval '2 days', 10, now() - ago, CASE host WHEN 'stopped' THEN now() END
    FROM (VALUES ('late', interval '25 s'), ('silent', interval '35 s'), ('stopped', interval '5 s'),
      ('forgotten', interval '25 hours')) AS each (host, ago)`)
  const worker = blog.worker()
  const states = async () => (await worker.workers()).map(({ host, state }) => `${host} ${state}`).sort()
  expect(await states()).toEqual(['forgotten silent', 'late alive', 'silent silent', 'stopped stopped'])
  await worker.drain()
  const left = await states()
  expect(left).toHaveLength(4)
  expect(left).toEqual(expect.arrayContaining(['late alive', 'silent silent', 'stopped stopped']))
  await worker.stop()
})

test('with buildIndexAfter a drain ends with the index built', async () => {
  await blog.insert(['One.'])
  const indexes = () => blog.query(`SELECT FROM pg_indexes WHERE indexdef LIKE '%USING hnsw%'`)
  await drain(blog.worker())
  expect(await indexes()).toHaveLength(0)
  const logger = recordingLogger()
  await drain(blog.worker({ buildIndexAfter: true, logger }))
  expect(await indexes()).toHaveLength(1)
  expect(logger.lines).toContain('info BlogPost.contentEmbeddings: its index is built')
})

test('a worker forgets errors that were last seen before errorRetention', async () => {
  await blog.query(`INSERT INTO vectorizer.error (vectorizer, key, step, code, message, last_at)
    VALUES ('BlogPost_embedding_store', '[7]', 'embed', 'VZ405', 'old', now() - interval '8 days')`)
  const leftAfter = async (errorRetention: number) => {
    await drain(blog.worker({ errorRetention }))
    return (await blog.query('SELECT FROM vectorizer.error')).length
  }
  expect([await leftAfter(9), await leftAfter(7)]).toEqual([1, 0])
})

test('looking is no work: status registers no worker', async () => {
  const worker = blog.worker()
  await worker.status()
  await worker.stop()
  expect(await blog.query('SELECT FROM vectorizer.worker')).toEqual([])
})

test('a registry without these tables costs one line in the log, and no row; what was counted is told later', async () => {
  await blog.query('ALTER TABLE vectorizer.worker RENAME TO hidden')
  await blog.insert(['One.'])
  const logger = recordingLogger()
  const worker = blog.worker({ logger })
  try {
    expect(await worker.drain()).toMatchObject({ embedded: 1, drained: true })
    await worker.drain()
    expect(await worker.status()).toMatchObject([{ embedded: 1, processed: 0 }])
    expect(await worker.workers()).toEqual([])
  } finally {
    await blog.query('ALTER TABLE vectorizer.hidden RENAME TO worker')
  }
  await worker.stop()
  expect(await progress()).toMatchObject([{ embedded: 1, chunks: 1 }])
  expect(logger.lines.filter((line) => line.includes('heartbeats'))).toEqual([
    'warn heartbeats cannot be written, embedding goes on without: relation "vectorizer.worker" does not exist',
  ])
})

test('a worker that has nothing to do tells that it lives', async () => {
  const { database } = await openDatabase(blog.url, 1)
  const heartbeat = createHeartbeat(database, recordingLogger(), (message) => message, 1)
  heartbeat.start()
  const beats = () =>
    blog.query<{ beats: number }>(`SELECT extract(epoch FROM heartbeat_at - started_at)::float8 AS beats
      FROM vectorizer.worker WHERE heartbeat_seconds = 1 AND stopped_at IS NULL`)
  await eventually(async () => ((await beats())[0]?.beats ?? 0) >= 0.9)
  await heartbeat.stop()
  expect(await beats()).toEqual([])
  await database.close()
})

describe('on PGlite itself', () => {
  test('heartbeats, and NOTIFY, which wakes an idle worker at once', async () => {
    const pglite = await PGlite.create({ extensions: { vector } })
    await pglite.exec(`${blogPostTable}\n${installVectorizer(blogPost)}`)
    const embedder = fakeEmbedder()
    const options = { database: pglite, embedder: always(embedder), pollInterval: 60_000, listen: true }
    const worker = createWorker(options)
    const running = worker.run()
    const done = async () => (await pglite.query('SELECT FROM "BlogPost_embedding_store"')).rows.length
    await expect.poll(async () => (await pglite.query('SELECT FROM vectorizer.worker')).rows.length).toBe(1)
    await pglite.query(`INSERT INTO "BlogPost" (content) VALUES ('One.')`)
    await expect
      .poll(async () => {
        await pglite.query('NOTIFY vectorizer')
        return done()
      })
      .toBe(1)
    await worker.stop()
    await running
    const { rows } = await pglite.query('SELECT embedded::int, last_error FROM vectorizer.progress')
    expect(rows).toEqual([{ embedded: 1, last_error: null }])
    await pglite.close()
  })
})
