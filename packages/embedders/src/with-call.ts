// A model with another way to be called.
import type { EmbeddingModelLike } from '@prisma-vectorizer/spec'

/** `model` with `doEmbed` in the place of its own. */
export function withCall(model: EmbeddingModelLike, doEmbed: EmbeddingModelLike['doEmbed']): EmbeddingModelLike {
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
    doEmbed,
  }
}
