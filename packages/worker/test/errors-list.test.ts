// How errors are listed, and how long they are kept.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { VectorizerError } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freshDataFolder } from '../../../test/support/pglite-image.ts'
import { fromPool } from '../src/database/pg.ts'
import { purgeErrors } from '../src/errors/purge-errors.ts'
import { createWorker, listErrors, pauseVectorizers, retryRows } from '../src/index.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { batchOf, empty, failing, label, noKey, queue, twoVectorizers } from './support/failing-batches.ts'
import { always, fakeEmbedder, refusing } from './support/fake-embedders.ts'
import { runCommand } from './support/run-command.ts'
import { blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

let blog: Blog
let pool: pg.Pool
beforeAll(async () => {
  blog = await openBlog({ sql: twoVectorizers })
  pool = new pg.Pool({ connectionString: blog.url, max: 1 })
})
afterAll(async () => {
  await pool.end()
  await blog[Symbol.asyncDispose]()
})
beforeEach(() => blog.query(empty))

const isDue = () => blog.query(`UPDATE ${queue} SET not_before = '-infinity'`)
const batch = (embedder = fakeEmbedder(), options = {}) => batchOf(blog, embedder, options)

const notedKeys = async () => (await blog.query('SELECT key FROM vectorizer.error ORDER BY key')).map(({ key }) => key)

describe('listed', () => {
  const states = async (options: Parameters<typeof listErrors>[1] = {}) =>
    (await listErrors(blog.url, options)).map(({ key, state }) => [key.join(), state])

  test('with what becomes of each, newest first', async () => {
    await blog.insert(['poison one', 'poison two', 'poison three'])
    await batch(refusing('poison one'), { maxAttempts: 1 })
    await blog.query(`UPDATE "BlogPost" SET content = 'poison two again' WHERE id = 2`)
    await batch(refusing('poison two'))
    expect(await states()).toEqual([
      ['2', 'retrying'],
      ['1', 'given up'],
    ])
    const [two, one] = await listErrors(blog.url)
    expect(two?.nextAttempt?.getTime()).toBeGreaterThan(Date.now() + 5_000)
    expect(one?.nextAttempt).toBeNull()
    expect(one?.firstAt).toBeInstanceOf(Date)

    await blog.query(`UPDATE "BlogPost" SET content = 'cured' WHERE id = 1`)
    expect(await states()).toEqual([['2', 'retrying']])
    await batch()
    await blog.query('DELETE FROM "BlogPost" WHERE id = 2')
    expect(await states()).toEqual([])
    expect(await states({ state: 'all' })).toEqual([
      ['2', 'resolved'],
      ['1', 'resolved'],
    ])
    expect(await states({ state: 'resolved', limit: 1 })).toEqual([['2', 'resolved']])
    expect(await states({ state: 'given up' })).toEqual([])
  })

  test('an error from before a success is not the next one', async () => {
    await blog.insert(['poison'])
    await batch(refusing('poison'))
    await isDue()
    await batch()
    await blog.query(`UPDATE "BlogPost" SET content = 'other poison'`)
    await batch(failing(new VectorizerError('VZ405', { fact: 'Nothing works.' })))
    const other = fakeEmbedder((texts) => {
      if (texts.some((text) => text.includes('poison'))) throw new RangeError('too long')
    })
    await isDue()
    await batch(other)
    expect((await listErrors(blog.url)).map(({ key, code, state }) => [key.length, code, state])).toEqual([
      [1, 'RangeError', 'retrying'],
      [0, 'VZ405', 'retrying'],
    ])
  })

  test('the error of a provider is over with the next success, or when nothing waits', async () => {
    await blog.insert(['Text.'])
    await batch(failing(noKey))
    expect(await states()).toEqual([['', 'retrying']])
    await blog.query(`INSERT INTO vectorizer.progress (vectorizer, last_success_at)
      VALUES ('BlogPost_embedding_store', now()) ON CONFLICT (vectorizer) DO UPDATE SET last_success_at = now()`)
    expect(await states()).toEqual([])
    await blog.query('DELETE FROM vectorizer.progress')
    expect(await states()).toEqual([['', 'retrying']])
    await isDue()
    await batch()
    expect(await states()).toEqual([])
    expect(await states({ state: 'all' })).toEqual([['', 'resolved']])
  })

  test('a name that is unknown is refused', async () => {
    await expect(listErrors(blog.url, { vectorizers: ['Blog'] })).rejects.toMatchObject({ code: 'VZ503' })
  })
})

describe('prisma-vectorizer errors', () => {
  const errors = (...args: string[]) => runCommand(['errors', ...args, '--database-url', blog.url])

  test('says what they come down to, then lists them', async () => {
    await blog.insert(['poison', 'poison', 'good', 'bad'])
    await batch(refusing('poison'), { maxAttempts: 1 })
    await blog.query(`UPDATE "BlogPost" SET content = content || '!' WHERE content = 'good'`)
    await batch(failing(noKey))
    const { code, stdout } = await errors()
    expect(code).toBe(0)
    const time = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/gu
    expect(stdout.replace(time, '2026-01-02 03:04:05Z').split('\n')).toEqual([
      'BlogPost.contentEmbeddings: 2 rows given up: embed VZ405 fake/good answered HTTP 400: the input is not acceptable.',
      'BlogPost.contentEmbeddings: the provider, 1 time: embed VZ406 OPENAI_API_KEY is not set.',
      '',
      expect.stringMatching(/^last +vectorizer +key +step +code +times +state +message$/),
      expect.stringMatching(/^2026.* the provider +embed +VZ406 +1 +retrying +OPENAI_API_KEY is not set\.$/),
      expect.stringMatching(/^2026.* id=[12] +embed +VZ405 +1 +given up +fake\/good answered HTTP 400: the input/),
      expect.stringMatching(/^2026.* id=[12] +embed +VZ405 +1 +given up +fake\/good answered HTTP 400: the input/),
      '',
    ])
    expect((await errors('--limit', '1')).stdout).toContain('\n2 more: --limit 3\n')
  })

  test('says when a row is tried again', async () => {
    await blog.insert(['poison'])
    await batch(refusing('poison'))
    expect((await errors(label)).stdout).toMatch(/ retrying in \d+ s {2}/)
  })

  test('as JSON, and of the vectorizers that are named', async () => {
    await blog.insert(['poison'])
    await batch(refusing('poison'))
    const [entry] = JSON.parse((await errors('--json')).stdout)
    expect(entry).toMatchObject({
      vectorizer: label,
      key: ['1'],
      step: 'embed',
      code: 'VZ405',
      count: 1,
      state: 'retrying',
    })
    expect(Date.parse(entry.lastAt)).toBeGreaterThan(Date.now() - 60_000)
    expect((await errors('Author.bioEmbeddings')).stdout).toBe('No errors.\n')
    expect((await errors('Author.bioEmbeddings', '--json')).stdout).toBe('[]\n')
  })

  test('of a vectorizer that does not fit its tables, too', async () => {
    await blog.insert(['poison'])
    await batch(refusing('poison'))
    await blog.query('ALTER TABLE "BlogPost" RENAME COLUMN content TO body')
    try {
      const { stdout } = await errors()
      expect(stdout).toContain('1 row retrying: embed VZ405')
      expect(stdout).toContain('VZ504 BlogPost.contentEmbeddings: `BlogPost` has no column `content`')
    } finally {
      await blog.query('ALTER TABLE "BlogPost" RENAME COLUMN body TO content')
    }
  })

  test('refuses an unknown name', async () => {
    const { code, stderr } = await errors('Blog')
    expect(code).toBe(1)
    expect(stderr).toBe(
      'VZ503 The database has no vectorizer `Blog`.\n  fix: It has: BlogPost.contentEmbeddings, Author.bioEmbeddings.\n',
    )
  })
})

test('errors that are long over are forgotten, those of rows that wait are not', async () => {
  await blog.insert(['poison one', 'poison two', 'poison three'])
  await batch(refusing('poison'), { maxAttempts: 1 })
  await blog.query(`UPDATE "BlogPost" SET content = 'cured' WHERE id < 3`)
  await batch()
  await blog.query(`UPDATE vectorizer.error SET last_at = now() - interval '31 days' WHERE key <> '["2"]'`)
  await blog.query(`INSERT INTO vectorizer.error (vectorizer, key, step, code, message, last_at)
    VALUES ('BlogPost_embedding_store', '[]', 'embed', 'VZ406', 'old', now() - interval '31 days'),
      ('authors_embedding_store', '[]', 'embed', 'VZ406', 'new', now())`)
  const database = fromPool(pool, { ownsPool: false })
  expect(await purgeErrors(database, 30)).toBe(2)
  expect(await notedKeys()).toEqual([[], ['2'], ['3']])
  expect(await purgeErrors(database, 0)).toBe(2)
  expect(await notedKeys()).toEqual([['3']])
})

test('in PGlite, through its own query()', async () => {
  await using pglite = await PGlite.create({ extensions: { vector }, loadDataDir: await freshDataFolder() })
  await pglite.exec(`${blogPostTable}\n${installVectorizer(blogPost)}
    INSERT INTO "BlogPost" (content) VALUES ('poison'), ('good'), ('bad')`)
  const embedder = fakeEmbedder((texts) => {
    if (texts.some((text) => text.includes('poison'))) throw new VectorizerError('VZ405', { fact: 'No.' })
    if (texts.some((text) => text.includes('bad'))) throw new VectorizerError('VZ604', { fact: 'Never.' })
  })
  const worker = createWorker({ database: pglite, embedder: always(embedder) })
  expect(await worker.processBatch(label)).toMatchObject({ embedded: 1, failed: 2 })
  const entries = await listErrors(pglite)
  expect(entries.map(({ key, code, state }) => [...key, code, state]).sort()).toEqual([
    ['1', 'VZ405', 'retrying'],
    ['3', 'VZ604', 'given up'],
  ])
  expect(await retryRows(pglite, { keys: [3] })).toMatchObject({ rows: 1 })
  expect(await retryRows(pglite, { allRows: true })).toMatchObject({ rows: 3 })
  expect(await pauseVectorizers(pglite)).toEqual([{ vectorizer: label, changed: true }])
  await worker.stop()
})
