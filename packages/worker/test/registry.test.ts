import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorker } from '../src/index.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, recordingLogger } from './support/fake-embedders.ts'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

let blog: Blog
beforeEach(async () => {
  blog = await openBlog({ sql: 'SELECT' })
})
afterEach(() => blog[Symbol.asyncDispose]())

const install = (spec: VectorizerSpec = blogPost) => blog.query(`${blogPostTable}\n${installVectorizer(spec)}`)

test('a database without vectorizers is drained', async () => {
  expect(await blog.worker().drain()).toMatchObject({ vectorizers: [], drained: true })
  expect(await blog.worker().status()).toEqual([])
})

test('a worker picks up a vectorizer that is made after it started', async () => {
  const logger = recordingLogger()
  const worker = blog.worker({ logger, pollInterval: 10 })
  const running = worker.run()
  await eventually(() => logger.lines.some((line) => line.includes('VZ502')))
  await install()
  await blog.insert(['Text.'])
  await eventually(async () => (await blog.stored()).length === 1)
  await worker.stop()
  await running
  expect(logger.lines.filter((line) => line.includes('VZ502'))).toHaveLength(1)
})

test('tables may be renamed', async () => {
  await install()
  await blog.insert(['Text.'])
  await blog.query(
    `ALTER TABLE "BlogPost" RENAME TO posts; ALTER TABLE "BlogPost_embedding_store" RENAME TO "The store"`,
  )
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1 })
})

test('pgvector may live in another schema than the tables', async () => {
  await blog.query('CREATE SCHEMA extensions; CREATE EXTENSION vector SCHEMA extensions; CREATE SCHEMA app')
  await blog.query(
    `SET search_path = app, extensions; ${blogPostTable} ${installVectorizer(blogPost)} RESET search_path`,
  )
  await blog.query(`INSERT INTO app."BlogPost" (content) VALUES ('Text.')`)
  const worker = blog.worker({ database: `${blog.url}?schema=app` })
  expect(await worker.drain()).toMatchObject({ embedded: 1 })
})

test('a paused vectorizer is left alone', async () => {
  await install()
  await blog.insert(['Text.'])
  await blog.query('UPDATE vectorizer.vectorizer SET paused = true')
  expect(await blog.worker().drain()).toMatchObject({ embedded: 0 })
  expect(await blog.queued()).toHaveLength(1)
})

test('a vectorizer without a model is the application’s', async () => {
  await install({ ...blogPost, model: null })
  await blog.insert(['Text.'])
  const worker = blog.worker({ embedder: undefined })
  expect(await worker.drain()).toMatchObject({ vectorizers: [], drained: true })
  expect(await worker.status()).toMatchObject([{ model: null, pending: 1, error: undefined }])
})

test('only the named vectorizers are worked on', async () => {
  await install()
  await blog.query(`${authorTable}\n${installVectorizer(author)}`)
  await blog.insert(['Text.'])
  const summary = await blog.worker({ vectorizers: ['Author.bioEmbeddings'] }).drain()
  expect(summary.vectorizers.map(({ vectorizer }) => vectorizer)).toEqual(['Author.bioEmbeddings'])
  expect(await blog.queued()).toHaveLength(1)
})

test('an unknown name is refused with the known ones', async () => {
  await install()
  const message = 'VZ503 The database has no vectorizer `Blog`.\n  fix: It has: BlogPost.contentEmbeddings.'
  await expect(blog.worker({ vectorizers: ['Blog'] }).drain()).rejects.toThrow(message)
  await expect(blog.worker({ vectorizers: ['Blog'] }).run()).rejects.toThrow(message)
  await expect(blog.worker().processBatch('Blog')).rejects.toThrow(message)
})

