// A provider's failure in our words: VZ405 with its status and message, and nothing that looks like a key.
import { type Embedder, isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { statusOf } from './failure-kind.ts'

/** The same embedder; whatever its provider throws becomes VZ405. Aborts and coded errors pass through. */
export function reportingFailures(embedder: Embedder): Embedder {
  return {
    name: embedder.name,
    async embed(texts, options) {
      try {
        return await embedder.embed(texts, options)
      } catch (error) {
        if (isVectorizerError(error) || options.signal?.aborted) throw error
        throw providerFailure(embedder.name, error)
      }
    },
  }
}

function providerFailure(name: string, cause: unknown): VectorizerError {
  const status = statusOf(cause)
  const said = saidBy(cause)
  return new VectorizerError('VZ405', {
    fact: status === undefined ? `${name} failed: ${said}` : `${name} answered HTTP ${status}: ${said}`,
    fix: fixFor(status),
    cause,
  })
}

/** The message of a provider's error, without keys. */
export const saidBy = (cause: unknown): string => redacted(messageOf(cause))

/** A provider whose error body has an unknown form leaves the message empty; the body itself then says most. */
function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const body = 'responseBody' in cause && typeof cause.responseBody === 'string' ? cause.responseBody.trim() : ''
  return cause.message || body.slice(0, 300) || cause.name
}

function fixFor(status: number | undefined): string {
  if (status === undefined) return 'Check that the provider can be reached from here: its base URL, and its server.'
  if (status === 401 || status === 403) return 'Check the API key in the environment of this process.'
  if (status === 404) return 'Check the name of the model, and the base URL.'
  if (status === 429) return "Wait, lower the worker's concurrency, or raise the provider's limit."
  if (status >= 500) return 'Try again later; the provider is failing.'
  return 'Mend what the provider complains about.'
}

// Messages go to logs and into the queue's error column; providers repeat keys in them.
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer\s+)[^\s"',;]{8,}/gi, '$1[redacted]'],
  [/\b(Basic\s+)[A-Za-z0-9+/=]{16,}/g, '$1[redacted]'],
  [/\b(sk|rk|pa|hf|gsk|xai)[-_][\w*.-]{6,}/gi, '[redacted]'],
  [/\bAIza[\w-]{20,}/g, '[redacted]'],
  [
    /\b((?:x-)?api[-_ ]?key|access[-_ ]?token|token|secret|password)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
    '$1$2[redacted]',
  ],
  [/(https?:\/\/)[^\s/@:]+:[^\s/@]+@/gi, '$1[redacted]@'],
]

/** `text` without keys, tokens and passwords. */
export function redacted(text: string): string {
  return secrets.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
}
