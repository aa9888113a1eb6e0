// An AI SDK model, of any version, as the checked embedder the worker and the client use.
import { callBatches } from './call-batches.ts'
import type { Embedder, EmbeddingModelLike, EmbeddingProviderLike, EmbedPurpose } from './embedder.ts'
import { assertAnswer } from './embedding-answer.ts'
import { VectorizerError } from './errors.ts'
import { byteLength } from './names.ts'
import { inParallel } from './parallel-calls.ts'
import { callLimits, providerCallOptions, providerName } from './provider-options.ts'

/**
 * Wraps `model`: splits by what one call may carry (texts and tokens), asks for `dimensions` and for the document or
 * query kind in the provider's own words, and checks every answer. Calls of one request run at the same time where the
 * model supports that: up to 4, or 16 where a call takes one text; the first failure ends the others.
 *
 * `name` is what messages call the model; `provider/modelId` by default. `tokens` of the result is the sum the
 * provider reported, undefined when it did not for every call.
 *
 * Throws VZ403 (wrong number of vectors), VZ404 (wrong length, not finite), VZ407 (`dimensions` out of range);
 * what the provider throws passes through.
 */
export function embedderFromModel(
  model: EmbeddingModelLike,
  options: { readonly dimensions: number; readonly name?: string },
): Embedder {
  const { dimensions } = options
  const name = options.name ?? `${providerName(model)}/${model.modelId}`
  assertDimensions(dimensions, name)
  let refusedDimensions = false

  async function call(values: string[], purpose: EmbedPurpose, signal: AbortSignal | undefined) {
    const send = (asked: number | undefined) =>
      model.doEmbed({
        values,
        ...(signal ? { abortSignal: signal } : {}),
        ...providerCallOptions(model, purpose, asked),
      })
    const asked = refusedDimensions ? undefined : dimensions
    try {
      return await send(asked)
    } catch (error) {
      // Servers such as vLLM refuse the option for models of one length even when it equals that length, and no list
      // of models can be complete; without it the check of the answer still decides.
      if (asked === undefined || !refusesDimensions(error)) throw error
      const answer = await send(undefined)
      // Only now: the text of an answer may speak of dimensions for another reason.
      refusedDimensions = true
      return answer
    }
  }

  return {
    name,
    async embed(texts, { purpose, signal }) {
      const limits = await callLimits(model)
      const sizes = texts.map((text) => (Number.isFinite(limits.tokens) ? byteLength(text) * limits.tokensPerByte : 0))
      const answers = await inParallel(
        callBatches(sizes, limits),
        limits.calls,
        signal,
        async ([start, end], signal) => {
          const { embeddings, usage } = await call(texts.slice(start, end), purpose, signal)
          assertAnswer(embeddings, { name, dimensions, count: end - start, first: start })
          return { embeddings, usage }
        },
      )
      const vectors: number[][] = []
      let tokens: number | undefined = 0
      for (const { embeddings, usage } of answers) {
        for (const vector of embeddings) vectors.push(vector)
        const used: number | undefined = usage?.tokens
        // NaN: Bedrock's Cohere models where the response lacks a header.
        tokens = tokens === undefined || used === undefined || Number.isNaN(used) ? undefined : tokens + used
      }
      return { vectors, tokens }
    },
  }
}

/**
 * The embedding model `modelId` of an AI SDK provider object (`openai`, `createCohere()`, …) of any version.
 * Throws VZ401 when the object makes no embedding models, or refuses to make this one.
 */
export function modelFromProvider(provider: EmbeddingProviderLike, modelId: string): EmbeddingModelLike {
  // Newest name first: the later ones are deprecated in V3, where they still exist.
  const names = ['embeddingModel', 'textEmbeddingModel', 'textEmbedding', 'embedding'] as const
  const name = names.find((each) => typeof provider[each] === 'function')
  try {
    const model = name && provider[name]?.(modelId)
    if (model) return model
  } catch (cause) {
    throw new VectorizerError('VZ401', {
      fact: `The provider makes no embedding model "${modelId}": ${cause instanceof Error ? cause.message : cause}`,
      fix: 'Name an embedding model that the provider offers.',
      cause,
    })
  }
  throw new VectorizerError('VZ401', {
    fact: `The provider object given for the model "${modelId}" makes no embedding models.`,
    why: `It has none of ${names.map((each) => `\`${each}()\``).join(', ')}.`,
    fix: 'Pass an AI SDK provider that offers embeddings, e.g. `openai` of `@ai-sdk/openai`, or a model itself.',
  })
}

function assertDimensions(dimensions: number, name: string): void {
  if (Number.isInteger(dimensions) && dimensions >= 1) return
  throw new VectorizerError('VZ407', {
    fact: `${name}: ${dimensions} is not a number of dimensions.`,
    fix: 'Pass the `dimensions` of the vectorizer, a whole number from 1.',
  })
}

/** An HTTP 400 or 422 that speaks of dimensions. By shape: AI SDK error classes differ from major to major. */
function refusesDimensions(error: unknown): boolean {
  if (!(error instanceof Error) || !('statusCode' in error)) return false
  if (error.statusCode !== 400 && error.statusCode !== 422) return false
  const body = 'responseBody' in error ? String(error.responseBody) : ''
  return /dimension|matryoshka/i.test(`${error.message} ${body}`)
}
