export type { Embedder, EmbedderResolver, EmbeddingModelLike, EmbeddingProviderLike } from '@prisma-vectorizer/spec'
export { localHash } from './local-hash.ts'
export type { ModelTable } from './resolve-model.ts'
export { createResolver, type ResolverOptions, resolveEmbedder } from './resolver.ts'
