// LangChain's Python `CharacterTextSplitter`, bit for bit: one separator, and a part without it may exceed the size.
import { type ChunkSize, mergeParts } from './merge.ts'
import { compileSeparator } from './separator.ts'
import { lengthOfPartsOf } from './text-length.ts'

export interface CharacterSplitterOptions extends ChunkSize {
  readonly separator: string
  readonly regex: boolean
  /** Default false: separators are dropped. */
  readonly keepSeparator?: boolean | undefined
}

const lookaround = /^\(\?(=|<!|<=|!)/

export function createCharacterSplitter(options: CharacterSplitterOptions): (text: string) => string[] {
  const { keepSeparator = false } = options
  const separator = compileSeparator(options.separator, options.regex)
  // A look-around matches between characters: there is nothing to put back between the parts. Nor where they have it.
  const joint = keepSeparator || (options.regex && lookaround.test(options.separator)) ? '' : options.separator

  return (text) => {
    const chunks: string[] = []
    mergeParts(separator.cut(text, keepSeparator), joint, options, lengthOfPartsOf(text), chunks)
    return chunks
  }
}
