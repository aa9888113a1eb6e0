import { VectorizerError } from '@prisma-vectorizer/spec'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listErrors } from '../src/index.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, byModel, fakeEmbedder, providerError, recordingLogger, refusing } from './support/fake-embedders.ts'
import { author, authorTable, installVectorizer } from './support/vectorizers.ts'

let blog: Blog
beforeEach(async () => {
  blog = await openBlog()
})
afterEach(() => blog[Symbol.asyncDispose]())

const texts = (count: number) => Array.from({ length: count }, (_, number) => `Text ${number + 1}.`)

test('one poison row in 200 fails alone, in one run', async () => {
  await blog.insert(texts(200))
  await blog.query(`UPDATE "BlogPost" SET content = 'This is poison, said the apple.' WHERE id = 77`)
  const embedder = refusing('poison')
  const summary = await blog.worker({ embedder: always(embedder) }).drain()
  expect(summary).toMatchObject({ embedded: 199, failed: 1, drained: true })
  expect(await blog.stored()).toHaveLength(199)
  const [row, ...others] = await blog.queued()
  expect(others).toEqual([])
  expect(row).toMatchObject({ key_id: 77, lease: null, attempts: 1, failed: false, claimable: false })
  expect(row?.error).toBe('VZ405 fake/good answered HTTP 400: the input is not acceptable.')
  expect(embedder.calls.length).toBeLessThan(20)
  expect(await listErrors(blog.url)).toMatchObject([
    { key: ['77'], step: 'embed', code: 'VZ405', message: row?.error, count: 1, state: 'retrying' },
  ])
})

test('a poison row at the head of the queue holds up nothing, and is given up with its reason', async () => {
  await blog.insert(['poison', ...texts(9)])
  const worker = blog.worker({ embedder: always(refusing('poison')), maxAttempts: 2, batchSize: 2, concurrency: 1 })
  expect(await worker.drain()).toMatchObject({ embedded: 9, failed: 1 })
  expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 0 })
  await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = '-infinity'`)
  await blog.insert(['later'])
  expect(await worker.drain()).toMatchObject({ embedded: 1, failed: 1 })
  expect(await listErrors(blog.url)).toMatchObject([{ key: ['1'], code: 'VZ405', count: 2, state: 'given up' }])
  expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 0 })
})

test('texts that tokenizers or PostgreSQL might trip over are embedded', async () => {
  const odd = [
    '<|endoftext|> <|fim_prefix|>',
    '\\u0000 \\ud800',
    '\u0001\ufffe\u{10ffff}',
    '\ufffd',
    "'; DROP TABLE x; --",
    '%s $1 $$',
  ]
  await blog.insert(odd)
  const embedder = fakeEmbedder()
  expect(await blog.worker({ embedder: always(embedder) }).drain()).toMatchObject({ embedded: odd.length, failed: 0 })
  expect(embedder.calls.flat()).toEqual(odd.map((text) => `Title - ${text}`))
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(odd.map((text) => `Title - ${text}`))
})

test('a row is given up after its last attempt, and revived by a change', async () => {
  await blog.insert(['poison'])
  const worker = blog.worker({ embedder: always(refusing('poison')), maxAttempts: 3 })
  const attempts: unknown[] = []
  for (let attempt = 1; attempt <= 3; attempt++) {
    await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = '-infinity'`)
    await worker.drain()
    attempts.push((await blog.queued()).map((row) => [row.attempts, row.failed]))
  }
  expect(attempts).toEqual([[[1, false]], [[2, false]], [[3, true]]])
  expect(await worker.drain()).toMatchObject({ failed: 0, embedded: 0 })
  await blog.query(`UPDATE "BlogPost" SET content = 'cured'`)
  expect(await worker.drain()).toMatchObject({ embedded: 1 })
})

test('the error of a row does not repeat its text', async () => {
  await blog.insert(['poison and a secret'])
  const embedder = fakeEmbedder((asked) => {
    if (asked[0]?.includes('poison')) throw new Error(`cannot embed "${asked[0]}" ${'x'.repeat(5_000)}`)
  })
  await blog.worker({ embedder: always(embedder) }).drain()
  const [row] = await blog.queued()
  expect(row?.error).toContain('cannot embed "…"')
  expect(row?.error).toHaveLength(2_000)
})

test.each([
  ['a rate limit', providerError(429, true)],
  ['a refused key', providerError(401, false)],
  ['an error whatever the text', providerError(400, false)],
  ['a missing key', new VectorizerError('VZ406', { fact: 'OPENAI_API_KEY is not set.' })],
  ['an error of no known kind', new Error('socket hang up')],
])('%s costs no row an attempt', async (_, error) => {
  await blog.insert(texts(3))
  const embedder = fakeEmbedder(() => {
    throw error
  })
  const worker = blog.worker({ embedder: always(embedder) })
  const batch = await worker.processBatch('BlogPost.contentEmbeddings')
  expect(batch).toMatchObject({ claimed: 3, embedded: 0, failed: 0, returned: 3, outage: { message: error.message } })
  expect(await blog.queued()).toMatchObject(
    Array.from({ length: 3 }, () => ({ lease: null, attempts: 0, failed: false, error: null, claimable: false })),
  )
  expect(embedder.calls.length).toBeLessThanOrEqual(2)
})

