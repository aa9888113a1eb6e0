// Which code points make words. A table instead of a regular expression over the text, so that no
// substring is ever made.

/** Between words. */
const separator = 1
/** A letter or digit: words are runs of these. */
export const letter = 2
/** A word by itself: scripts written without spaces, and emoji. */
export const alone = 3
/** An accent or a variation selector: continues a word, never starts one. */
export const mark = 4

// Two passes of a regular expression per code point ever seen; 0 = not seen yet.
const kinds = new Uint8Array(0x11_0000)
const aloneScripts =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Extended_Pictographic}\p{Regional_Indicator}]/u

export function kindOf(codePoint: number): number {
  const known = kinds[codePoint] as number
  if (known !== 0) return known
  const character = String.fromCodePoint(codePoint)
  const kind = /\p{M}/u.test(character)
    ? mark
    : /[\p{L}\p{N}]/u.test(character)
      ? aloneScripts.test(character)
        ? alone
        : letter
      : /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(character)
        ? alone
        : separator
  kinds[codePoint] = kind
  return kind
}
