// Cuts texts into provider calls by count and by size.
import { byteLength } from './names.ts'

/** Consecutive slices of at most `texts` texts and `bytes` UTF-8 bytes; a text that is larger alone goes alone. */
export function callBatches(texts: readonly string[], limits: { readonly texts: number; readonly bytes: number }) {
  const batches: string[][] = []
  let batch: string[] = []
  let bytes = 0
  for (const text of texts) {
    const size = Number.isFinite(limits.bytes) ? byteLength(text) : 0
    if (batch.length > 0 && (batch.length >= limits.texts || bytes + size > limits.bytes)) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(text)
    bytes += size
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}
