// Step 3 of 6: a text → its chunks, by the vectorizer's chunking.
import { type ChunkingSpec, VectorizerError } from '@prisma-vectorizer/spec'
import { createCharacterSplitter } from '../chunkers/character.ts'
import { keepWhole } from '../chunkers/none.ts'
import { createRecursiveSplitter } from '../chunkers/recursive.ts'
import { strip } from '../chunkers/whitespace.ts'

export type SplitText = (text: string) => string[]

/**
 * Compiles the chunking once per vectorizer. Empty and whitespace-only texts have no chunks, whatever the chunking.
 * Throws VZ107 for sizes LangChain would refuse and for a separator that is no regular expression.
 */
export function createChunker(chunking: ChunkingSpec): SplitText {
  if (chunking.kind === 'none') return keepWhole
  const { size, overlap } = chunking
  if (size <= 0 || overlap < 0 || overlap > size) {
    throw new VectorizerError('VZ107', {
      fact: `Chunks of ${size} code points cannot overlap by ${overlap}.`,
      fix: 'Choose `size` above 0 and `overlap` between 0 and `size`, then run `prisma generate` and migrate.',
    })
  }
  const split = chunking.kind === 'recursive' ? createRecursiveSplitter(chunking) : createCharacterSplitter(chunking)
  // LangChain hands on a part that no separator can cut as it is, even if it is all spaces.
  return (text) => (strip(text) === '' ? [] : split(text))
}
