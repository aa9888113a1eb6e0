// What happens to rows that were not written: a failed attempt is noted, everything else goes back to the queue.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SqlQuery } from '@prisma-vectorizer/spec'
import { failRows } from '../sql/fail-rows.ts'
import { postponeRows, releaseRows } from '../sql/release-rows.ts'
import { run } from '../sql/run.ts'
import type { ClaimedRow, FailedRow, Lease, PipelineContext } from './batch.ts'

/** Attempts so far stay counted; the last one of `maxAttempts` makes it final, until the source row changes. */
export async function fail(
  context: PipelineContext,
  { vectorizer, token: lease }: Lease,
  failed: readonly FailedRow[],
): Promise<void> {
  await update(context, failed, (rows) => {
    const held = { lease, keys: rows.map(({ row }) => row.key) }
    return failRows(
      vectorizer,
      held,
      rows.map(({ message }) => message),
      context.maxAttempts,
    )
  })
}

/** Back to the queue as if never claimed, claimable after `delaySeconds`. */
export async function release(
  context: PipelineContext,
  { vectorizer, token: lease }: Lease,
  released: readonly ClaimedRow[],
  delaySeconds: number,
): Promise<void> {
  await update(context, released, (rows) =>
    releaseRows(vectorizer, { lease, keys: rows.map(({ key }) => key) }, delaySeconds),
  )
}

/** Rows that another transaction holds: later, and each time later still. */
export async function postpone(
  context: PipelineContext,
  { vectorizer, token: lease }: Lease,
  postponed: readonly ClaimedRow[],
): Promise<void> {
  await update(context, postponed, (rows) => postponeRows(vectorizer, { lease, keys: rows.map(({ key }) => key) }))
}

/** Milliseconds between tries. */
const patience = [10, 20, 40, 80]

/**
 * The statements skip rows that are locked, mostly for the moment that another worker's claim takes: those are tried
 * again. What stays locked is being changed and will lose our lease, or keeps it until it runs out.
 */
async function update<R>(
  { database }: PipelineContext,
  rows: readonly R[],
  statement: (rows: readonly R[]) => SqlQuery,
): Promise<void> {
  let remaining = rows
  for (const delay of [0, ...patience]) {
    if (remaining.length === 0) return
    if (delay > 0) await sleep(delay)
    const done = await run<{ ordinal: number }>(database, statement(remaining))
    const ordinals = new Set(done.map(({ ordinal }) => ordinal))
    remaining = remaining.filter((_, index) => !ordinals.has(index + 1))
  }
}
