// LangChain's `_merge_splits`: packs parts into chunks of at most `size`, each starting with up to `overlap` of the last.
import type { TextLength } from './text-length.ts'
import { strip } from './whitespace.ts'

export interface ChunkSize {
  readonly size: number
  readonly overlap: number
}

/** Appends the chunks to `chunks`: spreading a long list into `push` would overflow the stack. */
export function mergeParts(
  parts: readonly string[],
  joint: string,
  { size, overlap }: ChunkSize,
  lengthOf: TextLength,
  chunks: string[],
): void {
  const jointLength = lengthOf(joint)
  const lengths = parts.map(lengthOf)
  const lengthAt = (index: number) => lengths[index] as number
  // The chunk in the making is parts[first .. next - 1]; `total` is its length, joints included.
  let first = 0
  let total = 0

  const flush = (next: number) => {
    const chunk = strip(parts.slice(first, next).join(joint))
    if (chunk !== '') chunks.push(chunk)
  }

  for (let next = 0; next < parts.length; next++) {
    const length = lengthAt(next)
    const lengthWithPart = () => total + length + (next > first ? jointLength : 0)
    if (lengthWithPart() > size && next > first) {
      flush(next)
      while (total > overlap || (lengthWithPart() > size && total > 0)) {
        total -= lengthAt(first) + (next - first > 1 ? jointLength : 0)
        first++
      }
    }
    total += length + (next > first ? jointLength : 0)
  }
  flush(parts.length)
}
