// What travels down the pipeline: rows under one lease, each step adding what it learns.
import type { Database, DocumentReader } from '@prisma-vectorizer/spec'
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
  /** Takes keys and passwords out of a message that is stored. */
  readonly redact: (message: string) => string
  /** Opens the reader of documents; throws VZ510 where there is none. */
  readonly documents: () => Promise<DocumentReader>
}

/** Rows of one vectorizer that this worker holds until the lease runs out. */
export interface Lease {
  readonly vectorizer: Vectorizer
  readonly token: string
}

export interface ClaimedRow {
  readonly key: Key
  readonly attempts: number
  /** Workers that died while they held it, one after the other. */
  readonly lostLeases: number
  /** What is stored was made by another model. */
  readonly reembed: boolean
}

/** A chunk as the store has it. */
export interface StoredChunk {
  readonly id: string
  readonly sequence: number
  /** SHA-256 of its text, in hexadecimal. */
  readonly hash: string
}

export interface LoadedRow extends ClaimedRow {
  /**
   * Undefined when the source row no longer exists. `content` is the text, the address of a document, or a document
   * itself; null as it is, and for a row outside the filter.
   */
  readonly source: { readonly content: string | Uint8Array | null; readonly columns: readonly string[] } | undefined
  /** The chunks it has, where their vectors may be kept. */
  readonly stored: readonly StoredChunk[]
}

/** With the text of its document, or what its field says. */
export interface ReadRow extends LoadedRow {
  readonly text: string
}

/** `chunks` is empty for empty text, for a row outside the filter, and for a source row that is gone. */
export interface ChunkedRow extends ClaimedRow {
  readonly gone: boolean
  /** Formatted: what is embedded and stored. */
  readonly chunks: readonly string[]
  readonly stored: readonly StoredChunk[]
}

/** Vectors by text; a text that stands in several rows of a batch is embedded once. */
export type Vectors = ReadonlyMap<string, readonly number[]>

/** Where in the pipeline a row failed; `worker`: the process that held it died, time and again. */
export type Step = 'load' | 'parse' | 'chunk' | 'format' | 'embed' | 'write' | 'worker'

export interface FailedRow {
  readonly row: ClaimedRow
  readonly step: Step
  /** `VZ602`, or what else identifies the kind of error: a SQLSTATE, `unknown`. */
  readonly code: string
  /** Without any text of the row. */
  readonly message: string
  /** Trying again cannot help: given up at once, until the row changes or somebody retries it. */
  readonly permanent: boolean
}
