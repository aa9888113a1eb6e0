// Errors are interface: a code, the fact with Model.field and line, why, and the fix. Told apart by `code`, never by
// `instanceof`: two copies of a package can live in one application.
import { type ErrorCode, errorCodes } from './error-codes.ts'

/** Where in a Prisma schema a mistake stands. */
export interface SchemaPosition {
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based. */
  readonly column: number
}

export interface ErrorDetail {
  /** What is wrong, naming `Model.field` where there is one. One or two sentences. */
  readonly fact: string
  readonly why?: string | undefined
  /** What to type. */
  readonly fix?: string | undefined
  readonly position?: SchemaPosition | undefined
  /** The source line the position points at; shown with a caret. */
  readonly sourceLine?: string | undefined
  readonly cause?: unknown
}

/** A failure the user can mend. `message` holds everything; every part of it is also a property. */
export class VectorizerError extends Error {
  readonly code: ErrorCode
  readonly fact: string
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly position: SchemaPosition | undefined

  constructor(code: ErrorCode, detail: ErrorDetail) {
    super(render(code, detail), detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'VectorizerError'
    this.code = code
    this.fact = detail.fact
    this.why = detail.why
    this.fix = detail.fix
    this.position = detail.position
  }
}

/** A broken invariant of ours: never caught, never the user's fault. */
export class InternalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(`${message} (a bug in prisma-vectorizer: please report it)`, options)
    this.name = 'InternalError'
  }
}

/** True for our errors from any copy of this package. */
export function isVectorizerError(error: unknown): error is VectorizerError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in errorCodes
}

function render(code: ErrorCode, { fact, why, fix, position, sourceLine }: ErrorDetail): string {
  const lines = [`${code} ${fact}`]
  if (position) {
    lines.push(`  --> ${position.file}:${position.line}:${position.column}`)
    if (sourceLine !== undefined) {
      const gutter = String(position.line).padStart(4)
      const indent = sourceLine.slice(0, position.column - 1).replace(/[^\t]/gu, ' ')
      lines.push(`${gutter} | ${sourceLine}`, `${' '.repeat(gutter.length)} | ${indent}^`)
    }
  }
  if (why) lines.push(`  why: ${why}`)
  if (fix) lines.push(`  fix: ${fix}`)
  return lines.join('\n')
}
