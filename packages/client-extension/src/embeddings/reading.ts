// Methods that read embeddings without searching.
import { aggregateEmbedding } from './aggregate-embedding.ts'
import { findEmbeddings } from './find-embeddings.ts'
import type { Method } from './method-context.ts'

export const readingMethods: Readonly<Record<string, Method>> = {
  findEmbeddings,
  averageEmbedding: aggregateEmbedding('avg'),
  sumEmbedding: aggregateEmbedding('sum'),
}
