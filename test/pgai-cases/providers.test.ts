// The worker with a provider as it is by name, asked over HTTP: keys, refusals, limits, long texts. See docs/pgai-cases.md.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import {
  type EmbeddingAnswer,
  type EmbeddingRequest,
  embeddingServer,
  rightAnswer,
} from '../../packages/embedders/test/support/embedding-server.ts'
import { listErrors } from '../../packages/worker/src/index.ts'
import { type Blog, openBlog } from '../../packages/worker/test/support/blog.ts'
import { runCommand } from '../../packages/worker/test/support/run-command.ts'
import { blogPost, blogPostTable, installVectorizer } from '../../packages/worker/test/support/vectorizers.ts'

const key = 'sk-test-0123456789abcdef'
const spec = {
  ...blogPost,
  model: 'openai/text-embedding-3-small',
  chunking: { kind: 'none' },
  template: '$chunk',
} as const

let blog: Blog
beforeAll(async () => {
  blog = await openBlog({ sql: `${blogPostTable}\n${installVectorizer(spec)}` })
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(async () => {
  vi.stubEnv('OPENAI_API_KEY', key)
  await blog.query(`TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE vectorizer."BlogPost_embedding_store_queue";
    TRUNCATE vectorizer.error, vectorizer.worker, vectorizer.progress`)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const texts = (count: number) => Array.from({ length: count }, (_, number) => `Text ${number + 1}.`)
const answering =
  (status: number, message: string, headers: Record<string, string> = {}) =>
  (): EmbeddingAnswer => ({ status, headers, body: { error: { message, type: 'x', param: null, code: null } } })

/** OpenAI, by its base URL: `answers` in order, the last one for ever. */
async function openai(...answers: ((request: EmbeddingRequest) => EmbeddingAnswer)[]) {
  const server = await embeddingServer(...answers)
  vi.stubEnv('OPENAI_BASE_URL', `${server.origin}/v1`)
  return server
}
const worker = (options = {}) => blog.worker({ embedder: undefined, ...options })

test.each([
  [1, 1, 1],
  [4, 2, 2],
])(
  '%i rows, %i a batch, %i batches at once: the store has each text, and nothing older',
  async (rows, batchSize, concurrency) => {
    await using server = await openai(rightAnswer)
    await blog.insert(texts(rows))
    await blog.query(`INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding)
    SELECT 1, seq, 'stale', '[1,1,1,1,1,1,1,1]' FROM generate_series(0, 2) AS seq`)
    const working = worker({ batchSize, concurrency })
    expect(await working.drain()).toMatchObject({ embedded: rows, chunks: rows, failed: 0, drained: true })
    await working.stop()
    expect((await blog.stored()).map(({ id, chunk_seq, chunk }) => [id, chunk_seq, chunk])).toEqual(
      texts(rows).map((text, index) => [index + 1, 0, text]),
    )
    expect(server.requests.map(({ input }) => input.length)).toEqual(Array(rows / batchSize).fill(batchSize))
    expect(server.requests[0]).toMatchObject({
      path: '/v1/embeddings',
      authorization: `Bearer ${key}`,
      model: 'text-embedding-3-small',
      dimensions: 8,
    })
    expect(await blog.query('SELECT embedded::int, failed::int, last_error FROM vectorizer.worker')).toEqual([
      { embedded: rows, failed: 0, last_error: null },
    ])
  },
)

test('without its key nothing is asked, worker --once says so and ends with 1, and the rows wait', async () => {
  await using server = await openai(rightAnswer)
  vi.stubEnv('OPENAI_API_KEY', undefined)
  await blog.insert(texts(2))
  const { code, stderr } = await runCommand(['worker', '--once', '--log-level', 'silent', '--database-url', blog.url])
  expect(code).toBe(1)
  expect(stderr).toContain('BlogPost.contentEmbeddings was not embedded: VZ406')
  expect(stderr).toContain('OPENAI_API_KEY')
  expect(server.requests).toEqual([])
  expect(await listErrors(blog.url)).toMatchObject([{ key: [], step: 'embed', code: 'VZ406', count: 1 }])
  expect(await blog.queued()).toMatchObject(Array(2).fill({ attempts: 0, lease: null, failed: false }))
})

test.each([
  ['a refused key', answering(401, `Incorrect API key provided: ${key}.`), /HTTP 401: Incorrect API key provided/],
  [
    'vectors of other dimensions',
    () => rightAnswer({ input: texts(3) } as never),
    /^VZ404 .* has 4 dimensions, 8 were expected/,
  ],
])('%s is one error that says why, and costs no row an attempt', async (_, answer, message) => {
  await using server = await openai(answer)
  await blog.insert(texts(3))
  const working = worker()
  expect(await working.drain()).toMatchObject({ embedded: 0, failed: 0, drained: false })
  await working.stop()
  expect(server.requests.length).toBeLessThanOrEqual(2)
  const errors = await listErrors(blog.url)
  expect(errors).toMatchObject([{ key: [], step: 'embed', message: expect.stringMatching(message), count: 1 }])
  expect(JSON.stringify(errors)).not.toContain(key)
  expect(await blog.queued()).toMatchObject(Array(3).fill({ attempts: 0, lease: null, failed: false }))
  expect(await blog.stored()).toEqual([])
})

test('"too many requests" is waited out for as long as Retry-After says, and costs no row an attempt', async () => {
  let refusedAt = 0
  let askedAt = 0
  await using server = await openai(
    () => {
      refusedAt = performance.now()
      return answering(429, 'Rate limit reached', { 'retry-after': '1' })()
    },
    (request) => {
      askedAt ||= performance.now()
      return rightAnswer(request)
    },
  )
  await blog.insert(texts(3))
  const working = worker()
  expect(await working.drain()).toMatchObject({ embedded: 3, failed: 0, drained: true })
  await working.stop()
  expect(server.requests).toHaveLength(2)
  expect(askedAt - refusedAt).toBeGreaterThanOrEqual(995)
  expect(await listErrors(blog.url)).toEqual([])
})

test('a text of more tokens than the model takes is cut for the call, and stored whole', async () => {
  await using server = await openai(rightAnswer)
  const long = 'AGI'.repeat(5_000)
  await blog.insert([long])
  const warnings: string[] = []
  const note = (_: unknown, message: string) => void warnings.push(message)
  const logger = { debug() {}, info() {}, warn: note, error: note }
  const working = worker({ logger })
  expect(await working.drain()).toMatchObject({ embedded: 1, failed: 0 })
  await working.stop()
  const [sent = ''] = server.requests[0]?.input ?? []
  expect(long.startsWith(sent)).toBe(true)
  expect(sent.length).toBeGreaterThan(12_000)
  expect(sent.length).toBeLessThan(long.length)
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual([long])
  expect(warnings).toEqual([expect.stringContaining('8191 tokens are cut')])
  expect(await listErrors(blog.url)).toEqual([])
})
