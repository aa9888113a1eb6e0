// `upsertEmbeddings` and `updateEmbeddings`: many vectors at once, into a store table or into the rows themselves.
import type { Method } from '../prisma/method-context.ts'
import { parseRows } from './parse-rows.ts'
import { writeBatches } from './write-batches.ts'

/** Throws VZ301, VZ302, VZ305 to VZ308. */
export const upsertEmbeddings: Method = async (context, args) => {
  const where = `${context.target.model}.upsertEmbeddings`
  return { count: await writeBatches(context, parseRows(context.target, args, 'table', where), where) }
}

/** Throws VZ301, VZ302, VZ305 to VZ308. */
export const updateEmbeddings: Method = async (context, args) => {
  const where = `${context.target.model}.updateEmbeddings`
  return { count: await writeBatches(context, parseRows(context.target, args, 'column', where), where) }
}
