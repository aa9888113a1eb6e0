// Methods that write vectors which the application brings.
import { deleteEmbeddings } from './delete-embeddings.ts'
import type { Method } from './method-context.ts'
import { updateEmbeddings, upsertEmbeddings } from './write-many.ts'
import { createWithEmbedding, updateEmbedding } from './write-one.ts'

export const writingMethods: Readonly<Record<string, Method>> = {
  upsertEmbeddings,
  updateEmbeddings,
  updateEmbedding,
  createWithEmbedding,
  deleteEmbeddings,
}
