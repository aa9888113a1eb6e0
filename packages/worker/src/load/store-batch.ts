// Stores one batch in a transaction of its own, and says which rows are to blame when that fails.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, InternalError, isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { describeFailure, isConnectionFailure, isContention, sqlState } from '../pipeline/failure.ts'
import { run } from '../sql/run.ts'
import { describePlace } from './batch.ts'
import { type LoadTarget, lacking } from './load-target.ts'
import type { CheckedRow } from './read-row.ts'
import { findOrphans, findStored, insertRows, type OrdinalRow, updateRows } from './statements.ts'

/** Milliseconds before the next try at a batch that lost a deadlock, which applications that update the same rows make. */
const patience = [50, 200, 800]

/** Throws VZ516 (a row is refused, with its number and key) and VZ307 (the store is missing); nothing is stored then. */
export async function storeBatch(
  database: Database,
  target: LoadTarget,
  rows: readonly CheckedRow[],
  onConflict: 'update' | 'error',
): Promise<void> {
  const store = target.spec.store.kind === 'column' ? storeInColumn : storeInTable
  for (let tried = 0; ; tried++) {
    try {
      return await store(database, target, rows, onConflict)
    } catch (error) {
      const delay = patience[tried]
      if (delay === undefined || !isContention(error)) throw await explain(database, target, rows, error)
      await sleep(delay * (1 + Math.random()))
    }
  }
}

const storeInTable: typeof storeBatch = async (database, target, rows, onConflict) => {
  await run(database, insertRows(target, rows, onConflict))
}

const storeInColumn: typeof storeBatch = (database, target, rows, onConflict) =>
  database.transaction(async (connection) => {
    const refused = await run<OrdinalRow>(connection, updateRows(target, rows, onConflict))
    if (refused.length === 0) return
    const orphans = await run<OrdinalRow>(connection, findOrphans(target, rows))
    if (orphans.length > 0) throw noParent(target, rows, orphans)
    throw onConflict === 'error' ? storedAlready(target, rows, refused) : notUpdated(target, rows, refused)
  })

async function explain(
  database: Database,
  target: LoadTarget,
  rows: readonly CheckedRow[],
  error: unknown,
): Promise<unknown> {
  if (isVectorizerError(error) || error instanceof InternalError) return error
  const state = sqlState(error)
  if (state === '42P01' || state === '42703') return lacking(target.label, `lacks it: ${messageOf(error)}`, error)
  if (state === '23503') {
    const orphans = await run<OrdinalRow>(database, findOrphans(target, rows)).catch(() => [])
    if (orphans.length > 0) return noParent(target, rows, orphans, error)
  }
  if (state === '23505') {
    const stored = await run<OrdinalRow>(database, findStored(target, rows)).catch(() => [])
    if (stored.length > 0) return storedAlready(target, rows, stored, error)
  }
  const lost = isConnectionFailure(error) ? ' Whether they are is not known: the connection failed.' : ''
  return new VectorizerError('VZ516', {
    fact: `${target.label}: ${rangeOf(rows)} could not be stored.${lost}`,
    why: describeFailure(
      error,
      rows.map((row) => row.chunk),
    ),
    cause: error,
  })
}

function noParent(
  target: LoadTarget,
  rows: readonly CheckedRow[],
  orphans: readonly OrdinalRow[],
  cause?: unknown,
): VectorizerError {
  const { source } = target.spec
  return new VectorizerError('VZ516', {
    fact: `${target.label}: ${rangeOf(rows)} could not be stored: there is no ${source.model} for ${listed(target, rows, orphans)}.`,
    why: 'An embedding belongs to a row, which has to be there first.',
    fix: `Insert the rows of ${source.model} first, or leave these out.`,
    cause,
  })
}

function storedAlready(
  target: LoadTarget,
  rows: readonly CheckedRow[],
  stored: readonly OrdinalRow[],
  cause?: unknown,
): VectorizerError {
  const what = target.spec.store.kind === 'column' ? 'there is a vector already in' : 'the store already holds'
  return new VectorizerError('VZ516', {
    fact: `${target.label}: ${rangeOf(rows)} could not be stored: ${what} ${listed(target, rows, stored)}.`,
    why: "`onConflict` is 'error'.",
    fix: "Pass `onConflict: 'update'` to replace what is stored.",
    cause,
  })
}

function notUpdated(target: LoadTarget, rows: readonly CheckedRow[], refused: readonly OrdinalRow[]): VectorizerError {
  return new VectorizerError('VZ516', {
    fact: `${target.label}: ${rangeOf(rows)} could not be stored: nothing was updated for ${listed(target, rows, refused)}.`,
    why: 'Another row of the batch has the same key, spelled in another way, or a trigger of the table prevents it.',
  })
}

const mostListed = 5

/** `row 7 (id 3, chunk 0) and row 9 (id 4, chunk 0)`; of many the first five. */
function listed(target: LoadTarget, rows: readonly CheckedRow[], found: readonly OrdinalRow[]): string {
  const named = found.slice(0, mostListed).map(({ ordinal }) => {
    const row = rows[ordinal - 1] as CheckedRow
    return `row ${row.number} (${describePlace(target, row)})`
  })
  const rest = found.length > mostListed ? `, and ${found.length - mostListed} more` : ''
  return named.join(', ') + rest
}

const rangeOf = (rows: readonly CheckedRow[]): string =>
  rows.length === 1 ? `row ${rows[0]?.number}` : `rows ${rows[0]?.number} to ${rows.at(-1)?.number}`

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
