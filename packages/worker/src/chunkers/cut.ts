// A text that does not fit → pieces that do, at the best place there is: paragraph, line, sentence, word, character.
import { compileSeparator, type Separator } from './separator.ts'
import type { TextLength } from './text-length.ts'
import { strip } from './whitespace.ts'

// Each starts the piece behind it; a sentence's mark ends the one before.
const boundaries: readonly Separator[] = [
  compileSeparator('\n\n', false),
  compileSeparator('\n', false),
  compileSeparator('(?<=[.!?])(?=\\s)|(?<=[。！？])', true),
  compileSeparator('(?<=\\S)(?=\\s)', true),
]

/** Pieces whose concatenation is the text, each of at most `size` without the white space around it. */
export function cutToFit(text: string, size: number, lengthOf: TextLength): string[] {
  const pieces: string[] = []
  cut(text, 0, size, lengthOf, pieces)
  return pieces
}

function cut(text: string, level: number, size: number, lengthOf: TextLength, pieces: string[]): void {
  if (lengthOf(strip(text)) <= size) {
    pieces.push(text)
    return
  }
  const boundary = boundaries[level]
  if (!boundary) {
    cutAnywhere(text, size, lengthOf, pieces)
    return
  }
  for (const part of boundary.cut(text, true)) cut(part, level + 1, size, lengthOf, pieces)
}

/** Prefixes between code points. A code point that is longer than `size` (an emoji may be three tokens) stays whole. */
function cutAnywhere(text: string, size: number, lengthOf: TextLength, pieces: string[]): void {
  // No search for the longest prefix, since measuring may be slow: what fitted last fits about as well again.
  let guess = 8 * size
  for (let start = 0; start < text.length; ) {
    let end = beforePair(text, Math.min(start + guess, text.length), start)
    for (;;) {
      const length = lengthOf(strip(text.slice(start, end)))
      if (length <= size) break
      const shorter = beforePair(text, start + Math.floor(((end - start) * size) / length), start)
      if (shorter >= end) break
      end = shorter
      guess = Math.max(1, end - start)
    }
    pieces.push(text.slice(start, end))
    start = end
  }
}

/** `end`, moved so that it is behind at least one code point and splits none. */
function beforePair(text: string, end: number, start: number): number {
  const first = start + ((text.codePointAt(start) as number) > 0xffff ? 2 : 1)
  if (end <= first) return first
  return end < text.length && (text.codePointAt(end - 1) as number) > 0xffff ? end - 1 : end
}
