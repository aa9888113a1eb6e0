// Step 8: replaces what is stored of a batch in one short transaction. Nothing is written of a row that was changed,
// deleted or taken over by another worker since it was claimed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '@prisma-vectorizer/spec'
import { dequeueRows } from '../sql/dequeue-rows.ts'
import { type LockRow, lockRows } from '../sql/lock-rows.ts'
import { run } from '../sql/run.ts'
import type { ChunkedRow, FailedRow, Lease, PipelineContext, Vectors } from './batch.ts'
import { failedRow, isConnectionFailure, isContention, isMisfit } from './failure.ts'
import { keysOf, lockStore, replaceStored } from './replace-stored.ts'

export interface WriteOutcome {
  readonly written: ChunkedRow[]
  /** Rows whose source row is gone: out of the queue, and out of the store. */
  readonly removed: ChunkedRow[]
  /** Rows that another transaction holds, or whose chunks it has changed. */
  readonly busy: ChunkedRow[]
  /** Rows that lost the lease: changed since, so they are queued again already. */
  readonly lost: ChunkedRow[]
  readonly failed: FailedRow[]
  /** Chunks written, and chunks that kept their vectors. */
  readonly chunks: number
  readonly reused: number
}

/**
 * Milliseconds between tries at busy rows. Most are busy for a moment: the claim of another worker, started before
 * ours was committed, locks rows it then finds taken.
 */
const patience = [20, 40, 80, 160, 320]

const nothing = () => ({ written: [], removed: [], busy: [], lost: [], failed: [], chunks: 0, reused: 0 })

/** Throws errors that are about the connection or the tables, not about a row. */
export async function write(
  context: PipelineContext,
  lease: Lease,
  rows: readonly ChunkedRow[],
  vectors: Vectors,
): Promise<WriteOutcome> {
  let outcome = await tryWrite(context, lease, rows, vectors)
  for (const delay of patience) {
    if (outcome.busy.length === 0) break
    await sleep(delay)
    outcome = joined([{ ...outcome, busy: [] }, await tryWrite(context, lease, outcome.busy, vectors)])
  }
  return outcome
}

async function tryWrite(
  context: PipelineContext,
  lease: Lease,
  rows: readonly ChunkedRow[],
  vectors: Vectors,
): Promise<WriteOutcome> {
  if (rows.length === 0) return nothing()
  try {
    return await context.database.transaction((connection) => writeBatch(context, lease, rows, vectors, connection))
  } catch (error) {
    if (isMisfit(error) || isConnectionFailure(error)) throw error
    const [row] = rows
    if (rows.length > 1 || !row) return writeOneByOne(context, lease, rows, vectors)
    if (isContention(error)) return { ...nothing(), busy: [row] }
    return { ...nothing(), failed: [failedRow(row, 'write', error, row.chunks)] }
  }
}

/** After an error about one of the rows: the others are not its prisoners. */
async function writeOneByOne(
  context: PipelineContext,
  lease: Lease,
  rows: readonly ChunkedRow[],
  vectors: Vectors,
): Promise<WriteOutcome> {
  const outcomes: WriteOutcome[] = []
  for (const row of rows) outcomes.push(await tryWrite(context, lease, [row], vectors))
  return joined(outcomes)
}

function joined(outcomes: readonly WriteOutcome[]): WriteOutcome {
  return {
    written: outcomes.flatMap(({ written }) => written),
    removed: outcomes.flatMap(({ removed }) => removed),
    busy: outcomes.flatMap(({ busy }) => busy),
    lost: outcomes.flatMap(({ lost }) => lost),
    failed: outcomes.flatMap(({ failed }) => failed),
    chunks: outcomes.reduce((sum, { chunks }) => sum + chunks, 0),
    reused: outcomes.reduce((sum, { reused }) => sum + reused, 0),
  }
}

async function writeBatch(
  { binary }: PipelineContext,
  { vectorizer, token }: Lease,
  rows: readonly ChunkedRow[],
  vectors: Vectors,
  connection: Queryable,
): Promise<WriteOutcome> {
  await lockStore(vectorizer, connection)
  const locks = await run<LockRow>(connection, lockRows(vectorizer, token, keysOf(rows)))
  const states = new Map(locks.map(({ ordinal, state }) => [ordinal - 1, state]))
  const held: { readonly written: ChunkedRow[]; readonly removed: ChunkedRow[] } = { written: [], removed: [] }
  const busy: ChunkedRow[] = []
  const lost: ChunkedRow[] = []
  for (const [index, row] of rows.entries()) {
    const state = states.get(index)
    if (state === undefined) lost.push(row)
    else if (state === 'gone') held.removed.push(row)
    // A row that was not there when it was loaded, and is now: its text was never read.
    else if (state === 'busy' || row.gone) busy.push(row)
    else held.written.push(row)
  }
  const outcome = { ...nothing(), ...held, busy, lost }
  if (held.written.length + held.removed.length === 0) return outcome

  const { overtaken, ...counts } = await replaceStored(vectorizer, { ...held, vectors }, binary, connection)
  const stays = (row: ChunkedRow) => !overtaken.includes(row)
  const written = overtaken.length === 0 ? held.written : held.written.filter(stays)
  await run(connection, dequeueRows(vectorizer, keysOf([...written, ...held.removed])))
  return { ...outcome, ...counts, written, busy: [...busy, ...overtaken] }
}
