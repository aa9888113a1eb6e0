// Hugging Face's Inference Providers, for which there is no AI SDK embedding model: the feature-extraction endpoint.
import type { EmbeddingModelLike, EmbeddingProviderLike } from '@prisma-vectorizer/spec'
import type { Settings } from './providers.ts'

/** What text-embeddings-inference, which answers there, accepts unless configured otherwise. */
const textsPerCall = 32
const retryable = new Set([408, 409, 429])

/**
 * Models by their id on the Hub, `BAAI/bge-m3`. Texts longer than the model reads are cut by the server. Errors have the
 * AI SDK's shape: `statusCode`, `isRetryable`, `responseHeaders`, `responseBody`.
 */
export function createHuggingFace({ apiKey, baseURL }: Settings): EmbeddingProviderLike {
  const embeddingModel = (modelId: string): EmbeddingModelLike => ({
    provider: 'huggingface.embedding',
    modelId,
    maxEmbeddingsPerCall: textsPerCall,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal, headers }) {
      const path = modelId.split('/').map(encodeURIComponent).join('/')
      const response = await send(`${baseURL?.replace(/\/+$/, '')}/${path}/pipeline/feature-extraction`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...defined(headers) },
        body: JSON.stringify({ inputs: values, truncate: true }),
        ...(abortSignal ? { signal: abortSignal } : {}),
      })
      const text = await response.text()
      if (!response.ok) throw refusal(response, text)
      return { embeddings: readVectors(text, modelId) }
    },
  })
  return { embeddingModel }
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request)
  } catch (cause) {
    if (request.signal?.aborted) throw cause
    const reason = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : String(cause)
    throw Object.assign(new Error(`Cannot connect to Hugging Face: ${reason}`, { cause }), { isRetryable: true })
  }
}

function refusal(response: Response, responseBody: string): Error {
  return Object.assign(new Error(messageIn(responseBody) ?? response.statusText), {
    statusCode: response.status,
    isRetryable: retryable.has(response.status) || response.status >= 500,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody,
  })
}

/** `{"error": "…"}`, or `{"error": ["…"]}`. */
function messageIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    return error === undefined ? undefined : [error].flat().map(String).join('; ')
  } catch {
    return undefined
  }
}

function readVectors(body: string, modelId: string): number[][] {
  const vectors = JSON.parse(body) as unknown
  if (!Array.isArray(vectors)) throw new Error('Hugging Face answered with something that is no list of vectors.')
  if (Array.isArray(vectors[0]?.[0])) {
    throw new Error(`${modelId} answers with one vector per token, not per text; name a sentence-transformers model.`)
  }
  return vectors
}

function defined(headers: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
