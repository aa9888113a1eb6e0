// LangChain's Python `RecursiveCharacterTextSplitter`, bit for bit (its JavaScript port differs in 5 to 56 % of texts).
import { type ChunkSize, mergeParts } from './merge.ts'
import { compileSeparator, type Separator } from './separator.ts'
import { lengthOfPartsOf, type TextLength } from './text-length.ts'

export interface RecursiveSplitterOptions extends ChunkSize {
  /** Tried in order: the first that occurs cuts the text, the rest cut what is still too long. */
  readonly separators: readonly string[]
  readonly regex: boolean
  /** Default true: a separator starts the part behind it. */
  readonly keepSeparator?: boolean | undefined
}

export function createRecursiveSplitter(options: RecursiveSplitterOptions): (text: string) => string[] {
  const { separators, regex, keepSeparator = true } = options
  const compiled = separators.map((separator) => compileSeparator(separator, regex))

  function split(text: string, candidates: readonly Separator[], lengthOf: TextLength, chunks: string[]): void {
    const found = candidates.findIndex((candidate) => candidate.occursIn(text))
    const separator = found < 0 ? candidates.at(-1) : candidates[found]
    const remaining = found < 0 || separator?.text === '' ? [] : candidates.slice(found + 1)
    const joint = keepSeparator ? '' : (separator?.text ?? '')

    let short: string[] = []
    const mergeShort = () => {
      if (short.length > 0) mergeParts(short, joint, options, lengthOf, chunks)
      short = []
    }
    for (const part of separator ? separator.cut(text, keepSeparator) : [text]) {
      if (lengthOf(part) < options.size) {
        short.push(part)
        continue
      }
      mergeShort()
      if (remaining.length > 0) split(part, remaining, lengthOf, chunks)
      else chunks.push(part)
    }
    mergeShort()
  }

  return (text) => {
    const chunks: string[] = []
    split(text, compiled, lengthOfPartsOf(text), chunks)
    return chunks
  }
}
