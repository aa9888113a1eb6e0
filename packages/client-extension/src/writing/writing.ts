// Methods that write vectors which the application brings.
import type { Method } from '../prisma/method-context.ts'
import { deleteEmbeddings } from './delete-embeddings.ts'
import { updateEmbeddings, upsertEmbeddings } from './write-many.ts'
import { createWithEmbedding, updateEmbedding } from './write-one.ts'

export const writingMethods: Readonly<Record<string, Method>> = {
  upsertEmbeddings,
  updateEmbeddings,
  updateEmbedding,
  createWithEmbedding,
  deleteEmbeddings,
}
