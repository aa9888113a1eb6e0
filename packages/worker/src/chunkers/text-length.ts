// Chunk sizes are Unicode code points, as in Python, where a JavaScript string counts UTF-16 units.

export type TextLength = (text: string) => number

const surrogate = /[\ud800-\udfff]/

/** How to measure the parts of `text`: without surrogates the two counts agree, and `.length` is free. */
export function lengthOfPartsOf(text: string): TextLength {
  return surrogate.test(text) ? codePoints : (part) => part.length
}

function codePoints(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index++, count++) {
    if ((text.codePointAt(index) as number) > 0xffff) index++
  }
  return count
}
