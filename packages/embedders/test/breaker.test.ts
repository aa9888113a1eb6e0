// A failing provider is left alone, and found again when it is back.
import { isVectorizerError } from '@prisma-vectorizer/spec'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBreaker } from '../src/breaker.ts'
import { createResolver } from '../src/index.ts'
import { apiError } from './support/failing-with.ts'
import { rejected } from './support/rejected.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const works = async () => 'answer'
const fails = (error: unknown) => () => Promise.reject(error)
const down = fails(apiError(503))
const reset = Object.assign(new TypeError('fetch failed'), {
  cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
})

/** How `call` ended: its answer, the code of our error, or the message of its own. */
async function outcome(breaker: ReturnType<typeof createBreaker>, call: () => Promise<string>, signal?: AbortSignal) {
  return breaker.run(call, signal).catch((error) => (isVectorizerError(error) ? error.code : error.message))
}

async function opened(failure: () => Promise<string> = down) {
  const breaker = createBreaker('openai')
  for (let index = 0; index < 5; index++) await outcome(breaker, failure)
  return breaker
}

describe('a breaker', () => {
  it.each([
    ['HTTP 503', apiError(503)],
    ['HTTP 500', apiError(500)],
    ['HTTP 408', apiError(408)],
    ['a network that fails', reset],
    ['a timeout', new DOMException('too slow', 'TimeoutError')],
  ])('opens after five failures in a row by %s', async (_, error) => {
    const breaker = createBreaker('openai')
    for (let index = 0; index < 5; index++) expect(await outcome(breaker, fails(error))).toBe((error as Error).message)
    expect(await outcome(breaker, works)).toBe('VZ408')
  })

  it.each([
    ['HTTP 400, which one text may cause', apiError(400)],
    ['HTTP 429, which has its own pause', apiError(429)],
    ['an error that says nothing', new Error('Unexpected token')],
  ])('stays closed after %s', async (_, error) => {
    const breaker = createBreaker('openai')
    for (let index = 0; index < 20; index++) await outcome(breaker, fails(error))
    expect(await outcome(breaker, works)).toBe('answer')
  })

  it.each([401, 403])('opens at once when the key is refused with %i', async (status) => {
    const breaker = createBreaker('openai')
    await outcome(breaker, fails(apiError(status)))
    expect(await outcome(breaker, works)).toBe('VZ408')
  })

  it('begins to count anew after an answer, be it a refusal', async () => {
    const breaker = createBreaker('openai')
    for (const between of [works, fails(apiError(400))]) {
      for (let index = 0; index < 4; index++) await outcome(breaker, down)
      await outcome(breaker, between)
    }
    for (let index = 0; index < 4; index++) await outcome(breaker, down)
    expect(await outcome(breaker, works)).toBe('answer')
  })

  it('says what failed and when a call tries again, for the worker to see an outage', async () => {
    const breaker = await opened()
    const error = await breaker.run(works, undefined).catch((e) => e)
    expect(error).toMatchObject({ code: 'VZ408', isRetryable: true, cause: { statusCode: 503, isRetryable: true } })
    expect(error.retryAt.getTime() - Date.now()).toBe(1_000)
    expect(error.message).toContain('openai is failing (HTTP 503: status 503)')
    expect(error.message).toContain(error.retryAt.toISOString())
  })

  it('tries one call after 1, 2, 4 … 60 seconds, and closes when it works', async () => {
    const breaker = await opened()
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await vi.advanceTimersByTimeAsync(seconds * 1_000 - 1)
      expect(await outcome(breaker, down)).toBe('VZ408')
      await vi.advanceTimersByTimeAsync(1)
      expect(await outcome(breaker, down)).toBe('status 503')
    }
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await outcome(breaker, works)).toBe('answer')
    expect(await outcome(breaker, works)).toBe('answer')
    for (let index = 0; index < 5; index++) expect(await outcome(breaker, down)).toBe('status 503')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await outcome(breaker, works)).toBe('answer')
  })

  it('lets nobody else pass while one call tries', async () => {
    const breaker = await opened()
    await vi.advanceTimersByTimeAsync(1_000)
    let answer = (_: string) => {}
    const probe = breaker.run(
      () =>
        new Promise<string>((resolve) => {
          answer = resolve
        }),
      undefined,
    )
    expect(await outcome(breaker, works)).toBe('VZ408')
    answer('back')
    expect(await probe).toBe('back')
    expect(await outcome(breaker, works)).toBe('answer')
  })

  it('learns nothing from a call that its caller gave up, and much from a deadline', async () => {
    const breaker = await opened()
    await vi.advanceTimersByTimeAsync(1_000)
    const given = AbortSignal.abort()
    expect(await outcome(breaker, fails(given.reason), given)).toBe('This operation was aborted')
    expect(await outcome(breaker, works)).toBe('answer')
    const late = AbortSignal.abort(new DOMException('too slow', 'TimeoutError'))
    for (let index = 0; index < 5; index++) await outcome(breaker, fails(late.reason), late)
    expect(await outcome(breaker, works)).toBe('VZ408')
  })

  it('does not count calls that had begun before it opened', async () => {
    const breaker = createBreaker('openai')
    let fail = (_: Error) => {}
    const old = outcome(
      breaker,
      () =>
        new Promise<string>((_, reject) => {
          fail = reject
        }),
    )
    for (let index = 0; index < 5; index++) await outcome(breaker, down)
    fail(apiError(503))
    await old
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await outcome(breaker, works)).toBe('answer')
  })
})

describe('a resolver', () => {
  const failing = (begun: () => void) => async () => {
    begun()
    throw apiError(503)
  }

  it('stops calling a provider after five failures, shared by its models, and tries no more meanwhile', async () => {
    let calls = 0
    const embeddingModel = (modelId: string) => ({
      provider: 'openai.embedding',
      modelId,
      maxEmbeddingsPerCall: 10,
      supportsParallelCalls: true,
      doEmbed: failing(() => calls++),
    })
    const resolve = createResolver({ models: { openai: { embeddingModel } } })
    const small = await resolve({ model: 'openai/small', dimensions: 1 })
    const large = await resolve({ model: 'openai/large', dimensions: 1 })
    const first = rejected(small.embed(['a'], { purpose: 'document' }))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await first).toMatchObject({ code: 'VZ405' })
    expect(calls).toBe(4)
    const second = rejected(large.embed(['a'], { purpose: 'document' }))
    await vi.advanceTimersByTimeAsync(500)
    expect(await second).toMatchObject({ code: 'VZ408' })
    expect(calls).toBe(5)
    expect((await rejected(small.embed(['a'], { purpose: 'document' }))).code).toBe('VZ408')
    expect(calls).toBe(5)
  })

  it('leaves other models of the application alone', async () => {
    let calls = 0
    const models = { 'my/down': failing(() => calls++), 'my/up': async () => [[1]] }
    const resolve = createResolver({ models, retries: 0 })
    const embedder = await resolve({ model: 'my/down', dimensions: 1 })
    for (let index = 0; index < 8; index++) await rejected(embedder.embed(['a'], { purpose: 'document' }))
    expect(calls).toBe(5)
    const other = await resolve({ model: 'my/up', dimensions: 1 })
    expect((await other.embed(['a'], { purpose: 'document' })).vectors).toEqual([[1]])
  })
})
