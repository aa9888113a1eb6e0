// Whole sentences by the Unicode rules of ICU, several to a chunk.
import type { ChunkingSpec } from '@prisma-vectorizer/spec'
import { cutToFit } from './cut.ts'
import { packPieces } from './pack.ts'
import { hideFalseEnds } from './sentence-ends.ts'
import { lengthOfPartsOf } from './text-length.ts'
import { strip } from './whitespace.ts'

/** Throws a RangeError for a `locale` that is no language tag. */
export function createSentenceSplitter(
  chunking: Extract<ChunkingSpec, { kind: 'sentence' }>,
): (text: string) => string[] {
  const segmenter = new Intl.Segmenter(chunking.locale, { granularity: 'sentence' })
  const hide = hideFalseEnds(chunking.locale)

  return (whole) => {
    const text = strip(whole)
    const lengthOf = lengthOfPartsOf(text)
    const pieces: string[] = []
    for (const sentence of sentencesOf(text, hide(text), segmenter)) {
      if (lengthOf(strip(sentence)) <= chunking.size) pieces.push(sentence)
      else for (const piece of cutToFit(sentence, chunking.size, lengthOf)) pieces.push(piece)
    }
    return packPieces(pieces, chunking, lengthOf)
  }
}

/** In UTF-16 units. A sentence that is longer may be cut there, between words. */
const longestSentence = 2048

/** The parts of `text` where `masked`, as long as it, has sentences. */
function sentencesOf(text: string, masked: string, segmenter: Intl.Segmenter): string[] {
  const sentences: string[] = []
  // V8's segmenter takes time in the square of the text's length (1 MB: minutes), so it sees a window at a time. The
  // last sentence of a window may go on behind it, and starts the next.
  for (let start = 0; start < text.length; ) {
    let end = windowEnd(masked, start)
    const starts = [...segmenter.segment(masked.slice(start, end))].map(({ index }) => start + index)
    if (end < text.length && starts.length > 1) end = starts.pop() as number
    for (let at = 0; at < starts.length; at++) sentences.push(text.slice(starts[at], starts[at + 1] ?? end))
    start = end
  }
  return sentences
}

function windowEnd(text: string, start: number): number {
  const end = start + longestSentence
  if (end >= text.length) return text.length
  const space = text.slice(start, end).lastIndexOf(' ')
  if (space > 0) return start + space + 1
  return (text.codePointAt(end - 1) as number) > 0xffff ? end - 1 : end
}
