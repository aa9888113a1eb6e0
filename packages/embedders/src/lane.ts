// The way to one account of a provider, shared by everything that uses it: limits, pauses and the breaker.
import { byteLength, type EmbeddingModelLike } from '@prisma-vectorizer/spec'
import PQueue from 'p-queue'
import { createBreaker } from './breaker.ts'
import { sleep } from './clock.ts'
import { longestDelay, retryAfter, statusOf } from './failure-kind.ts'
import type { ProviderLimits } from './limits.ts'
import { createTokenBucket } from './token-bucket.ts'
import { withCall } from './with-call.ts'

type Call = EmbeddingModelLike['doEmbed']
type CallOptions = Parameters<Call>[0]
type CallAnswer = Awaited<ReturnType<Call>>

/** Calls `doEmbed` as soon as the account allows. Throws VZ408 while the provider is failing. */
export type Lane = (doEmbed: Call, options: CallOptions) => Promise<CallAnswer>

const tokensPerByte = 0.25

/** The same model, with every call in `lane`. */
export const inLane = (model: EmbeddingModelLike, lane: Lane): EmbeddingModelLike =>
  withCall(model, (options) => lane((again) => model.doEmbed(again), options))

/** Waiting calls go in the order they came. `name` is what messages call the provider. */
export function createLane(name: string, limits: ProviderLimits = {}): Lane {
  const breaker = createBreaker(name)
  const slots = limits.concurrency === undefined ? undefined : new PQueue({ concurrency: limits.concurrency })
  const bucket = limits.tokensPerMinute === undefined ? undefined : createTokenBucket(limits.tokensPerMinute)
  const gate = createGate(limits)
  let pausedUntil = 0
  let spread = 0

  /** A pause may grow while it is waited for; calls come back one after another, not all at once. */
  async function pauseEnds(signal: AbortSignal | undefined): Promise<void> {
    while (Date.now() < pausedUntil) await sleep(pausedUntil - Date.now() + Math.random() * spread, signal)
  }

  /** One account, one answer: "too many requests" is said to all its calls, not to this one. */
  function heed(error: unknown): void {
    const asked = statusOf(error) === 429 ? retryAfter(error) : undefined
    if (asked === undefined) return
    if (asked > longestDelay) {
      breaker.rest(asked, error)
    } else {
      pausedUntil = Math.max(pausedUntil, Date.now() + asked)
      spread = Math.min(asked, 1_000)
    }
  }

  async function call(doEmbed: Call, options: CallOptions): Promise<CallAnswer> {
    const signal = options.abortSignal
    const tokens = bucket ? estimatedTokens(options.values) : 0
    await passing(gate, signal, async () => {
      breaker.assertMayCall()
      await pauseEnds(signal)
      await bucket?.take(tokens, signal)
    })
    try {
      const answer = await breaker.run(() => doEmbed(options), signal)
      const used = answer.usage?.tokens
      if (used !== undefined && Number.isFinite(used)) bucket?.correct(tokens - used)
      return answer
    } catch (error) {
      heed(error)
      throw error
    }
  }

  return async (doEmbed, options) => {
    breaker.assertMayCall()
    return passing(slots, options.abortSignal, () => call(doEmbed, options))
  }
}

/**
 * Where calls wait for their minute, one at a time, so that a small one does not overtake a large one, and so that a
 * request is counted when it is sent. Without limits there is nothing to take turns for.
 */
function createGate({ requestsPerMinute, tokensPerMinute }: ProviderLimits): PQueue | undefined {
  if (requestsPerMinute === undefined && tokensPerMinute === undefined) return undefined
  if (requestsPerMinute === undefined) return new PQueue({ concurrency: 1 })
  return new PQueue({ concurrency: 1, intervalCap: requestsPerMinute, interval: 60_000, strict: true })
}

async function passing<Result>(
  queue: PQueue | undefined,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  return queue ? queue.add(work, signal ? { signal } : {}) : work()
}

function estimatedTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + byteLength(text), 0) * tokensPerByte
}
