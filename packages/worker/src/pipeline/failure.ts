// Whose fault is an error: the row's, the provider's, the schema's, or nobody's (another transaction was faster)?
import { isVectorizerError } from '@prisma-vectorizer/spec'
import { withoutSecrets, withoutTexts } from '../errors/strip-texts.ts'
import type { ClaimedRow, FailedRow, Step } from './batch.ts'
import { storable } from './storable-text.ts'

/** An error that is not about any row: rows go back to the queue, and the vectorizer pauses. */
export interface Outage {
  /** Without any text of the rows. */
  readonly message: string
  readonly error: unknown
  /** Waiting may mend it: a rate limit, a failure of the network or of the server. */
  readonly temporary: boolean
}

const longestMessage = 2_000

/** An error as a message for the database and the log: short, without secrets, and without any of `texts`. */
export function describeFailure(error: unknown, texts: readonly string[]): string {
  const message = error instanceof Error ? error.message || error.name : String(error)
  // Cut last of all, and half a character made whole: jsonb refuses it.
  return storable(withoutSecrets(withoutTexts(message, texts)).replaceAll('\0', '').slice(0, longestMessage))
}

/** What the row, as it is, will fail at every time. */
const permanent = new Set<string>(['VZ106', 'VZ107', 'VZ519', 'VZ523', 'VZ601', 'VZ603', 'VZ604', 'VZ605'])

/** The failed attempt of one row. `texts`: its document and its chunks, none of which its message may repeat. */
export function failedRow(row: ClaimedRow, step: Step, error: unknown, texts: readonly string[]): FailedRow {
  const code = codeOf(error)
  // A splitter of the application's that failed, over the network say, may work the next time.
  const mayPass = code === 'VZ519' && error instanceof Error && error.cause !== undefined
  return { row, step, code, message: describeFailure(error, texts), permanent: permanent.has(code) && !mayPass }
}

/** What tells kinds of errors apart: `VZ602`, `HTTP 400`, a SQLSTATE, `ECONNRESET`, the error's name, or `unknown`. */
export function codeOf(error: unknown): string {
  if (isVectorizerError(error)) return error.code
  const { status } = providerAnswer(error)
  if (status !== undefined) return `HTTP ${status}`
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return [code, error.name].find((name) => name !== undefined && /^\w{1,40}$/.test(name)) ?? 'unknown'
}

/** The HTTP status and `isRetryable` that the AI SDK's errors carry, found along the chain of causes. */
interface ProviderAnswer {
  readonly status: number | undefined
  readonly retryable: boolean | undefined
}

function providerAnswer(error: unknown): ProviderAnswer {
  let status: number | undefined
  let retryable: boolean | undefined
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (status === undefined && 'statusCode' in cause && typeof cause.statusCode === 'number') status = cause.statusCode
    if (retryable === undefined && 'isRetryable' in cause && typeof cause.isRetryable === 'boolean') {
      retryable = cause.isRetryable
    }
  }
  return { status, retryable }
}

const credentials = new Set([401, 402, 403, 407])
const configuration = new Set<string>(['VZ401', 'VZ402', 'VZ406'])

/** The outage an embedding error certainly is, or undefined when `texts` may be to blame. */
export function certainOutage(error: unknown, texts: readonly string[]): Outage | undefined {
  const { status, retryable } = providerAnswer(error)
  const misconfigured = isVectorizerError(error) && configuration.has(error.code)
  const refused = status !== undefined && credentials.has(status)
  if (!misconfigured && !refused && retryable !== true) return undefined
  return { ...outageOf(error, texts), temporary: !misconfigured && !refused }
}

/** Any error as an outage: an answer of the provider's is final, the failure to get one may pass. */
export function outageOf(error: unknown, texts: readonly string[] = []): Outage {
  const { status } = providerAnswer(error)
  const answered = isVectorizerError(error) && error.code !== 'VZ405'
  return {
    message: describeFailure(error, texts),
    error,
    temporary: !answered && (status === undefined || status >= 500),
  }
}

/** SQLSTATE of a database error, or undefined. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}

/** Lock not available, serialization failure, deadlock: trying again later is all there is to do. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error)
  return state === '55P03' || state?.startsWith('40') === true
}

/** A table, column or right is missing: no row of this vectorizer can be read or written. */
export function isMisfit(error: unknown): boolean {
  const state = sqlState(error)
  // 42804 to 42P18 also holds type errors, which are as little the fault of a row.
  // 42P05 is about the name of a prepared statement, which is mended by then (database/pg.ts).
  return (state?.startsWith('42') === true && state !== '42P05') || state?.startsWith('3F') === true
}

/** The connection or the server failed, not the statement. A statement that timed out (57014) may pass for fewer rows. */
export function isConnectionFailure(error: unknown): boolean {
  const state = sqlState(error)
  if (state === '57014') return false
  return state === undefined || /^(08|53|57|58|XX)/.test(state)
}
