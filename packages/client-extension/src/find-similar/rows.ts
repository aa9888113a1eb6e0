// The statement's answer, parsed.
import { InternalError } from '@prisma-vectorizer/spec'
import type { SimilarChunk } from '../types/results.ts'

/** What is near the query: the key of the row it stands for, and its chunk where it was found through a store table. */
export interface Hit {
  readonly key: readonly unknown[]
  readonly distance: number
  readonly chunk: SimilarChunk | undefined
}

export interface SearchAnswer {
  /** Nearest first. */
  readonly hits: readonly Hit[]
  /** Vectors read from the index; undefined when the search was exact. */
  readonly scanned: number | undefined
}

type AnswerRow = Readonly<Record<string, unknown>>

export function readAnswer(rows: readonly AnswerRow[], keyLength: number): SearchAnswer {
  const scanned = rows[0]?.['scanned']
  return {
    // No part of a key is NULL but in the one row of an empty answer.
    hits: rows.filter((row) => row['key_0'] !== null).map((row) => readHit(row, keyLength)),
    scanned: typeof scanned === 'number' ? scanned : undefined,
  }
}

function readHit(row: AnswerRow, keyLength: number): Hit {
  const key = Array.from({ length: keyLength }, (_, index) => row[`key_${index}`])
  if (key.includes(undefined) || !('distance' in row)) throw unexpectedColumns(row)
  return { key, distance: Number(row['distance']), chunk: 'chunk' in row ? readChunk(row) : undefined }
}

function readChunk(row: AnswerRow): SimilarChunk {
  const { embedding_uuid: embeddingUuid, chunk_seq: chunkSeq, chunk } = row
  if (typeof embeddingUuid !== 'string' || typeof chunkSeq !== 'number' || typeof chunk !== 'string') {
    throw unexpectedColumns(row)
  }
  return { chunk, chunkSeq, embeddingUuid }
}

const unexpectedColumns = (row: AnswerRow) =>
  new InternalError(`unexpected columns in the answer of a search: ${Object.keys(row).join(', ')}`)
