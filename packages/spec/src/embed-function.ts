// A plain function as an embedding model: the shortest way to a model of one's own.
import type { EmbeddingModelLike, EmbedFunction, EmbedPurpose } from './embedder.ts'

/** The `provider` of a model made from a function; its options arrive under this key, see `provider-options.ts`. */
export const functionProvider = 'function'

/** Tells a function from an AI SDK provider, which can be called too. */
export function isEmbedFunction(candidate: unknown): candidate is EmbedFunction {
  const methods = ['doEmbed', 'embeddingModel', 'textEmbeddingModel', 'textEmbedding', 'embedding']
  return typeof candidate === 'function' && !methods.some((method) => method in candidate)
}

/** The model `name` that `embed` is: all texts of a request in one call. */
export function modelFromFunction(name: string, embed: EmbedFunction): EmbeddingModelLike {
  return {
    provider: functionProvider,
    modelId: name,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal, providerOptions }) {
      const options = providerOptions?.[functionProvider] as { purpose: EmbedPurpose; dimensions: number }
      const vectors = await embed(values, { ...options, signal: abortSignal ?? new AbortController().signal })
      if (!Array.isArray(vectors))
        throw new TypeError(`The function returned ${typeof vectors}, not an array of vectors.`)
      return { embeddings: vectors.map((vector) => (Array.isArray(vector) ? vector : Array.from(vector))) }
    },
  }
}
