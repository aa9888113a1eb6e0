// LangChain's Python `CharacterTextSplitter`, bit for bit: one separator, and a part without it may exceed the size.
import { type ChunkSize, mergeParts } from './merge.ts'
import { compileSeparator } from './separator.ts'
import { lengthOfPartsOf } from './text-length.ts'

export interface CharacterSplitterOptions extends ChunkSize {
  readonly separator: string
  readonly regex: boolean
}

const lookaround = /^\(\?(=|<!|<=|!)/

export function createCharacterSplitter(options: CharacterSplitterOptions): (text: string) => string[] {
  const separator = compileSeparator(options.separator, options.regex)
  // A look-around matches between characters: there is nothing to put back between the parts.
  const joint = options.regex && lookaround.test(options.separator) ? '' : options.separator

  return (text) => {
    const chunks: string[] = []
    mergeParts(separator.cut(text, false), joint, options, lengthOfPartsOf(text), chunks)
    return chunks
  }
}
