import { createOpenAI } from '@ai-sdk/openai'
import { VectorizerError } from '@prisma-vectorizer/spec'
import { describe, expect, it } from 'vitest'
import { createResolver } from '../src/index.ts'
import { redacted } from '../src/provider-failure.ts'
import { retryDelay } from '../src/retry.ts'
import {
  type EmbeddingAnswer,
  type EmbeddingRequest,
  embeddingServer,
  rightAnswer,
} from './support/embedding-server.ts'
import { rejected } from './support/rejected.ts'

const apiKey = 'sk-proj-0123456789abcdef'

/** Embeds two texts with a real provider against a server that gives `answers`; returns the outcome and the requests. */
async function embedAgainst(
  answers: ((request: EmbeddingRequest) => EmbeddingAnswer)[],
  options: { retries?: number } = {},
) {
  await using server = await embeddingServer(...answers)
  const openai = createOpenAI({ apiKey, baseURL: server.origin })
  const resolve = createResolver({ models: { openai }, retries: options.retries })
  const embedder = await resolve({ model: 'openai/text-embedding-3-small', dimensions: 4 })
  const outcome = await embedder.embed(['a', 'b'], { purpose: 'document' }).catch((e) => e)
  return { outcome, calls: server.requests.length }
}

const failing =
  (status: number, message: string, headers: Record<string, string> = {}) =>
  (): EmbeddingAnswer => ({
    status,
    headers: { 'retry-after-ms': '1', ...headers },
    body: { error: { message, type: 'test' } },
  })
const busy = failing(429, 'Rate limit reached')

describe('a provider that lies', () => {
  const answering = (embeddings: unknown[]) => () => ({
    body: { data: embeddings.map((embedding) => ({ embedding })) },
  })

  it.each([
    ['with no vectors at all', [], 'VZ403', '2 texts were sent and 0 vectors came back'],
    ['with too few', [[1, 2, 3, 4]], 'VZ403', '2 texts were sent and 1 vectors came back'],
    ['with a quarter of a vector', [[1, 2, 3, 4], [1]], 'VZ404', 'vectors[1] has 1 dimensions, 4 were expected'],
    ['with an empty vector', [[], [1, 2, 3, 4]], 'VZ404', 'vectors[0] has 0 dimensions, 4 were expected'],
    [
      'with numbers no float4 holds',
      [
        [1, 2, 3, 4],
        [1, 2, 3, 1e300],
      ],
      'VZ404',
      'vectors[1][3] is 1e+300',
    ],
    [
      'with null for a number',
      [
        [1, 2, 3, 4],
        [1, null, 3, 4],
      ],
      'VZ405',
      'failed',
    ],
  ])('is refused when it answers %s', async (_, embeddings, code, fact) => {
    const { outcome, calls } = await embedAgainst([answering(embeddings)])
    expect(outcome).toBeInstanceOf(VectorizerError)
    expect(outcome.code).toBe(code)
    expect(outcome.fact).toContain('openai/text-embedding-3-small')
    if (code !== 'VZ405') expect(outcome.fact).toContain(fact)
    expect(calls).toBe(1)
  })

  it('is refused when NaN comes from a model of the application’s own', async () => {
    const resolve = createResolver({
      models: {
        'my/nan': {
          provider: 'my',
          modelId: 'nan',
          maxEmbeddingsPerCall: 1,
          supportsParallelCalls: false,
          doEmbed: async () => ({ embeddings: [[Number.NaN]] }),
        },
      },
    })
    const embedder = await resolve({ model: 'my/nan', dimensions: 1 })
    const error = await rejected(embedder.embed(['a'], { purpose: 'query' }))
    expect(error.code).toBe('VZ404')
    expect(error.fact).toContain('my/nan')
  })
})

