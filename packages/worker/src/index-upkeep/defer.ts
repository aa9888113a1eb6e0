// For a large first backfill: without the index while it runs, which is built once at the end. Building after filling takes
// 0.21 to 0.30 of the time of filling an index.
import { minRowsOf } from '@prisma-vectorizer/spec'
import { dropIndex, ensureIndex, type UpkeepContext, type UpkeepOutcome } from './build.ts'
import { countVectors, hasVectors, isQueued } from './count.ts'
import { type IndexTarget, readTargets } from './target.ts'

/** A store that has as many vectors keeps its index: searches of it would feel the difference. */
const emptyStore = 1_000

/** A queue with fewer rows is no backfill. */
const largeQueue = 10_000

/** By their registry names; undefined: all. */
export type Deferrable = readonly { readonly name: string }[] | undefined

/**
 * Drops the indexes of stores with fewer than 1,000 vectors whose queues hold 10,000 rows or more, and returns which. A process
 * that dies before `restoreIndexes` leaves them absent: `prisma-vectorizer index` and a running worker build them, the
 * latter once the queue is empty. Nothing is dropped that this role could not build again. Throws VZ507, VZ520.
 */
export async function deferIndexes(context: UpkeepContext, vectorizers?: Deferrable): Promise<readonly IndexTarget[]> {
  const deferred: IndexTarget[] = []
  for (const target of await targetsOf(context, vectorizers)) {
    if (!(await isDeferrable(context, target))) continue
    if ((await dropIndex(context, target)) === 'dropped') deferred.push(target)
  }
  return deferred
}

export interface RestoredIndex {
  readonly target: IndexTarget
  readonly outcome: UpkeepOutcome
}

/**
 * Builds the indexes of the vectorizers that are absent or not valid, such as those that `deferIndexes` returned. One that waits
 * for a number of vectors is left absent until there are as many. Throws VZ507, VZ520.
 */
export async function restoreIndexes(
  context: UpkeepContext,
  vectorizers?: Deferrable,
): Promise<readonly RestoredIndex[]> {
  const restored: RestoredIndex[] = []
  for (const target of await targetsOf(context, vectorizers)) {
    if (target.state !== 'absent' && target.state !== 'invalid') continue
    const minRows = minRowsOf(target.spec.index)
    if (minRows !== null && !(await hasVectors(context.database, target, minRows))) continue
    restored.push({ target, outcome: await ensureIndex(context, target) })
  }
  return restored
}

async function isDeferrable({ database }: UpkeepContext, target: IndexTarget): Promise<boolean> {
  if (target.state !== 'valid' || !target.owns || target.partitioned) return false
  if (!(await isQueued(database, target, largeQueue))) return false
  return (await countVectors(database, target, emptyStore)) < emptyStore
}

async function targetsOf({ database }: UpkeepContext, vectorizers: Deferrable): Promise<readonly IndexTarget[]> {
  const names = vectorizers?.map(({ name }) => name)
  return (await readTargets(database)).filter(
    (target): target is IndexTarget => !('error' in target) && (names === undefined || names.includes(target.name)),
  )
}
