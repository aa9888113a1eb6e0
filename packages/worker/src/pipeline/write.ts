// Step 6 of 6: replaces what is stored of a batch in one short transaction. Nothing is written of a row that was changed,
// deleted or taken over by another worker since it was claimed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '@prisma-vectorizer/spec'
import { dequeueRows } from '../sql/dequeue-rows.ts'
import { type LockRow, lockRows } from '../sql/lock-rows.ts'
import { run } from '../sql/run.ts'
import type { ChunkedRow, EmbeddedRow, FailedRow, Lease, PipelineContext } from './batch.ts'
import { describeFailure, isConnectionFailure, isContention, isMisfit } from './failure.ts'
import { keysOf, lockStore, replaceStored } from './replace-stored.ts'

export interface WriteOutcome {
  readonly written: EmbeddedRow[]
  /** Rows whose source row is gone: out of the queue, and out of the store. */
  readonly removed: EmbeddedRow[]
  /** Rows that another transaction holds. */
  readonly busy: EmbeddedRow[]
  /** Rows that lost the lease: changed since, so they are queued again already. */
  readonly lost: ChunkedRow[]
  readonly failed: FailedRow[]
}

/**
 * Milliseconds between tries at busy rows. Most are busy for a moment: the claim of another worker, started before
 * ours was committed, locks rows it then finds taken.
 */
const patience = [20, 40, 80, 160, 320]

const nothing = (): WriteOutcome => ({ written: [], removed: [], busy: [], lost: [], failed: [] })

/** Throws errors that are about the connection or the tables, not about a row. */
export async function write(
  context: PipelineContext,
  lease: Lease,
  rows: readonly EmbeddedRow[],
): Promise<WriteOutcome> {
  let outcome = await tryWrite(context, lease, rows)
  for (const delay of patience) {
    if (outcome.busy.length === 0) break
    await sleep(delay)
    outcome = joined([{ ...outcome, busy: [] }, await tryWrite(context, lease, outcome.busy)])
  }
  return outcome
}

async function tryWrite(context: PipelineContext, lease: Lease, rows: readonly EmbeddedRow[]): Promise<WriteOutcome> {
  if (rows.length === 0) return nothing()
  try {
    return await context.database.transaction((connection) => writeBatch(context, lease, rows, connection))
  } catch (error) {
    if (isMisfit(error) || isConnectionFailure(error)) throw error
    const [row] = rows
    if (rows.length > 1 || !row) return writeOneByOne(context, lease, rows)
    if (isContention(error)) return { ...nothing(), busy: [row] }
    return { ...nothing(), failed: [{ row, message: describeFailure(error, row.chunks) }] }
  }
}

/** After an error about one of the rows: the others are not its prisoners. */
async function writeOneByOne(
  context: PipelineContext,
  lease: Lease,
  rows: readonly EmbeddedRow[],
): Promise<WriteOutcome> {
  const outcomes: WriteOutcome[] = []
  for (const row of rows) outcomes.push(await tryWrite(context, lease, [row]))
  return joined(outcomes)
}

function joined(outcomes: readonly WriteOutcome[]): WriteOutcome {
  return {
    written: outcomes.flatMap(({ written }) => written),
    removed: outcomes.flatMap(({ removed }) => removed),
    busy: outcomes.flatMap(({ busy }) => busy),
    lost: outcomes.flatMap(({ lost }) => lost),
    failed: outcomes.flatMap(({ failed }) => failed),
  }
}

async function writeBatch(
  { binary }: PipelineContext,
  { vectorizer, token }: Lease,
  rows: readonly EmbeddedRow[],
  connection: Queryable,
): Promise<WriteOutcome> {
  await lockStore(vectorizer, connection)
  const locks = await run<LockRow>(connection, lockRows(vectorizer, token, keysOf(rows)))
  const states = new Map(locks.map(({ ordinal, state }) => [ordinal - 1, state]))
  const outcome = nothing()
  for (const [index, row] of rows.entries()) {
    const state = states.get(index)
    if (state === undefined) outcome.lost.push(row)
    else if (state === 'gone') outcome.removed.push(row)
    // A row that was not there when it was loaded, and is now: its text was never read.
    else if (state === 'busy' || row.gone) outcome.busy.push(row)
    else outcome.written.push(row)
  }

  const finished = keysOf([...outcome.written, ...outcome.removed])
  if (finished.length === 0) return outcome
  await replaceStored(vectorizer, outcome, binary, connection)
  await run(connection, dequeueRows(vectorizer, finished))
  return outcome
}
