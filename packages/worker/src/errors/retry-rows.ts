// Tries rows again: those that failed, or every row of the source.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, type Queryable, VectorizerError, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { DatabaseOption } from '../database/database-option.ts'
import type { Step } from '../pipeline/batch.ts'
import { isContention, sqlState } from '../pipeline/failure.ts'
import type { Key } from '../sql/keys.ts'
import { type ReembedPage, reembedRows } from '../sql/reembed-rows.ts'
import { retryRows as retrySql } from '../sql/retry-rows.ts'
import { run } from '../sql/run.ts'
import type { Vectorizer } from '../vectorizer.ts'
import { chooseVectorizers, explained, withDatabase } from './chosen.ts'
import { keyOf, type RowKey } from './row-key.ts'

export interface RetryOptions {
  /** By `BlogPost.contentEmbeddings` or by their name in the registry. Default: all. */
  readonly vectorizers?: readonly string[] | undefined
  /** Only these rows: `7`, or `['a', 'b']` for a key of two parts. Default: all that failed. */
  readonly keys?: readonly RowKey[] | undefined
  /** Only rows with an error of this step. */
  readonly step?: Step | undefined
  /** Only rows with an error of this code: `VZ602`, `HTTP 400`. */
  readonly code?: string | undefined
  /**
   * Every row of the source that the vectorizer's filter lets in, whether it failed or not, without keeping a vector:
   * all of it is embedded, and paid for, again. Not together with `keys`, `step` or `code`.
   */
  readonly allRows?: boolean | undefined
}

export interface RetryResult {
  readonly rows: number
  readonly vectorizers: readonly {
    /** `BlogPost.contentEmbeddings`. */
    readonly vectorizer: string
    readonly rows: number
    /** Why it was left out: it does not fit its tables. One that was named is thrown instead. */
    readonly error?: string
  }[]
}

/**
 * Puts rows that were given up, that wait for another attempt, or that rest after an outage back to the queue, as if
 * they had never been tried: `failed_at = NULL, error = NULL, attempts = 0`. Rows that a worker holds are left to it, and
 * rows that a transaction has locked to whoever changes them.
 *
 * ```ts
 * const { rows } = await retryRows(process.env.DATABASE_URL, { code: 'VZ602' })
 * ```
 *
 * Throws VZ524 when keys, step or code match no row, or a key is malformed; VZ501, VZ502, VZ503, VZ507; VZ504 where a
 * right is missing; nothing is changed then, except by `allRows`, which queues 10,000 rows at a time.
 */
export const retryRows = (database: DatabaseOption | undefined, options: RetryOptions = {}): Promise<RetryResult> =>
  withDatabase(database, (opened) => retry(opened, options))

async function retry(database: Database, options: RetryOptions): Promise<RetryResult> {
  const { vectorizers: names, keys, step, code, allRows = false } = options
  const filtered = keys !== undefined || step !== undefined || code !== undefined
  if (allRows && filtered) throw contradiction()
  const chosen = await chooseVectorizers(database, names)
  for (const { error } of chosen) if (error && names && names.length > 0) throw error
  const fitting = chosen.flatMap(({ vectorizer }) => vectorizer ?? [])
  const wanted = fitting.map((vectorizer) => ({ vectorizer, keys: keys?.map((key) => keyOf(vectorizer, key)) }))
  const results: { vectorizer: string; rows: number }[] = []
  if (allRows) {
    for (const vectorizer of fitting)
      results.push({ vectorizer: vectorizer.label, rows: await reembed(database, vectorizer) })
  } else {
    // All or none, so that a key that fits only one of the vectorizers changes nothing.
    await database.transaction(async (connection) => {
      for (const one of wanted)
        results.push({ vectorizer: one.vectorizer.label, rows: await retryOne(connection, one, options) })
    })
  }
  const rows = results.reduce((sum, result) => sum + result.rows, 0)
  if (rows === 0 && filtered) throw noMatch(options)
  const broken = chosen.flatMap(({ label, error }) =>
    error ? [{ vectorizer: label, rows: 0, error: error.message }] : [],
  )
  return { rows, vectorizers: [...results, ...broken] }
}

