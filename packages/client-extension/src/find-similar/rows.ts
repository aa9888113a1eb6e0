// The statement's answer, parsed.
import { InternalError } from '@prisma-vectorizer/spec'

/** A chunk near the query, and the key of the row it stands for. */
export interface Hit {
  readonly key: readonly unknown[]
  readonly embeddingUuid: string
  readonly chunkSeq: number
  readonly chunk: string
  readonly distance: number
}

export interface SearchAnswer {
  /** Nearest first. */
  readonly hits: readonly Hit[]
  /** Chunks read from the index; undefined when the search was exact. */
  readonly scanned: number | undefined
}

export function readAnswer(rows: readonly Readonly<Record<string, unknown>>[], keyLength: number): SearchAnswer {
  const scanned = rows[0]?.['scanned']
  return {
    hits: rows.filter((row) => row['embedding_uuid'] !== null).map((row) => readHit(row, keyLength)),
    scanned: typeof scanned === 'number' ? scanned : undefined,
  }
}

function readHit(row: Readonly<Record<string, unknown>>, keyLength: number): Hit {
  const { embedding_uuid: embeddingUuid, chunk_seq: chunkSeq, chunk, distance } = row
  if (typeof embeddingUuid !== 'string' || typeof chunkSeq !== 'number' || typeof chunk !== 'string') {
    throw new InternalError(`unexpected columns in the answer of a search: ${Object.keys(row).join(', ')}`)
  }
  const key = Array.from({ length: keyLength }, (_, index) => row[`key_${index}`])
  return { key, embeddingUuid, chunkSeq, chunk, distance: Number(distance) }
}
