// Packs contiguous pieces of a text into chunks: as many as fit, each chunk starting with the last pieces of the one before.
import type { ChunkSize } from './merge.ts'
import type { TextLength } from './text-length.ts'
import { strip } from './whitespace.ts'

/**
 * Chunks of at most `size`, of pieces that fit it alone and whose concatenation is the text. White space around a
 * chunk is not part of it. Unlike `mergeParts` of LangChain's splitters, a chunk is measured as it will be stored, which
 * counts where lengths do not add up: `" word"` is one token, `"word"` may be two.
 */
export function packPieces(given: readonly string[], { size, overlap }: ChunkSize, lengthOf: TextLength): string[] {
  const pieces = glueBlank(given)
  const ends = [0]
  for (const piece of pieces) ends.push((ends.at(-1) as number) + lengthOf(piece))
  const leading = pieces.map((piece) => lengthOf(piece.slice(0, piece.indexOf(strip(piece)))))
  const trailing = pieces.map((piece) => lengthOf(piece.slice(piece.indexOf(strip(piece)) + strip(piece).length)))
  /** By the lengths of the pieces. */
  const estimate = (first: number, next: number) =>
    (ends[next] as number) - (ends[first] as number) - (leading[first] ?? 0) - (trailing[next - 1] ?? 0)
  const textOf = (first: number, next: number) => strip(pieces.slice(first, next).join(''))

  const chunks: string[] = []
  let start = 0
  for (let covered = 0; covered < pieces.length; ) {
    let first = start
    while (first < covered && estimate(first, covered + 1) > size) first++
    let next = covered + 1
    while (next < pieces.length && estimate(first, next + 1) <= size) next++
    let chunk = textOf(first, next)
    while (lengthOf(chunk) > size && next - first > 1) {
      if (next > covered + 1) next--
      else first++
      chunk = textOf(first, next)
    }
    if (chunk !== '') chunks.push(chunk)
    start = next
    while (start - 1 > first && estimate(start - 1, next) <= overlap) start--
    covered = next
  }
  return chunks
}

/** A piece of white space alone belongs to the piece before it. */
function glueBlank(pieces: readonly string[]): string[] {
  const glued: string[] = []
  let blanks: string[] = []
  let last = ''
  for (const piece of pieces) {
    if (strip(piece) === '') {
      blanks.push(piece)
      continue
    }
    if (last !== '') glued.push(last + blanks.join(''))
    last = last === '' ? blanks.join('') + piece : piece
    blanks = []
  }
  if (last !== '') glued.push(last + blanks.join(''))
  return glued
}
