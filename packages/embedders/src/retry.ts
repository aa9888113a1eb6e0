// Tries a provider call again where the provider, or the network, says that it may work.
import type { EmbeddingModelLike } from '@prisma-vectorizer/spec'
import pRetry from 'p-retry'
import { sleep } from './clock.ts'
import { isPassing, longestDelay, retryAfter } from './failure-kind.ts'
import { withCall } from './with-call.ts'

const firstDelay = 500

/** The same model; each call is tried up to `retries` times more while its failure is a passing one. */
export function retrying(model: EmbeddingModelLike, retries: number): EmbeddingModelLike {
  return withCall(model, (options) => {
    const signal = options.abortSignal
    return pRetry(() => model.doEmbed(options), {
      retries,
      ...(signal ? { signal } : {}),
      // p-retry's own delay would come on top of what `retry-after` asks for, so the waiting is ours.
      minTimeout: 0,
      async shouldRetry({ error, retriesConsumed }) {
        if (!isPassing(error)) return false
        const delay = retryDelay(error, retriesConsumed)
        if (delay > longestDelay) return false
        await sleep(delay, signal)
        return true
      },
    })
  })
}

/** Milliseconds: what the answer's headers ask for, else 0.5 s doubled each time, with up to half of it taken off. */
export function retryDelay(error: unknown, retriesConsumed: number, now = Date.now()): number {
  // Jitter: workers that were refused together do not come back together.
  return retryAfter(error, now) ?? firstDelay * 2 ** retriesConsumed * (0.5 + Math.random() / 2)
}