test('a drain tries a passing outage again', async () => {
  await blog.insert(texts(2))
  let calls = 0
  const embedder = fakeEmbedder(() => {
    if (++calls === 1) throw providerError(503, true)
  })
  expect(await blog.worker({ embedder: always(embedder) }).drain()).toMatchObject({ embedded: 2, drained: true })
})

test('a model of other dimensions is reported once, before anything is written', async () => {
  await blog.insert(texts(120))
  const logger = recordingLogger()
  const embedder = fakeEmbedder(() => {
    throw new VectorizerError('VZ404', { fact: 'fake/good answered with 4 dimensions, not 8.' })
  })
  const summary = await blog.worker({ embedder: always(embedder), logger }).drain()
  expect(summary.vectorizers).toMatchObject([{ error: 'VZ404 fake/good answered with 4 dimensions, not 8.' }])
  expect(logger.lines).toEqual([
    'warn BlogPost.contentEmbeddings rests: VZ404 fake/good answered with 4 dimensions, not 8.',
  ])
  expect(await blog.stored()).toEqual([])
  expect((await blog.queued()).map(({ attempts }) => attempts)).toEqual(new Array(120).fill(0))
  expect(await listErrors(blog.url)).toMatchObject([{ key: [], step: 'embed', code: 'VZ404' }])
})

test('a row that cannot be written fails alone', async () => {
  await blog.insert(texts(10))
  await blog.query(`ALTER TABLE "BlogPost_embedding_store" ADD CHECK (chunk NOT LIKE '%Text 4.%')`)
  expect(await blog.worker().drain()).toMatchObject({ embedded: 9, failed: 1 })
  expect(await blog.queued()).toMatchObject([
    { key_id: 4, lease: null, attempts: 1, error: expect.stringContaining('violates check constraint') },
  ])
  expect(await listErrors(blog.url)).toMatchObject([{ key: ['4'], step: 'write', code: '23514' }])
})

test('vectors of a wrong length that got past the embedder fail row by row', async () => {
  await blog.insert(texts(3))
  const embedder = fakeEmbedder()
  const short = { ...embedder, embed: async () => ({ vectors: [[1], [1], [1]], tokens: undefined }) }
  expect(await blog.worker({ embedder: always(short) }).drain()).toMatchObject({ embedded: 0, failed: 3 })
  expect((await blog.queued()).map(({ error }) => error)).toEqual(new Array(3).fill('expected 8 dimensions, not 1'))
})

test('one failing vectorizer does not hold up another', async () => {
  await blog.query(`${authorTable}\n${installVectorizer({ ...author, model: 'fake/bad' })}`)
  await blog.query(`INSERT INTO people.authors
    SELECT gen_random_uuid(), n, now(), 'plain', 'Bio ' || n, '1815-12-10' FROM generate_series(1, 200) n`)
  await blog.insert(texts(200))
  const bad = fakeEmbedder(() => {
    throw providerError(401, false)
  })
  const worker = blog.worker({ embedder: byModel({ 'fake/good': fakeEmbedder(), 'fake/bad': bad }), concurrency: 1 })
  const summary = await worker.drain()
  expect(summary.vectorizers).toMatchObject([
    { vectorizer: 'BlogPost.contentEmbeddings', embedded: 200, error: undefined },
    { vectorizer: 'Author.bioEmbeddings', embedded: 0, error: 'VZ405 fake/good answered HTTP 401.' },
  ])
  expect(bad.calls).toHaveLength(1)
})

test('a vectorizer whose provider hangs keeps its places from another for no more than 30 s', async () => {
  await blog.query(`${authorTable}\n${installVectorizer({ ...author, model: 'fake/hanging' })}`)
  await blog.query(`INSERT INTO people.authors
    SELECT gen_random_uuid(), n, now(), 'plain', 'Bio ' || n, '1815-12-10' FROM generate_series(1, 4) n`)
  const hanging = fakeEmbedder(() => new Promise(() => {}))
  const embedder = byModel({ 'fake/good': fakeEmbedder(), 'fake/hanging': hanging })
  const worker = blog.worker({ embedder, concurrency: 2, batchSize: 1, gracePeriod: 1, pollInterval: 10 })
  const running = worker.run()
  await eventually(() => hanging.calls.length === 2)
  await blog.insert(texts(6))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
  try {
    await eventually(async () => (await blog.stored()).length === 6)
  } finally {
    vi.useRealTimers()
  }
  expect(hanging.calls).toHaveLength(2)
  await worker.stop()
  await running
  expect(await blog.query('SELECT DISTINCT lease, attempts FROM vectorizer.authors_embedding_store_queue')).toEqual([
    { lease: null, attempts: 0 },
  ])
})
