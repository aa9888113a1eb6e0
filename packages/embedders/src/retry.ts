// Tries a provider call again where the provider, or the network, says that it may work.
import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddingModelLike } from '@prisma-vectorizer/spec'
import pRetry from 'p-retry'

const firstDelay = 500
/** A provider that asks for more is not waited for here: the worker's queue retries later without holding a lease. */
const longestDelay = 60_000

/** The same model; each call is tried up to `retries` times more while its failure is a passing one. */
export function retrying(model: EmbeddingModelLike, retries: number): EmbeddingModelLike {
  return {
    provider: model.provider,
    modelId: model.modelId,
    // Getters: in V2 to V4 these may be promises, made when read.
    get maxEmbeddingsPerCall() {
      return model.maxEmbeddingsPerCall
    },
    get supportsParallelCalls() {
      return model.supportsParallelCalls
    },
    doEmbed: (options) => {
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
          await sleep(delay, undefined, signal ? { signal } : {})
          return true
        },
      })
    },
  }
}

/** Milliseconds: what the answer's headers ask for, else 0.5 s doubled each time, with up to half of it taken off. */
export function retryDelay(error: unknown, retriesConsumed: number, now = Date.now()): number {
  const asked = retryAfter(responseHeaders(error), now)
  if (asked !== undefined) return asked
  // Jitter: workers that were refused together do not come back together.
  return firstDelay * 2 ** retriesConsumed * (0.5 + Math.random() / 2)
}

function retryAfter(headers: Readonly<Record<string, string | undefined>>, now: number): number | undefined {
  const milliseconds = Number.parseFloat(headers['retry-after-ms'] ?? '')
  if (milliseconds >= 0) return milliseconds
  const text = headers['retry-after']
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0) return seconds * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function responseHeaders(error: unknown): Readonly<Record<string, string | undefined>> {
  const headers = error instanceof Error && 'responseHeaders' in error ? error.responseHeaders : undefined
  return typeof headers === 'object' && headers !== null ? (headers as Record<string, string>) : {}
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/**
 * By shape, never by class: AI SDK majors do not recognise each other's errors. An `isRetryable` that is there decides
 * alone; a model of the application's own may throw what fetch threw.
 */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('isRetryable' in error && typeof error.isRetryable === 'boolean') return error.isRetryable
  if ('code' in error && typeof error.code === 'string' && networkCodes.has(error.code)) return true
  return isPassing(error.cause)
}
