// Failures as Prisma knows them: a P code where there is one, a message, and the shape of an RPC error answer.
import type { DatabaseAddress } from './connection-url.ts'

/** A failure with the text for the user and, where Prisma has one, its error code. */
export class EngineError extends Error {
  /** Such as `P1003`. */
  readonly code: string | undefined

  constructor(message: string, options: ErrorOptions & { code?: string | undefined } = {}) {
    super(message, options)
    this.name = 'EngineError'
    this.code = options.code
  }
}

/** The `error` member of an RPC answer. */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data: {
    readonly is_panic: boolean
    readonly message: string
    readonly meta: unknown
    readonly error_code: string | null
    readonly backtrace?: string | undefined
  }
}

export interface RpcErrorDetail {
  readonly message: string
  readonly code?: string | undefined
  readonly meta?: unknown
  /** Present for a panic only. */
  readonly backtrace?: string | undefined
}

// The number and the sentence the CLI compares with before it looks into `data`.
const userFacing = { code: 4466, message: 'An error happened. Check the data field for details.' }

export function rpcError({ message, code, meta = null, backtrace }: RpcErrorDetail): RpcError {
  const panic = backtrace === undefined ? { is_panic: false } : { is_panic: true, backtrace }
  return { ...userFacing, data: { ...panic, message, meta, error_code: code ?? null } }
}

/** Translates what `pg` throws on connecting, or on creating a database, into Prisma's codes. */
export function connectionError(error: unknown, address: DatabaseAddress): EngineError {
  if (error instanceof EngineError) return error
  const { code, message } = asDriverError(error)
  const server = `\`${address.host}:${address.port}\``
  switch (code) {
    case '3D000':
      return new EngineError(`Database \`${address.database}\` does not exist`, { code: 'P1003', cause: error })
    case '42P04':
      return new EngineError(`Database \`${address.database}\` already exists`, { code: 'P1009', cause: error })
    case '28P01':
    case '28000':
      return new EngineError(`The server at ${server} refused the user \`${address.user}\`: ${message}`, {
        code: 'P1000',
        cause: error,
      })
    case '42501':
      return new EngineError(`The user \`${address.user}\` lacks a right on \`${address.database}\`: ${message}`, {
        code: 'P1010',
        cause: error,
      })
    case undefined:
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EHOSTUNREACH':
    case 'EAI_AGAIN':
    case 'ENOENT':
    case 'ENOTFOUND':
    case 'ETIMEDOUT':
      return new EngineError(`Can't reach database server at ${server}: ${message}`, { code: 'P1001', cause: error })
    default:
      return new EngineError(message, { cause: error })
  }
}

/** `code` and `message` of anything thrown; Node joins the failures of several addresses in one without a message. */
export function asDriverError(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return asDriverError(error.errors[0])
  if (!(error instanceof Error)) return { code: undefined, message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { code, message: error.message }
}
