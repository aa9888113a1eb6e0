// What is noted of failures in vectorizer.error.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listErrors } from '../src/index.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { batchOf, empty, failing, label, noKey, queue, twoVectorizers } from './support/failing-batches.ts'
import { always, fakeEmbedder, gate, providerError, refusing } from './support/fake-embedders.ts'

let blog: Blog
beforeAll(async () => {
  blog = await openBlog({ sql: twoVectorizers })
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(() => blog.query(empty))

const noted = () =>
  blog.query('SELECT vectorizer, key, step, code, message, count FROM vectorizer.error ORDER BY key, step, code')
const isDue = () => blog.query(`UPDATE ${queue} SET not_before = '-infinity'`)
const batch = (embedder = fakeEmbedder(), options = {}) => batchOf(blog, embedder, options)

/** When the queue lets it be tried again, in seconds from now. */
async function wait(): Promise<number> {
  const [row] = await blog.query<{ seconds: number }>(
    `SELECT extract(epoch FROM not_before - now())::float8 AS seconds FROM ${queue}`,
  )
  return row?.seconds ?? Number.NaN
}

describe('a failed attempt', () => {
  test('is noted with step, code and reason; those of other rows are not', async () => {
    await blog.insert(['good', 'poison', 'fine'])
    expect(await batch(refusing('poison'))).toMatchObject({ embedded: 2, failed: 1 })
    expect(await noted()).toEqual([
      {
        vectorizer: 'BlogPost_embedding_store',
        key: ['2'],
        step: 'embed',
        code: 'VZ405',
        message: 'VZ405 fake/good answered HTTP 400: the input is not acceptable.',
        count: 1,
      },
    ])
  })

  test('however often it is repeated, is one row with a count', async () => {
    await blog.insert(['poison'])
    const worker = blog.worker({ embedder: always(refusing('poison')), maxAttempts: 10_000 })
    for (let attempt = 1; attempt <= 100; attempt++) {
      await isDue()
      expect((await worker.processBatch(label)).failed).toBe(1)
    }
    expect(await noted()).toMatchObject([{ key: ['1'], count: 100 }])
    const [times] = await blog.query('SELECT last_at > first_at AS later FROM vectorizer.error')
    expect(times).toEqual({ later: true })
    await worker.stop()
  })

  test('waits longer each time, a tenth more or less, and is given up at last', async () => {
    await blog.insert(['poison'])
    for (const seconds of [10, 30, 90, 270, 810]) {
      await isDue()
      await batch(refusing('poison'))
      const waits = await wait()
      expect(waits).toBeGreaterThan(seconds * 0.89)
      expect(waits).toBeLessThan(seconds * 1.1)
    }
    expect(await blog.queued()).toMatchObject([{ attempts: 5, failed: false }])
    await isDue()
    await batch(refusing('poison'))
    expect(await blog.queued()).toMatchObject([{ attempts: 6, failed: true }])
    expect(await noted()).toMatchObject([{ count: 6 }])
  })

  test('of a kind that cannot help to be tried again is the last', async () => {
    await blog.insert(['poison', 'good'])
    const embedder = fakeEmbedder((texts) => {
      if (texts.some((text) => text.includes('poison'))) throw new VectorizerError('VZ604', { fact: 'Not readable.' })
    })
    await batch(embedder)
    expect(await blog.queued()).toMatchObject([{ key_id: 1, attempts: 1, failed: true }])
    expect(await noted()).toMatchObject([{ code: 'VZ604', message: 'VZ604 Not readable.', count: 1 }])
  })

  test('of a row that was changed meanwhile is of no more concern', async () => {
    await blog.insert(['poison'])
    const hold = gate()
    const embedder = fakeEmbedder(async (texts) => {
      if (!texts.some((text) => text.includes('poison'))) return
      await hold.wait()
      throw new VectorizerError('VZ405', { fact: 'No.' })
    })
    const working = batch(embedder)
    await hold.reached
    await blog.query(`UPDATE "BlogPost" SET content = 'cured'`)
    hold.open()
    await working
    expect(await noted()).toEqual([])
    expect(await blog.queued()).toMatchObject([{ attempts: 0, failed: false, error: null, claimable: true }])
    expect(await batch()).toMatchObject({ embedded: 1 })
  })

  test('of a compound key has the key as the claim returns it', async () => {
    await blog.query(`INSERT INTO people.authors
      VALUES ('00000000-0000-0000-0000-000000000001', 9007199254740993, '2024-01-02 03:04:05.123456Z', 'it''s, "odd"', 'poison', '1815-12-10')`)
    const worker = blog.worker({ embedder: always(refusing('poison')) })
    await worker.processBatch('Author.bioEmbeddings')
    await worker.stop()
    const [entry] = await listErrors(blog.url)
    expect(entry).toMatchObject({
      vectorizer: 'Author.bioEmbeddings',
      key: [
        '00000000-0000-0000-0000-000000000001',
        '9007199254740993',
        expect.stringMatching(/^2024-01-0/),
        `it's, "odd"`,
      ],
      state: 'retrying',
    })
  })
})

describe('an outage', () => {
  test.each([
    ['a missing key', noKey, 'VZ406'],
    ['a refused key', providerError(401, false), 'VZ405'],
    ['a refusal of anything', providerError(400, false), 'VZ405'],
    [
      'other dimensions',
      new VectorizerError('VZ404', { fact: 'fake/good answered with 4 dimensions, not 8.' }),
      'VZ404',
    ],
  ])('%s is one error of the vectorizer, and burns no attempt', async (_, error, code) => {
    await blog.insert(Array.from({ length: 120 }, (__, number) => `Text ${number}.`))
    for (let turn = 0; turn < 3; turn++) {
      await isDue()
      await batch(failing(error))
    }
    expect(await noted()).toEqual([
      { vectorizer: 'BlogPost_embedding_store', key: [], step: 'embed', code, message: error.message, count: 3 },
    ])
    expect(await blog.query(`SELECT DISTINCT attempts, error FROM ${queue}`)).toEqual([{ attempts: 0, error: null }])
    expect(await blog.stored()).toEqual([])
    await isDue()
    expect(await batch()).toMatchObject({ embedded: 50 })
  })

  test('of the tables is noted as well', async () => {
    await blog.insert(['Text.'])
    const renaming = fakeEmbedder(() =>
      blog.query('ALTER TABLE "BlogPost_embedding_store" RENAME COLUMN chunk TO piece'),
    )
    expect((await batch(renaming)).outage?.message).toContain('VZ504')
    await blog.query('ALTER TABLE "BlogPost_embedding_store" RENAME COLUMN piece TO chunk')
    expect(await noted()).toMatchObject([{ key: [], code: 'VZ504', count: 1 }])
    expect(await blog.queued()).toMatchObject([{ attempts: 0, lease: null, error: null }])
  })
})
