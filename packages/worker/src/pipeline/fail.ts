// What happens to rows that were not written: a failed attempt is noted, everything else goes back to the queue.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, SqlQuery } from '@prisma-vectorizer/spec'
import { failRows, failRowsUnnoted } from '../sql/fail-rows.ts'
import { recordError } from '../sql/record-errors.ts'
import { postponeRows, releaseRows } from '../sql/release-rows.ts'
import { run } from '../sql/run.ts'
import type { Vectorizer } from '../vectorizer.ts'
import type { ClaimedRow, FailedRow, Lease, PipelineContext, Step } from './batch.ts'
import { codeOf, isMisfit, type Outage, sqlState } from './failure.ts'

/**
 * Attempts so far stay counted; the last one of `maxAttempts`, or a permanent failure, makes it final, until the source
 * row changes or somebody retries it. Each is noted in vectorizer.error. Where that cannot be written (no right to it, or
 * a database from before it) the queue alone has the error: otherwise the row would be tried, and paid for, for ever.
 */
export async function fail(
  context: PipelineContext,
  { vectorizer, token: lease }: Lease,
  failed: readonly FailedRow[],
): Promise<void> {
  const { maxAttempts } = context
  try {
    await update(context, failed, (rows) => failRows(vectorizer, lease, rows, maxAttempts))
  } catch (error) {
    if (!isMisfit(error)) throw error
    await update(context, failed, (rows) => failRowsUnnoted(vectorizer, lease, rows, maxAttempts))
    sayUnnoted(context, vectorizer, error)
  }
}

/**
 * Notes an error that is about no row: of the provider, or of the tables. It burns no attempt, and however often it
 * happens it is one row of vectorizer.error. Never rejects: that the error cannot be noted must not hide the error.
 */
export async function recordOutage(
  context: PipelineContext,
  vectorizer: Vectorizer,
  step: Step,
  { error, message }: Outage,
): Promise<void> {
  try {
    await run(context.database, recordError(vectorizer.name, { step, code: codeOf(error), message }))
  } catch (cause) {
    sayUnnoted(context, vectorizer, cause)
  }
}

/** What a worker said last; a database is a worker's own. */
const saidUnnoted = new WeakMap<Database, string>()

/** Once, not with every batch. */
function sayUnnoted({ database, logger }: PipelineContext, { label }: Vectorizer, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  if (saidUnnoted.get(database) === message) return
  saidUnnoted.set(database, message)
  logger.warn(
    { vectorizer: label, code: sqlState(error) },
    `errors cannot be noted in vectorizer.error, embedding goes on without: ${message}`,
  )
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
