// What travels down the pipeline: rows under one lease, each step adding what it learns.
import type { Database } from '@prisma-vectorizer/spec'
import type { Logger } from '../logger.ts'
import type { Key } from '../sql/keys.ts'
import type { Vectorizer } from '../vectorizer.ts'

/** What every step may use. */
export interface PipelineContext {
  readonly database: Database
  /** Whether the database takes a Buffer as a binary parameter. */
  readonly binary: boolean
  readonly leaseSeconds: number
  readonly maxAttempts: number
  readonly logger: Logger
}

/** Rows of one vectorizer that this worker holds until the lease runs out. */
export interface Lease {
  readonly vectorizer: Vectorizer
  readonly token: string
}

export interface ClaimedRow {
  readonly key: Key
  readonly attempts: number
}

export interface LoadedRow extends ClaimedRow {
  /** Undefined when the source row no longer exists. */
  readonly source: { readonly text: string; readonly columns: readonly string[] } | undefined
}

/** `chunks` is empty for empty text, for a row outside the filter, and for a source row that is gone. */
export interface ChunkedRow extends ClaimedRow {
  readonly gone: boolean
  readonly chunks: readonly string[]
}

export interface EmbeddedRow extends ChunkedRow {
  readonly vectors: readonly (readonly number[])[]
}

export interface FailedRow {
  readonly row: ClaimedRow
  /** Without any text of the row. */
  readonly message: string
}
