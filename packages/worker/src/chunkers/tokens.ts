// Chunks measured in tokens. Tokens are counted, never cut: a list of tokens that ends inside a character decodes to U+FFFD.
import type { ChunkingSpec } from '@prisma-vectorizer/spec'
import { cutToFit } from './cut.ts'
import { packPieces } from './pack.ts'
import type { TextLength } from './text-length.ts'
import { strip } from './whitespace.ts'

/** `countTokens` is called with any text; it need be neither fast on long words nor additive. */
export function createTokenSplitter(
  chunking: Extract<ChunkingSpec, { kind: 'tokens' }>,
  countTokens: () => TextLength,
): (text: string) => string[] {
  return (whole) => {
    const lengthOf = inShortRuns(countTokens())
    return packPieces(cutToFit(strip(whole), chunking.size, lengthOf), chunking, lengthOf)
  }
}

/**
 * Byte pair encoding takes time in the square of a word's length (16,000 emoji: 2 s), so a run without white space is
 * counted in parts, which is a token or so too many at each joint.
 */
function inShortRuns(countTokens: TextLength): TextLength {
  return (text) => {
    // The tokenizer takes 0.5 µs to say so, and most pieces have nothing around them.
    if (text === '') return 0
    if (text.length <= longestRun) return countTokens(text)
    let total = 0
    let start = 0
    for (const { 0: run, index } of text.matchAll(runs)) {
      if (run.length < longestRun) continue
      total += countTokens(text.slice(start, index + run.length))
      start = index + run.length
    }
    return total + countTokens(text.slice(start))
  }
}

const longestRun = 256
/** Of that many code points at most. */
const runs = /\S{1,256}|\s{1,256}/gu
