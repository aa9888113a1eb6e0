// One account's limits: who waits, for how long, in what order.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createResolver, type EmbedFunction, type LimitTable, type ModelTable } from '../src/index.ts'
import { createLane } from '../src/lane.ts'
import { apiError } from './support/failing-with.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Call = Parameters<ReturnType<typeof createLane>>[0]

/** A call that takes `duration` ms; the times at which calls began, in seconds since the start of the test. */
function recorder(duration = 0) {
  const start = Date.now()
  const times: number[] = []
  const names: string[] = []
  let running = 0
  let most = 0
  const call: Call = async ({ values }) => {
    times.push((Date.now() - start) / 1_000)
    names.push(values[0] as string)
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, duration))
    running--
    return { embeddings: values.map(() => [1]) }
  }
  return { call, times, names, most: () => most }
}
const run = (lane: ReturnType<typeof createLane>, call: Call, values: string[], abortSignal?: AbortSignal) =>
  lane(call, { values, ...(abortSignal ? { abortSignal } : {}) })

describe('a lane', () => {
  it('without limits makes every call at once', async () => {
    const lane = createLane('my')
    const { call, times } = recorder(10)
    const calls = Promise.all(Array.from({ length: 50 }, (_, index) => run(lane, call, [`${index}`])))
    await vi.advanceTimersByTimeAsync(10)
    await calls
    expect(new Set(times)).toEqual(new Set([0]))
  })

  it('makes at most `concurrency` calls at once, in the order they came', async () => {
    const lane = createLane('my', { concurrency: 3 })
    const { call, names, most } = recorder(10)
    const calls = Promise.all(Array.from({ length: 10 }, (_, index) => run(lane, call, [`${index}`])))
    await vi.advanceTimersByTimeAsync(100)
    await calls
    expect(most()).toBe(3)
    expect(names).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  it('makes at most `requestsPerMinute` calls in any minute', async () => {
    const lane = createLane('my', { requestsPerMinute: 3 })
    const { call, times } = recorder()
    const calls = Promise.all(Array.from({ length: 8 }, (_, index) => run(lane, call, [`${index}`])))
    await vi.advanceTimersByTimeAsync(121_000)
    await calls
    expect(times.slice(0, 3)).toEqual([0, 0, 0])
    for (const [index, time] of times.entries()) {
      const third = times[index + 3]
      if (third !== undefined) expect(third - time).toBeGreaterThanOrEqual(60)
    }
  })

  it('sends `tokensPerMinute` estimated tokens: a burst, then as fast as they come back, large ones in their turn', async () => {
    const lane = createLane('my', { tokensPerMinute: 6_000 })
    const { call, times, names } = recorder()
    // 1,500 tokens each, then 12,000, which a full bucket must do for, then 1.
    const texts = [...'abcde'].map((letter) => letter.repeat(6_000))
    const calls = Promise.all([...texts, 'l'.repeat(48_000), 's'].map((text) => run(lane, call, [text])))
    await vi.advanceTimersByTimeAsync(600_000)
    await calls
    expect(names.map((text) => text[0])).toEqual(['a', 'b', 'c', 'd', 'e', 'l', 's'])
    expect(times.slice(0, 4)).toEqual([0, 0, 0, 0])
    expect(times[4]).toBeCloseTo(15, 1)
    expect(times[5]).toBeCloseTo(75, 1)
    // The large one left the bucket 6,000 tokens in debt.
    expect(times[6]).toBeGreaterThan(135)
  })

  it('corrects its estimate by what the provider reports', async () => {
    const lane = createLane('my', { tokensPerMinute: 6_000 })
    const start = Date.now()
    const times: number[] = []
    // 1,000 estimated, 4,000 used.
    const call: Call = async () => {
      times.push((Date.now() - start) / 1_000)
      return { embeddings: [[1]], usage: { tokens: 4_000 } }
    }
    const calls = (async () => {
      for (let index = 0; index < 3; index++) await run(lane, call, ['x'.repeat(4_000)])
    })()
    await vi.advanceTimersByTimeAsync(60_000)
    await calls
    // After two calls 2,000 are missing, and the third needs 1,000.
    expect(times).toEqual([0, 0, 30])
  })

  it.each([{ concurrency: 1 }, { requestsPerMinute: 1 }, { tokensPerMinute: 1 }])(
    'hears a signal while a call waits for %j, and goes on with the next',
    async (limits) => {
      const lane = createLane('my', limits)
      const { call, names } = recorder(1_000)
      const controller = new AbortController()
      const first = run(lane, call, ['1234'])
      const second = run(lane, call, ['second'], controller.signal)
      const ended = expect(second).rejects.toThrow('enough')
      await vi.advanceTimersByTimeAsync(1)
      controller.abort(new Error('enough'))
      await ended
      await vi.advanceTimersByTimeAsync(1_000)
      await first
      const third = run(lane, call, ['3456'])
      await vi.advanceTimersByTimeAsync(300_000)
      await third
      expect(names).toEqual(['1234', '3456'])
    },
  )
})

describe('"too many requests"', () => {
  it('with Retry-After pauses every call of the lane, not only its own', async () => {
    const lane = createLane('my', { concurrency: 4 })
    const { call, times } = recorder()
    const refused: Call = async () => Promise.reject(apiError(429, { 'retry-after': '20' }))
    await expect(run(lane, refused, ['a'])).rejects.toThrow('429')
    const calls = Promise.all(Array.from({ length: 20 }, () => run(lane, call, ['b'])))
    await vi.advanceTimersByTimeAsync(19_999)
    expect(times).toEqual([])
    await vi.advanceTimersByTimeAsync(1_002)
    await calls
    expect(Math.min(...times)).toBeGreaterThanOrEqual(20)
    // Spread over a second: they do not come back together.
    expect(new Set(times.slice(0, 4)).size).toBeGreaterThan(1)
  })

  it('that lasts longer than a minute is not waited for', async () => {
    const lane = createLane('my')
    const refused: Call = async () => Promise.reject(apiError(429, { 'retry-after': '3600' }))
    await expect(run(lane, refused, ['a'])).rejects.toThrow('429')
    const error = await run(lane, refused, ['b']).catch((e) => e)
    expect(error).toMatchObject({ code: 'VZ408', isRetryable: true })
    expect(error.retryAt.getTime() - Date.now()).toBe(60_000)
  })

  it('ends with the signal of a call that waits', async () => {
    const lane = createLane('my')
    await expect(run(lane, async () => Promise.reject(apiError(429, { 'retry-after': '20' })), ['a'])).rejects.toThrow()
    const waiting = run(lane, recorder().call, ['b'], AbortSignal.abort(new Error('enough')))
    await expect(waiting).rejects.toThrow('enough')
  })
})

describe('createResolver({ limits })', () => {
  /** Begins one call of each model; returns how many are under way after `milliseconds`. */
  async function underWay(models: readonly string[], limits: LimitTable, table: (begun: () => void) => ModelTable) {
    let count = 0
    const resolve = createResolver({ models: table(() => count++), limits })
    for (const model of models) {
      const embedder = await resolve({ model, dimensions: 1 })
      void embedder.embed(['a'], { purpose: 'document' })
    }
    await vi.advanceTimersByTimeAsync(1)
    return count
  }
  const pending =
    (begun: () => void): EmbedFunction =>
    () => {
      begun()
      return new Promise(() => {})
    }
  const provider = (begun: () => void) => ({
    embeddingModel: (modelId: string) => ({
      provider: 'openai.embedding',
      modelId,
      maxEmbeddingsPerCall: 10,
      supportsParallelCalls: true,
      doEmbed: () => {
        begun()
        return new Promise<never>(() => {})
      },
    }),
  })

  it('counts the models of one provider together', async () => {
    const table = (begun: () => void) => ({ openai: provider(begun) })
    const models = ['openai/small', 'openai/large', 'openai/small']
    expect(await underWay(models, {}, table)).toBe(3)
    expect(await underWay(models, { openai: { concurrency: 2 } }, table)).toBe(2)
    expect(await underWay(models, { openai: { concurrency: 2 }, 'openai/large': { concurrency: 1 } }, table)).toBe(3)
  })

  it('counts single models together where the limit names their common part, else apart', async () => {
    const table = (begun: () => void) => ({ 'my/a': pending(begun), 'my/b': pending(begun) })
    const models = ['my/a', 'my/b', 'my/b']
    expect(await underWay(models, { my: { concurrency: 1 } }, table)).toBe(1)
    expect(await underWay(models, { 'my/b': { concurrency: 1 } }, table)).toBe(2)
  })

  it.each([
    [{ openai: { requestsPerMinute: 0 } }, 'limits["openai"].requestsPerMinute is 0'],
    [{ openai: { tokensPerMinute: Number.NaN } }, 'limits["openai"].tokensPerMinute is NaN'],
    [{ openai: { concurrency: 1.5 } }, 'limits["openai"].concurrency is 1.5'],
    [{ openai: { requestPerMinute: 5 } }, 'limits["openai"] has no option "requestPerMinute"'],
    [{ opneai: { concurrency: 1 } }, 'limits["opneai"] is about no provider'],
  ])('refuses %j', (limits, fact) => {
    const make = () => createResolver({ limits: limits as LimitTable })
    expect(make).toThrow(expect.objectContaining({ code: 'VZ409', fact: expect.stringContaining(fact) }))
  })

  it('names the nearest provider, and takes those of `models`', () => {
    expect(() => createResolver({ limits: { opneai: {} } })).toThrow('Did you mean "openai"?')
    createResolver({ models: { 'my/model': async () => [] }, limits: { my: { concurrency: 1 } } })
    createResolver({ limits: { 'openai/text-embedding-3-small': { concurrency: 1 }, voyage: undefined } })
  })

  it.each([-1, 1.5, Number.NaN])('refuses %d retries', (retries) => {
    expect(() => createResolver({ retries })).toThrow(expect.objectContaining({ code: 'VZ409' }))
  })
})
