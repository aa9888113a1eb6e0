// `chunking: recursive(size: 800)`: the parameters of each way to cut a text.
import {
  type ChunkingSpec,
  defaultCharacterChunking,
  defaultMarkdownChunking,
  defaultRecursiveChunking,
  defaultSentenceChunking,
  defaultTokensChunking,
  tokenEncodings,
} from '@prisma-vectorizer/spec'
import {
  argumentsOf,
  callee,
  flag,
  integer,
  nonEmptyText,
  oneOf,
  type Reader,
  readArguments,
  text,
  textList,
  wordOf,
  wrongType,
} from './readers.ts'

const sizes = { size: integer(1, 10_000_000), overlap: integer(0, 10_000_000) }
const separating = { regex: flag, keepSeparator: flag }

const locale: Reader<string> = (node, context) => {
  const value = wordOf(node) ?? ''
  try {
    return new Intl.Locale(value).toString()
  } catch {
    return wrongType(node, context, 'a language tag, e.g. "en" or "pt-BR"')
  }
}

export const chunking: Reader<ChunkingSpec> = (node, context) => {
  const given = argumentsOf(node)
  switch (callee(node)) {
    case 'none':
      readArguments(given, {}, context)
      return { kind: 'none' }
    case 'recursive': {
      const readers = { ...sizes, separators: textList, ...separating }
      return { ...defaultRecursiveChunking, ...readArguments(given, readers, context) }
    }
    case 'character':
      return {
        ...defaultCharacterChunking,
        ...readArguments(given, { ...sizes, separator: text, ...separating }, context),
      }
    case 'sentence':
      return { ...defaultSentenceChunking, ...readArguments(given, { ...sizes, locale }, context) }
    case 'tokens':
      return {
        ...defaultTokensChunking,
        ...readArguments(given, { ...sizes, encoding: oneOf(...tokenEncodings) }, context),
      }
    case 'markdown':
      return { ...defaultMarkdownChunking, ...readArguments(given, { ...sizes, headings: flag }, context) }
    case 'custom': {
      const [name, second] = given
      if (name?.name === '' && !second && wordOf(name.value) !== undefined) {
        const named = { ...name.value, kind: 'string', value: wordOf(name.value) ?? '' } as const
        return { kind: 'custom', name: nonEmptyText(named, { ...context, path: 'chunking.custom' }) }
      }
      return wrongType(node, context, 'custom("name"), with the name of a splitter of your application')
    }
    default:
      return wrongType(
        node,
        context,
        'recursive(size: 800, overlap: 400, …), character(…), sentence(…), tokens(…), markdown(…), custom("name") or none',
      )
  }
}
