// What a search adds to a row.
import { type Distance, metrics, type VectorType } from '@prisma-vectorizer/spec'
import type { Searchable } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import { readers, type VectorValue, vectorReading } from '../reading/vector-reading.ts'
import type { AttachedChunk, FoundChunk, Hit } from './rows.ts'

type Row = Record<string, unknown>

export interface Added {
  readonly search: Searchable
  readonly distance: Distance
  readonly vectorFormat: ModelConnection['vectorFormat']
}

/** Adds `_distance`, `_score`, and what was asked for of `_chunk`, `_chunks` and `_embedding`, to `row` itself. */
export function addResult(row: Row, hit: Hit, { search, distance, vectorFormat }: Added): Row {
  const { spec, results } = search
  const vector = hit.vector === undefined ? undefined : vectorReading(spec, vectorFormat).read(hit.vector)
  row['_distance'] = Number.isNaN(hit.distance) ? null : hit.distance
  row['_score'] = hit.score ?? metrics[distance].score(hit.distance)
  if (results === 'parents' && hit.chunk) row['_chunk'] = withVector(hit.chunk, vector)
  else if (vector !== undefined) row['_embedding'] = vector
  if (hit.chunks) row['_chunks'] = hit.chunks.map((chunk) => attached(chunk, distance, spec.type))
  return row
}

const withVector = ({ chunk, chunkSeq, embeddingUuid }: FoundChunk, embedding: VectorValue | undefined) => ({
  chunk,
  chunkSeq,
  embeddingUuid,
  ...(embedding === undefined ? {} : { embedding }),
})

const attached = (chunk: AttachedChunk, distance: Distance, type: VectorType) => ({
  // Part of one JSON value, so always as text.
  ...withVector(chunk, chunk.vector === undefined ? undefined : readers[type](chunk.vector)),
  _distance: chunk.distance,
  _score: chunk.score ?? metrics[distance].score(chunk.distance as number),
})