describe('a vectorizer that no longer fits', () => {
  test.each([
    [
      'ALTER TABLE "BlogPost" RENAME content TO body',
      'VZ504 BlogPost.contentEmbeddings: `BlogPost` has no column `content`.',
    ],
    ['ALTER TABLE "BlogPost" DROP title', 'VZ504 BlogPost.contentEmbeddings: `BlogPost` has no column `title`.'],
    ['DROP TABLE "BlogPost" CASCADE', 'VZ504 BlogPost.contentEmbeddings: its table `BlogPost` was dropped.'],
    ['DROP TABLE "BlogPost_embedding_store"', 'its store `BlogPost_embedding_store` was dropped.'],
    ['DROP TABLE vectorizer."BlogPost_embedding_store_queue"', 'its queue was dropped.'],
    [
      'ALTER TABLE "BlogPost_embedding_store" ALTER embedding TYPE vector(4)',
      'its store holds vectors of 4 dimensions, not 8.',
    ],
    [
      `UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{version}', '2') WHERE name LIKE 'Blog%'`,
      'VZ505 BlogPost_embedding_store has a spec of version 2; this worker knows version 1.',
    ],
    [
      `UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{template}', '"$author"') WHERE name LIKE 'Blog%'`,
      'VZ106 BlogPost.content: the template names `$author`, which is not among its columns.',
    ],
  ])('stops alone: %s', async (change, message) => {
    await install()
    await blog.query(`${authorTable}\n${installVectorizer(author)}`)
    await blog.query(`INSERT INTO people.authors VALUES (gen_random_uuid(), 1, now(), 'plain', 'Bio', '1815-12-10')`)
    await blog.query(change)
    const logger = recordingLogger()
    const worker = blog.worker({ logger })
    const summary = await worker.drain()
    expect(summary).toMatchObject({ embedded: 1, drained: false })
    expect(summary.vectorizers.find(({ error }) => error !== undefined)?.error).toContain(message)
    expect(logger.lines.filter((line) => line.startsWith('error '))).toHaveLength(1)
    expect((await worker.status()).map(({ error }) => error?.includes(message) ?? false)).toContain(true)
  })
})

test.each(['auto', 'none'] as const)('text with `parsing: %s` is text', async (parsing) => {
  await install({ ...blogPost, source: { ...blogPost.source, parsing } })
  await blog.insert(['<p>Text.</p>'])
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1, drained: true })
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Title - <p>Text.</p>'])
})

test('a vector field of the application’s is no vectorizer', async () => {
  await install()
  await blog.query('DROP TABLE vectorizer."BlogPost_embedding_store_queue"')
  await blog.query(`UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{kind}', '"vector"')`)
  const logger = recordingLogger()
  const worker = blog.worker({ logger })
  expect(await worker.drain()).toMatchObject({ vectorizers: [], drained: true })
  expect(await worker.status()).toEqual([])
  expect(logger.lines).toEqual([expect.stringContaining('VZ502')])
  await expect(worker.processBatch('BlogPost.contentEmbeddings')).rejects.toThrow('VZ503')
})

test('a worker without a database says what is missing', async () => {
  await expect(blog.worker({ database: undefined }).drain()).rejects.toThrow(/^VZ501 No database URL was given\./)
})

test('a pool of the caller’s is used and left open', async () => {
  await install()
  await blog.insert(['Text.'])
  const pool = new pg.Pool({ connectionString: blog.url, max: 2 })
  const worker = blog.worker({ database: pool })
  expect(await worker.drain()).toMatchObject({ embedded: 1 })
  await worker.stop()
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('PGlite works without a socket', async () => {
  const pglite = await PGlite.create({ extensions: { vector } })
  await pglite.exec(`${blogPostTable}\n${installVectorizer(blogPost)}`)
  await pglite.query('INSERT INTO "BlogPost" (content) VALUES ($1), ($2)', ['One.', 'Quote " and \\ and {,}.'])
  const worker = createWorker({ database: pglite, embedder: always(fakeEmbedder()) })
  expect(await worker.drain()).toMatchObject({ embedded: 2 })
  const { rows } = await pglite.query('SELECT chunk FROM "BlogPost_embedding_store" ORDER BY id')
  expect(rows).toEqual([{ chunk: 'Title - One.' }, { chunk: 'Title - Quote " and \\ and {,}.' }])
  await worker.stop()
  expect(pglite.closed).toBe(false)
  await pglite.close()
})
