export type {
  Embedder,
  EmbedderResolver,
  EmbeddingModelLike,
  EmbeddingProviderLike,
  EmbedFunction,
} from '@prisma-vectorizer/spec'
export type { RestingError } from './breaker.ts'
export type { EmbedderWarning } from './fitting-texts.ts'
export type { LimitTable, ProviderLimits } from './limits.ts'
export { localHash } from './local-hash.ts'
export type { ModelTable } from './resolve-model.ts'
export { createResolver, type ResolverOptions, resolveEmbedder } from './resolver.ts'
