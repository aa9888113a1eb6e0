// How a document is cut into chunks.

/** Sizes are Unicode code points, as in pgai and LangChain's Python splitters. */
export type ChunkingSpec =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'recursive'
      readonly size: number
      readonly overlap: number
      readonly separators: readonly string[]
      readonly regex: boolean
    }
  | {
      readonly kind: 'character'
      readonly size: number
      readonly overlap: number
      readonly separator: string
      readonly regex: boolean
    }

/** pgai's defaults: 800 code points, 400 overlap, seven separators. Source: `ai.chunking_recursive_character_text_splitter`. */
export const defaultRecursiveChunking = {
  kind: 'recursive',
  size: 800,
  overlap: 400,
  separators: ['\n\n', '\n', '.', '?', '!', ' ', ''],
  regex: false,
} as const satisfies ChunkingSpec

/** pgai's `ai.chunking_character_text_splitter`. */
export const defaultCharacterChunking = {
  kind: 'character',
  size: 800,
  overlap: 400,
  separator: '\n\n',
  regex: false,
} as const satisfies ChunkingSpec
