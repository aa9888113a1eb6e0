// A large backfill without the index, which is built once the queue is empty (`buildIndexAfter`).
import { deferIndexes, restoreIndexes } from './index-upkeep/defer.ts'
import type { WorkerContext } from './worker-context.ts'

/** Runs `drain` without the indexes of large backfills. Throws VZ520 where one cannot be dropped or built. */
export async function drainWithoutIndex<T>(
  context: WorkerContext,
  selected: readonly string[] | undefined,
  drain: () => Promise<T>,
): Promise<T> {
  const { database, openSession, logger, stopping } = context
  const upkeep = { database, openSession, signal: stopping }
  const vectorizers = selected ? (await context.readRegistry()).vectorizers : undefined
  for (const { label: vectorizer } of await deferIndexes(upkeep, vectorizers)) {
    logger.info({ vectorizer }, `${vectorizer}: dropped its index for the backfill, to be built after it`)
  }
  // Where this fails, or the process dies, a running worker or `prisma-vectorizer index` builds what is missing.
  const drained = await drain()
  for (const { target, outcome } of await restoreIndexes(upkeep, vectorizers)) {
    logger.info({ vectorizer: target.label, outcome }, `${target.label}: its index is ${outcome}`)
  }
  return drained
}
