// Step 5: a text → its chunks, by the vectorizer's chunking.
import { type ChunkingSpec, VectorizerError } from '@prisma-vectorizer/spec'
import { createCharacterSplitter } from '../chunkers/character.ts'
import { createCustomSplitter, type Splitters } from '../chunkers/custom.ts'
import { createMarkdownSplitter } from '../chunkers/markdown.ts'
import { keepWhole } from '../chunkers/none.ts'
import { createRecursiveSplitter } from '../chunkers/recursive.ts'
import { createSentenceSplitter } from '../chunkers/sentence.ts'
import { findTokenizer } from '../chunkers/tokenizer.ts'
import { createTokenSplitter } from '../chunkers/tokens.ts'
import { strip } from '../chunkers/whitespace.ts'

/** Only a splitter of the application's (`custom`) may answer with a promise. */
export type SplitText = (text: string) => string[] | Promise<string[]>

/** What a chunking may need besides itself. */
export interface ChunkerContext {
  /** The application's own, by name. */
  readonly splitters?: Splitters | undefined
  /** Where gpt-tokenizer is looked for. Default: the application's folder, then this package's. */
  readonly folders?: readonly string[] | undefined
}

/**
 * Compiles the chunking once per vectorizer. Empty and whitespace-only texts have no chunks, whatever the chunking.
 * Throws VZ107 for sizes LangChain would refuse and for a separator that is no regular expression, VZ519 for a splitter
 * the worker was not given and where gpt-tokenizer is not installed.
 */
export function createChunker(chunking: ChunkingSpec, context: ChunkerContext = {}): SplitText {
  if (chunking.kind === 'none') return keepWhole
  const split = createSplitter(chunking, context)
  // LangChain hands on a part that no separator can cut as it is, even if it is all spaces.
  return (text) => (strip(text) === '' ? [] : split(text))
}

function createSplitter(
  chunking: Exclude<ChunkingSpec, { kind: 'none' }>,
  { splitters = {}, folders }: ChunkerContext,
): SplitText {
  if (chunking.kind === 'custom') return createCustomSplitter(chunking.name, splitters)
  checkSizes(chunking)
  switch (chunking.kind) {
    case 'recursive':
      return createRecursiveSplitter(chunking)
    case 'character':
      return createCharacterSplitter(chunking)
    case 'sentence':
      return createSentenceSplitter(chunking)
    case 'tokens':
      return createTokenSplitter(chunking, findTokenizer(chunking.encoding, folders))
    case 'markdown':
      return createMarkdownSplitter(chunking)
  }
}

function checkSizes({
  kind,
  size,
  overlap,
}: {
  readonly kind: string
  readonly size: number
  readonly overlap: number
}) {
  if (size > 0 && overlap >= 0 && overlap <= size) return
  throw new VectorizerError('VZ107', {
    fact: `Chunks of ${size} ${kind === 'tokens' ? 'tokens' : 'code points'} cannot overlap by ${overlap}.`,
    fix: 'Choose `size` above 0 and `overlap` between 0 and `size`, then run `prisma generate` and migrate.',
  })
}
