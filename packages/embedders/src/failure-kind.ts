// What a failed provider call says about the next one. By shape, never by class: AI SDK majors do not recognise each
// other's errors.
import { isVectorizerError } from '@prisma-vectorizer/spec'

/** A provider that asks for more is not waited for here: the worker's queue retries later without holding a lease. */
export const longestDelay = 60_000

/** The HTTP status, if there was an answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
}

/** Milliseconds that the answer's headers ask to wait. */
export function retryAfter(error: unknown, now = Date.now()): number | undefined {
  const headers = responseHeaders(error)
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
 * May the same call work later? An `isRetryable` that is there decides alone; a model of the application's own may
 * throw what fetch threw. Errors of ours have been through this already.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || isVectorizerError(error)) return false
  if ('isRetryable' in error && typeof error.isRetryable === 'boolean') return error.isRetryable
  if ('code' in error && typeof error.code === 'string' && networkCodes.has(error.code)) return true
  return error.name === 'TimeoutError' || isPassing(error.cause)
}

/**
 * What a failure says about the provider: it is `down`, it `refused` the key, or it is `alive` and objects to the call;
 * undefined when nothing can be told, e.g. because the caller gave up.
 */
export function providerState(
  error: unknown,
  signal: AbortSignal | undefined,
): 'down' | 'refused' | 'alive' | undefined {
  // An abort with an error of ours is a deadline: the provider has not answered for too long.
  if (signal?.aborted) return isTimeout(signal.reason) ? 'down' : undefined
  const status = statusOf(error)
  if (status === undefined) return isPassing(error) ? 'down' : undefined
  if (status === 401 || status === 403) return 'refused'
  return status >= 500 || status === 408 ? 'down' : 'alive'
}

function isTimeout(reason: unknown): boolean {
  return isVectorizerError(reason) || (reason instanceof Error && reason.name === 'TimeoutError')
}
