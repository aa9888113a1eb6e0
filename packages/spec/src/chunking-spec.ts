// How a document is cut into chunks.

/** Sizes are Unicode code points, as in pgai and LangChain's Python splitters; of `tokens` they are tokens. */
export type ChunkingSpec =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'recursive'
      readonly size: number
      readonly overlap: number
      readonly separators: readonly string[]
      readonly regex: boolean
      /** Whether a separator starts the part behind it, or is dropped where a chunk ends. */
      readonly keepSeparator: boolean
    }
  | {
      readonly kind: 'character'
      readonly size: number
      readonly overlap: number
      readonly separator: string
      readonly regex: boolean
      readonly keepSeparator: boolean
    }
  | {
      readonly kind: 'sentence'
      readonly size: number
      readonly overlap: number
      /** BCP 47. */
      readonly locale: string
    }
  | { readonly kind: 'tokens'; readonly size: number; readonly overlap: number; readonly encoding: TokenEncoding }
  | {
      readonly kind: 'markdown'
      readonly size: number
      readonly overlap: number
      /** Whether each chunk starts with the headings it stands under. */
      readonly headings: boolean
    }
  /** A splitter of the application's, by its name in the worker's `splitters`. */
  | { readonly kind: 'custom'; readonly name: string }

/** OpenAI's: `cl100k_base` of the embedding models, `o200k_base` of GPT-4o and later. */
export const tokenEncodings = ['cl100k_base', 'o200k_base'] as const

export type TokenEncoding = (typeof tokenEncodings)[number]

/** pgai's defaults: 800 code points, 400 overlap, seven separators. Source: `ai.chunking_recursive_character_text_splitter`. */
export const defaultRecursiveChunking = {
  kind: 'recursive',
  size: 800,
  overlap: 400,
  separators: ['\n\n', '\n', '.', '?', '!', ' ', ''],
  regex: false,
  keepSeparator: true,
} as const satisfies ChunkingSpec

/** pgai's `ai.chunking_character_text_splitter`. */
export const defaultCharacterChunking = {
  kind: 'character',
  size: 800,
  overlap: 400,
  separator: '\n\n',
  regex: false,
  keepSeparator: false,
} as const satisfies ChunkingSpec

export const defaultSentenceChunking = {
  kind: 'sentence',
  size: 800,
  overlap: 0,
  locale: 'en',
} as const satisfies ChunkingSpec

export const defaultTokensChunking = {
  kind: 'tokens',
  size: 256,
  overlap: 32,
  encoding: 'cl100k_base',
} as const satisfies ChunkingSpec

export const defaultMarkdownChunking = {
  kind: 'markdown',
  size: 800,
  overlap: 0,
  headings: true,
} as const satisfies ChunkingSpec
