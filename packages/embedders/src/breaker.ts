// Stops calling a provider that is failing: an outage then costs neither attempts nor minutes.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { longestDelay, providerState, statusOf } from './failure-kind.ts'
import { saidBy } from './provider-failure.ts'

/** Failures in a row, of any calls, that stop them. */
const threshold = 5
const firstRest = 1_000

/** VZ408: a call was not made because the provider is failing. Waiting mends it, as `isRetryable` tells the worker. */
export type RestingError = VectorizerError & { readonly isRetryable: true; readonly retryAt: Date }

export interface Breaker {
  /** Throws VZ408 while calls rest, or while one of them probes whether the provider is back. */
  assertMayCall(): void
  /** Makes `call` unless calls rest, and learns from how it ends. */
  run<Result>(call: () => PromiseLike<Result>, signal: AbortSignal | undefined): Promise<Result>
  /** Rests for `milliseconds`, at most a minute, because of `error`. */
  rest(milliseconds: number, error: unknown): void
}

/**
 * Closed at first. Five failures in a row (5xx, network, timeouts), or one refused key, open it for 1 s; then one call
 * tries, and each time it fails the rest is twice as long, up to 60 s. `name` is what messages call the provider.
 */
export function createBreaker(name: string): Breaker {
  let failures = 0
  let rests = 0
  let retryAt: number | undefined
  let probing = false
  let lastError: unknown

  function assertMayCall(): void {
    const now = Date.now()
    if (retryAt === undefined || (now >= retryAt && !probing)) return
    throw restingError(name, new Date(Math.max(retryAt, now + firstRest)), lastError)
  }

  function rest(milliseconds: number, error: unknown): void {
    retryAt = Date.now() + Math.min(milliseconds, longestDelay)
    lastError = error
    rests++
  }

  function learn(error: unknown, probe: boolean, signal: AbortSignal | undefined): void {
    const state = providerState(error, signal)
    if (state === 'alive') close()
    if (state !== 'down' && state !== 'refused') return
    failures++
    // A call that began before the rest says nothing new.
    if (retryAt !== undefined && !probe) return
    if (probe || state === 'refused' || failures >= threshold) rest(firstRest * 2 ** rests, error)
  }

  function close(): void {
    failures = 0
    rests = 0
    retryAt = undefined
    lastError = undefined
  }

  return {
    assertMayCall,
    rest,
    async run(call, signal) {
      assertMayCall()
      const probe = retryAt !== undefined
      probing ||= probe
      try {
        const answer = await call()
        close()
        return answer
      } catch (error) {
        learn(error, probe, signal)
        throw error
      } finally {
        if (probe) probing = false
      }
    },
  }
}

function restingError(name: string, retryAt: Date, cause: unknown): RestingError {
  const status = statusOf(cause)
  const error = new VectorizerError('VZ408', {
    fact: `The provider of ${name} is failing (${status === undefined ? '' : `HTTP ${status}: `}${saidBy(cause)}).`,
    why: `Calls rest until ${retryAt.toISOString()}; then one of them tries again.`,
    fix:
      status === 401 || status === 403
        ? 'Check the API key in the environment of this process.'
        : 'Wait, or mend what the provider complains about.',
    cause,
  })
  return Object.assign(error, { isRetryable: true as const, retryAt })
}
