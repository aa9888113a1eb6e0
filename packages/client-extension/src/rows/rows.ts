// The statement's answer, parsed.
import { InternalError } from '@prisma-vectorizer/spec'

/** A chunk as the statement returns it. */
export interface FoundChunk {
  readonly chunk: string
  readonly chunkSeq: number
  readonly embeddingUuid: string
}

/** What is near the query: the key of the row it stands for, and its chunk where it was found through a store table. */
export interface Hit {
  readonly key: readonly unknown[]
  /** NaN for a search by words. */
  readonly distance: number
  /** Of a search by words, or by both: the higher the better. */
  readonly score: number | undefined
  readonly chunk: FoundChunk | undefined
  /** The vector as the statement returns it, text or bytes; undefined where it was not asked for. */
  readonly vector: unknown
  readonly chunks: readonly AttachedChunk[] | undefined
  /** The row's columns, in the order of the row source. */
  readonly row: readonly unknown[]
}

export interface AttachedChunk extends FoundChunk {
  /** Null in a search by words. */
  readonly distance: number | null
  /** Of a search by words. */
  readonly score?: number
  readonly vector?: string
}

export interface SearchAnswer {
  /** Nearest first. */
  readonly hits: readonly Hit[]
  /** Vectors read from the index; undefined when the search was exact. */
  readonly scanned: number | undefined
  /** Whether the scan went past the largest distance that is wanted. */
  readonly beyond: boolean
}

export type AnswerRow = Readonly<Record<string, unknown>>

export function readAnswer(rows: readonly AnswerRow[], keyLength: number, rowLength = 0): SearchAnswer {
  const scanned = rows[0]?.['scanned']
  return {
    // No part of a key is NULL but in the one row of an empty answer.
    hits: rows.filter((row) => row['key_0'] !== null).map((row) => readHit(row, keyLength, rowLength)),
    scanned: typeof scanned === 'number' ? scanned : undefined,
    beyond: rows[0]?.['beyond'] === true,
  }
}

function readHit(row: AnswerRow, keyLength: number, rowLength: number): Hit {
  const key = columnsOf(row, 'key_', keyLength)
  if (key.includes(undefined) || !('distance' in row)) throw unexpectedColumns(row)
  const { distance, score, vector, chunks } = row
  return {
    key,
    distance: distance === null ? Number.NaN : Number(distance),
    score: score === undefined ? undefined : Number(score),
    chunk: 'chunk' in row ? readChunk(row) : undefined,
    vector: vector ?? undefined,
    chunks: Array.isArray(chunks) ? (chunks as readonly AttachedChunk[]) : undefined,
    row: columnsOf(row, 'row_', rowLength),
  }
}

function columnsOf(row: AnswerRow, prefix: string, count: number): unknown[] {
  const values: unknown[] = []
  for (let index = 0; index < count; index++) values.push(row[prefix + index])
  return values
}

function readChunk(row: AnswerRow): FoundChunk {
  const { embedding_uuid: embeddingUuid, chunk_seq: chunkSeq, chunk } = row
  if (typeof embeddingUuid !== 'string' || typeof chunkSeq !== 'number' || typeof chunk !== 'string') {
    throw unexpectedColumns(row)
  }
  return { chunk, chunkSeq, embeddingUuid }
}

const unexpectedColumns = (row: AnswerRow) =>
  new InternalError(`unexpected columns in the answer of a search: ${Object.keys(row).join(', ')}`)
