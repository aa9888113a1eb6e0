// No chunking: the text as it is, or nothing where there is nothing to embed.
import { strip } from './whitespace.ts'

export function keepWhole(text: string): string[] {
  return strip(text) === '' ? [] : [text]
}
