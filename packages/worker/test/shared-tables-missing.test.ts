// A database whose migrations have not made the tables that workers write beside the queues: everything else goes on.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { repairs } from '../../generator/src/tools.ts'
import { listErrors, retryRows } from '../src/index.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, recordingLogger } from './support/fake-embedders.ts'

let blog: Blog
beforeAll(async () => {
  blog = await openBlog()
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(async () => {
  await blog.query(`TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE vectorizer."BlogPost_embedding_store_queue";
    DROP TABLE IF EXISTS vectorizer.error, vectorizer.progress, vectorizer.worker`)
})

/** Refuses poison as a provider does that objects to its input. */
const picky = () =>
  fakeEmbedder((texts) => {
    if (texts.some((text) => text.includes('poison'))) throw Object.assign(new Error('refused'), { statusCode: 400 })
  })

test('rows that fail are given up as ever, with their error in the queue; the log says once that it is nowhere else', async () => {
  await blog.insert(['good', 'poison', 'poison too'])
  const logger = recordingLogger()
  const worker = blog.worker({ embedder: always(picky()), logger, maxAttempts: 2, batchSize: 1 })
  for (let attempt = 1; attempt <= 2; attempt++) {
    await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = '-infinity'`)
    expect(await worker.drain()).toMatchObject({ failed: 2, drained: true })
  }
  expect(await worker.status()).toMatchObject([{ embedded: 1, failed: 2, pending: 0, error: undefined }])
  expect(await blog.queued()).toMatchObject([
    { key_id: 2, attempts: 2, lease: null, failed: true, error: 'refused' },
    { key_id: 3, attempts: 2, lease: null, failed: true, error: 'refused' },
  ])
  await worker.stop()
  expect(logger.lines.filter((line) => line.includes('cannot be')).sort()).toEqual([
    'warn errors cannot be noted in vectorizer.error, embedding goes on without: relation "vectorizer.error" does not exist',
    'warn heartbeats cannot be written, embedding goes on without: relation "vectorizer.worker" does not exist',
  ])
})

test('an outage rests as ever, and is told once', async () => {
  await blog.insert(['one', 'two'])
  const logger = recordingLogger()
  const down = fakeEmbedder(() => {
    throw new Error('down')
  })
  const worker = blog.worker({ embedder: always(down), logger })
  for (let batch = 1; batch <= 2; batch++) {
    await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = '-infinity'`)
    expect((await worker.processBatch('BlogPost.contentEmbeddings')).outage?.message).toBe('down')
  }
  expect(await blog.queued()).toMatchObject([
    { attempts: 0, failed: false },
    { attempts: 0, failed: false },
  ])
  await worker.stop()
  expect(logger.lines.filter((line) => line.startsWith('warn errors cannot be noted'))).toHaveLength(1)
})

test('`errors` says what is missing, `retry` works, and with the tables made again errors are noted', async () => {
  await blog.insert(['poison'])
  const worker = blog.worker({ embedder: always(picky()), maxAttempts: 1 })
  await worker.drain()
  await expect(listErrors(blog.url)).rejects.toMatchObject({
    code: 'VZ504',
    fact: expect.stringContaining('does not exist'),
    fix: 'Run `prisma-vectorizer doctor`: it says what differs, and what mends it.',
  })
  expect(await retryRows(blog.url)).toMatchObject({ rows: 1 })
  for (const name of ['error', 'progress', 'worker']) await blog.query(repairs.sharedTable(name))
  await worker.drain()
  await worker.stop()
  expect(await listErrors(blog.url)).toMatchObject([{ key: ['1'], step: 'embed', state: 'given up' }])
  expect(await blog.query('SELECT failed::int FROM vectorizer.progress')).toEqual([{ failed: 2 }])
})
