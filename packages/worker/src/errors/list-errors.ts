// What went wrong, newest first, and what is to become of it.
import type { Database } from '@prisma-vectorizer/spec'
import type { DatabaseOption } from '../database/database-option.ts'
import { countErrors, type ErrorFilter, type ErrorGroupRow, type ErrorRow, readErrors } from '../sql/read-errors.ts'
import { run } from '../sql/run.ts'
import { type Chosen, chooseVectorizers, explained, withDatabase } from './chosen.ts'

/**
 * `given up`: no more attempts until the row changes or is retried. `retrying`: tried again by itself. `resolved`: the row
 * was embedded, changed or deleted since; for an error of a whole vectorizer, something was embedded since or nothing
 * waits any more.
 */
export type ErrorState = ErrorRow['state']

export interface ErrorOptions {
  /** By `BlogPost.contentEmbeddings` or by their name in the registry. Default: all. */
  readonly vectorizers?: readonly string[] | undefined
  /** Default `open`: given up or retrying. */
  readonly state?: ErrorState | 'open' | 'all' | undefined
  /** Default 100. */
  readonly limit?: number | undefined
}

/** One kind of error of one row, however often it happened. */
export interface ErrorEntry {
  /** `BlogPost.contentEmbeddings`. */
  readonly vectorizer: string
  /** The parts of the row's key as text; none where the error is the vectorizer's as a whole: of its provider, its tables. */
  readonly key: readonly string[]
  /** `load`, `parse`, `chunk`, `format`, `embed`, `write`; `worker`: the process died. */
  readonly step: string
  /** A code of docs/errors.md, `HTTP 400`, a SQLSTATE, or the name of the error. */
  readonly code: string
  /** The latest, without any text of the row. */
  readonly message: string
  /** Attempts that failed so. */
  readonly count: number
  readonly firstAt: Date
  readonly lastAt: Date
  readonly state: ErrorState
  /** Null unless the row waits for another attempt. */
  readonly nextAttempt: Date | null
}

/** Errors of one vectorizer that are alike. */
export interface ErrorGroup
  extends Pick<ErrorEntry, 'vectorizer' | 'step' | 'code' | 'message' | 'count' | 'state' | 'lastAt'> {
  /** 0 for an error of the vectorizer as a whole. */
  readonly rows: number
}

export interface ErrorReport {
  readonly chosen: readonly Chosen[]
  readonly entries: readonly ErrorEntry[]
  readonly groups: readonly ErrorGroup[]
  /** How many there are without a limit. */
  readonly total: number
}

const statesOf = (state: Exclude<ErrorOptions['state'], undefined>): readonly ErrorState[] => {
  if (state === 'all') return ['given up', 'retrying', 'resolved']
  return state === 'open' ? ['given up', 'retrying'] : [state]
}

/**
 * The errors in schema `vectorizer`, newest first.
 *
 * ```ts
 * const errors = await listErrors(process.env.DATABASE_URL, { state: 'given up' })
 * ```
 *
 * Throws VZ501, VZ502, VZ503, VZ507, and VZ504 where a right is missing.
 */
export const listErrors = (
  database: DatabaseOption | undefined,
  options: ErrorOptions = {},
): Promise<readonly ErrorEntry[]> =>
  withDatabase(database, async (opened) => {
    const chosen = await chooseVectorizers(opened, options.vectorizers)
    return readEntries(opened, chosen, options)
  })

export async function reportErrors(database: Database, options: ErrorOptions): Promise<ErrorReport> {
  const chosen = await chooseVectorizers(database, options.vectorizers)
  const entries = await readEntries(database, chosen, options)
  const groups: ErrorGroup[] = []
  let total = 0
  for (const one of chosen) {
    for (const { keys, whole, last_at, ...row } of await ask<ErrorGroupRow>(database, one, options, countErrors)) {
      groups.push({ vectorizer: one.label, ...row, rows: whole ? 0 : keys, lastAt: new Date(last_at) })
      total += keys
    }
  }
  return { chosen, entries, groups, total }
}

async function readEntries(
  database: Database,
  chosen: readonly Chosen[],
  options: ErrorOptions,
): Promise<readonly ErrorEntry[]> {
  const { limit = 100 } = options
  const entries: ErrorEntry[] = []
  for (const one of chosen) {
    const rows = await ask<ErrorRow>(database, one, options, (filter) => readErrors(filter, limit))
    entries.push(...rows.map((row) => entryOf(one.label, row)))
  }
  return entries.sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime()).slice(0, limit)
}

async function ask<R extends object>(
  database: Database,
  { label, name, vectorizer }: Chosen,
  { state = 'open' }: ErrorOptions,
  query: (filter: ErrorFilter) => ReturnType<typeof countErrors>,
): Promise<readonly R[]> {
  try {
    return await run<R>(database, query({ name, vectorizer, states: statesOf(state) }))
  } catch (cause) {
    throw explained(label, 'SELECT on the tables of schema vectorizer', cause)
  }
}

function entryOf(vectorizer: string, { first_at, last_at, next_attempt, ...row }: ErrorRow): ErrorEntry {
  return {
    vectorizer,
    key: row.key,
    step: row.step,
    code: row.code,
    message: row.message,
    count: row.count,
    firstAt: new Date(first_at),
    lastAt: new Date(last_at),
    state: row.state,
    nextAttempt: next_attempt === null ? null : new Date(next_attempt),
  }
}