describe('a passing failure', () => {
  it('is tried again after what retry-after-ms asks for', async () => {
    const { outcome, calls } = await embedAgainst([busy, failing(503, 'overloaded'), rightAnswer])
    expect(outcome.vectors).toHaveLength(2)
    expect(calls).toBe(3)
  })

  it('is given up after three more tries, with the provider’s status and message', async () => {
    const { outcome, calls } = await embedAgainst([busy])
    expect(calls).toBe(4)
    expect(outcome).toMatchObject({
      code: 'VZ405',
      fact: 'openai/text-embedding-3-small answered HTTP 429: Rate limit reached',
      cause: { statusCode: 429 },
    })
  })

  it('is tried as often as asked', async () => {
    expect((await embedAgainst([busy], { retries: 0 })).calls).toBe(1)
    expect((await embedAgainst([busy], { retries: 1 })).calls).toBe(2)
  })

  it('is not waited for when the provider asks for more than a minute', async () => {
    const { outcome, calls } = await embedAgainst([failing(429, 'Daily limit', { 'retry-after-ms': '3600000' })])
    expect(calls).toBe(1)
    expect(outcome.code).toBe('VZ405')
  })

  it('may be a network that fails: of the provider, or of a model of the application’s own', async () => {
    let calls = 0
    const resolve = createResolver({
      models: {
        'my/flaky': {
          provider: 'my',
          modelId: 'flaky',
          maxEmbeddingsPerCall: undefined,
          supportsParallelCalls: true,
          async doEmbed() {
            calls++
            if (calls < 2) {
              const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
              throw new TypeError('fetch failed', { cause: reset })
            }
            return { embeddings: [[1]] }
          },
        },
      },
    })
    const embedder = await resolve({ model: 'my/flaky', dimensions: 1 })
    expect((await embedder.embed(['a'], { purpose: 'document' })).vectors).toEqual([[1]])
    expect(calls).toBe(2)
  })

  it('ends at once when the signal does while the next try is waited for, and is not our error then', async () => {
    const controller = new AbortController()
    let calls = 0
    const resolve = createResolver({
      models: {
        'my/busy': {
          provider: 'my',
          modelId: 'busy',
          maxEmbeddingsPerCall: undefined,
          supportsParallelCalls: true,
          async doEmbed() {
            calls++
            setImmediate(() => controller.abort())
            throw Object.assign(new Error('busy'), { isRetryable: true, responseHeaders: { 'retry-after': '50' } })
          },
        },
      },
    })
    const embedder = await resolve({ model: 'my/busy', dimensions: 1 })
    const embedding = embedder.embed(['a'], { purpose: 'document', signal: controller.signal })
    await expect(embedding).rejects.toMatchObject({ name: 'AbortError' })
    expect(calls).toBe(1)
  })
})

describe('a lasting failure', () => {
  it.each([400, 401, 404])('such as HTTP %i is not tried again', async (status) => {
    const { outcome, calls } = await embedAgainst([failing(status, 'No such thing')])
    expect(calls).toBe(1)
    expect(outcome.code).toBe('VZ405')
    expect(outcome.fact).toContain(`HTTP ${status}: No such thing`)
  })

  it('is told by its body where the provider’s error has a form of its own', async () => {
    const { outcome } = await embedAgainst([() => ({ status: 422, body: { reason: `no, ${apiKey}` } })])
    expect(outcome.fact).toContain('answered HTTP 422')
    expect(outcome.message).not.toContain('0123456789')
  })

  it('shows no key, even when the provider repeats it', async () => {
    const { outcome } = await embedAgainst([failing(401, `Incorrect API key provided: ${apiKey}. Find yours online.`)])
    expect(outcome.fact).toContain('Incorrect API key provided: [redacted]')
    expect(outcome.message).not.toContain('0123456789')
  })

  it('such as a server that is not there says what to check', async () => {
    const server = await embeddingServer()
    await server[Symbol.asyncDispose]()
    const openai = createOpenAI({ apiKey, baseURL: server.origin })
    const resolve = createResolver({ models: { openai }, retries: 0 })
    const embedder = await resolve({ model: 'openai/m', dimensions: 4 })
    const error = await rejected(embedder.embed(['a'], { purpose: 'query' }))
    expect(error.code).toBe('VZ405')
    expect(error.fact).toContain('ECONNREFUSED')
    expect(error.fix).toContain('base URL')
  })
})

describe('redacted', () => {
  it.each([
    ['Authorization: Bearer abc.def-123 was refused', 'Authorization: Bearer [redacted] was refused'],
    ['key sk-ant-api03-xyz_ABC, not found', 'key [redacted], not found'],
    ['Invalid API key: abc123', 'Invalid API key: [redacted]'],
    ['{"api_key":"abc123","model":"m"}', '{"api_key":"[redacted]","model":"m"}'],
    ['GET https://host/v1?api-key=abc123&x=1', 'GET https://host/v1?api-key=[redacted]&x=1'],
    ['http://user:pass@host/v1', 'http://[redacted]@host/v1'],
    ['AIzaSyA1234567890abcdefghijklmnop', '[redacted]'],
    ["maximum context length is 8192 tokens: 'm'", "maximum context length is 8192 tokens: 'm'"],
    ['task-oriented models in Basic mode', 'task-oriented models in Basic mode'],
    ['Basic dXNlcjpwYXNzd29yZA== is wrong', 'Basic [redacted] is wrong'],
  ])('%s', (text, expected) => {
    expect(redacted(text)).toBe(expected)
  })
})

describe('retryDelay', () => {
  const answered = (responseHeaders: Record<string, string>) => Object.assign(new Error('429'), { responseHeaders })
  const now = Date.parse('2026-01-01T00:00:00Z')

  it.each([
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  ])('is what %j asks for', (headers, delay) => {
    expect(retryDelay(answered(headers), 0, now)).toBe(delay)
  })

  it('doubles from half a second, less a random part, where nothing is asked for', () => {
    for (const [retries, longest] of [500, 1_000, 2_000].entries()) {
      for (const error of [answered({}), answered({ 'retry-after': 'soon' }), new Error('reset')]) {
        const delay = retryDelay(error, retries, now)
        expect(delay).toBeGreaterThanOrEqual(longest / 2)
        expect(delay).toBeLessThanOrEqual(longest)
      }
    }
  })
})
