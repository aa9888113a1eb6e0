// What a search adds to a row.
import { type Distance, metrics, type VectorType } from '@prisma-vectorizer/spec'
import type { Searchable } from '../find-similar/search-target.ts'
import { readers } from '../reading/vector-reading.ts'
import type { AttachedChunk, FoundChunk, Hit } from './rows.ts'

type Row = Record<string, unknown>

export interface Added {
  readonly search: Searchable
  readonly distance: Distance
}

/** Adds `_distance`, `_score`, and what was asked for of `_chunk`, `_chunks` and `_embedding`, to `row` itself. */
export function addResult(row: Row, hit: Hit, { search, distance }: Added): Row {
  const { spec, results } = search
  row['_distance'] = Number.isNaN(hit.distance) ? null : hit.distance
  row['_score'] = hit.score ?? metrics[distance].score(hit.distance)
  if (results === 'parents' && hit.chunk) row['_chunk'] = withVector(hit.chunk, hit.vector, spec.type)
  else if (hit.vector !== undefined) row['_embedding'] = readers[spec.type](hit.vector)
  if (hit.chunks) row['_chunks'] = hit.chunks.map((chunk) => attached(chunk, distance, spec.type))
  return row
}

const withVector = ({ chunk, chunkSeq, embeddingUuid }: FoundChunk, vector: string | undefined, type: VectorType) => ({
  chunk,
  chunkSeq,
  embeddingUuid,
  ...(vector === undefined ? {} : { embedding: readers[type](vector) }),
})

const attached = (chunk: AttachedChunk, distance: Distance, type: VectorType) => ({
  ...withVector(chunk, chunk.vector, type),
  _distance: chunk.distance,
  _score: chunk.score ?? metrics[distance].score(chunk.distance as number),
})
