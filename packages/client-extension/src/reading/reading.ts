// Methods that read embeddings without searching.
import type { Method } from '../prisma/method-context.ts'
import { aggregateEmbedding } from './aggregate-embedding.ts'
import { findEmbeddings } from './find-embeddings.ts'

export const readingMethods: Readonly<Record<string, Method>> = {
  findEmbeddings,
  averageEmbedding: aggregateEmbedding('avg'),
  sumEmbedding: aggregateEmbedding('sum'),
}