async function retryOne(
  connection: Queryable,
  { vectorizer, keys }: { readonly vectorizer: Vectorizer; readonly keys: readonly Key[] | undefined },
  { step, code }: RetryOptions,
): Promise<number> {
  try {
    const [result] = await run<{ rows: number }>(connection, retrySql(vectorizer, { keys, step, code }))
    return result?.rows ?? 0
  } catch (cause) {
    if (keys && sqlState(cause)?.startsWith('22')) throw notOfType(vectorizer, cause)
    const noted = step === undefined && code === undefined ? '' : `SELECT on ${vectorizerSchema}.error, and `
    throw explained(vectorizer.label, `${noted}SELECT and UPDATE on ${vectorizer.queue}`, cause)
  }
}

/** Rows of one transaction: some 0.1 s, for which writes of the application may have to wait. */
const pageSize = 10_000

/**
 * How often a page is tried that meets a locked row, half a second and more each. A lock is waited for for less than the
 * second after which PostgreSQL looks for deadlocks: it is we who give way then, not the application.
 */
const mostTries = 40

async function reembed(database: Database, vectorizer: Vectorizer): Promise<number> {
  let rows = 0
  let last: Key | null = null
  do {
    const page: ReembedPage = await reembedPage(database, vectorizer, last)
    rows += page.rows
    last = page.last
  } while (last !== null)
  return rows
}

async function reembedPage(database: Database, vectorizer: Vectorizer, after: Key | null): Promise<ReembedPage> {
  for (let tries = 1; ; tries++) {
    try {
      return await database.transaction(async (connection) => {
        await connection.query("SET LOCAL lock_timeout = '400ms'")
        const [page] = await run<ReembedPage>(connection, reembedRows(vectorizer, after, pageSize))
        return page ?? { rows: 0, last: null }
      })
    } catch (cause) {
      if (!isContention(cause))
        throw explained(
          vectorizer.label,
          `SELECT on ${vectorizer.source}, and INSERT, SELECT and UPDATE on ${vectorizer.queue}`,
          cause,
        )
      if (tries === mostTries) throw held(vectorizer, cause)
      await sleep(100)
    }
  }
}

const contradiction = () =>
  new VectorizerError('VZ524', {
    fact: 'All rows are to be embedded again, and only some of them.',
    fix: 'Leave out `allRows`, or keys, step and code.',
  })

function noMatch({ keys, step, code }: RetryOptions): VectorizerError {
  const asked = [
    ...(keys === undefined ? [] : [`the ${keys.length === 1 ? 'key' : 'keys'} ${keys.map(String).join('; ')}`]),
    ...(step === undefined ? [] : [`an error of step ${step}`]),
    ...(code === undefined ? [] : [`an error ${code}`]),
  ]
  return new VectorizerError('VZ524', {
    fact: `No row with ${asked.join(' and ')} failed or waits for another attempt.`,
    fix: '`prisma-vectorizer errors` lists the rows that do.',
  })
}

const notOfType = ({ label, spec }: Vectorizer, cause: unknown) =>
  new VectorizerError('VZ524', {
    fact: `${label}: a key is none of ${spec.source.model}'s (${spec.source.key.map(({ field, type }) => `${field}: ${type}`).join(', ')}).`,
    why: cause instanceof Error ? cause.message : undefined,
    fix: 'Write the key as `prisma-vectorizer errors --json` does.',
    cause,
  })

const held = ({ label }: Vectorizer, cause: unknown) =>
  new VectorizerError('VZ524', {
    fact: `${label}: not all rows could be queued, since a transaction holds some of them.`,
    fix: 'Run it again when that transaction has ended: rows that are queued already stay so.',
    cause,
  })
