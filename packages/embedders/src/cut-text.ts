// Cuts a text to a number of tokens, by counting them: decoding part of a token list would break characters, and with
// gpt-tokenizer also the next text that is decoded.

/** The part of `gpt-tokenizer/encoding/…` used here. */
export interface Tokenizer {
  /** The number of tokens, or false when there are more than `limit`. */
  isWithinTokenLimit(text: string, limit: number, options: { readonly disallowedSpecial: Set<string> }): number | false
}

// Texts may hold "<|endoftext|>", which the tokenizer refuses by default.
const asText = { disallowedSpecial: new Set<string>() }
/**
 * A word is counted in quadratic time, and one may be as long as the text: 200,000 letters in one piece take 27 s, in
 * segments 0.2 s.
 */
const segmentLength = 1_000

/** The longest start of `text` of at most `limit` tokens. Exact where words are separated by spaces. */
export function cutText(text: string, limit: number, tokenizer: Tokenizer): string {
  let start = 0
  let left = limit
  while (start < text.length) {
    const end = segmentEnd(text, start)
    const tokens = tokenizer.isWithinTokenLimit(text.slice(start, end), left, asText)
    if (tokens === false) return text.slice(0, longestFitting(text, start, end, left, tokenizer))
    left -= tokens
    start = end
  }
  return text
}

/** Before a space that begins a word, which is where tokens never reach across; else wherever the segment is full. */
function segmentEnd(text: string, start: number): number {
  const full = start + segmentLength
  if (full >= text.length) return text.length
  for (let end = full; end > start + segmentLength / 2; end--) {
    if (text[end] === ' ' && /^\S \S$/.test(text.slice(end - 1, end + 2))) return end
  }
  return withoutHalfCharacter(text, full)
}

function longestFitting(text: string, start: number, end: number, limit: number, tokenizer: Tokenizer): number {
  let low = start
  let high = end
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (tokenizer.isWithinTokenLimit(text.slice(start, middle), limit, asText) === false) high = middle - 1
    else low = middle
  }
  return withoutHalfCharacter(text, low)
}

/** `end`, or one less where it would leave the first half of a surrogate pair. */
function withoutHalfCharacter(text: string, end: number): number {
  return end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1] ?? '') ? end - 1 : end
}
