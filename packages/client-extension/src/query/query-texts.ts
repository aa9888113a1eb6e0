// Texts that are searched for, as vectors: one provider call for all that were not asked for lately.

import {
  type Embedder,
  isVectorizerError,
  type VectorInput,
  VectorizerError,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { LRUCache } from 'lru-cache'
import { shown } from '../arguments/argument-readers.ts'

export interface EmbeddedTexts {
  readonly spec: VectorizerSpec
  readonly texts: readonly string[]
  /** Names the call in messages. */
  readonly where: string
  readonly signal?: AbortSignal | undefined
}

/** `size`: how many vectors are kept; 0: none. A vector of 1536 numbers takes 12 kB. Throws VZ306. */
export function createQueryTexts(size: number) {
  if (!Number.isSafeInteger(size) || size < 0) throw noSize(size)
  const kept = size > 0 ? new LRUCache<string, VectorInput>({ max: size }) : undefined

  /** One vector per text. Rejects with VZ4xx, or with the signal's reason. */
  return async function embedTexts(
    asked: EmbeddedTexts,
    makeEmbedder: () => Promise<Embedder>,
  ): Promise<VectorInput[]> {
    const { spec, texts, signal } = asked
    signal?.throwIfAborted()
    const keyOf = (text: string) => `${spec.model} ${spec.dimensions} ${text}`
    const known = new Map<string, VectorInput>()
    for (const text of texts) {
      const vector = kept?.get(keyOf(text))
      if (vector) known.set(text, vector)
    }
    const missing = [...new Set(texts)].filter((text) => !known.has(text))
    if (missing.length > 0) {
      const vectors = await callProvider(await makeEmbedder(), missing, asked)
      missing.forEach((text, index) => {
        const vector = vectors[index] as VectorInput
        known.set(text, vector)
        kept?.set(keyOf(text), vector)
      })
    }
    signal?.throwIfAborted()
    return texts.map((text) => known.get(text) as VectorInput)
  }
}

async function callProvider(embedder: Embedder, texts: readonly string[], { where, signal }: EmbeddedTexts) {
  try {
    const { vectors } = await embedder.embed(texts, { purpose: 'query', signal })
    if (vectors.length === texts.length) return vectors
  } catch (cause) {
    // Of what a provider throws then, only some is the reason.
    signal?.throwIfAborted()
    if (isVectorizerError(cause)) throw cause
    throw new VectorizerError('VZ405', {
      fact: `${where}: ${embedder.name} could not embed the query: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    })
  }
  throw new VectorizerError('VZ403', { fact: `${where}: ${embedder.name} answered with another number of vectors.` })
}

const noSize = (size: unknown) =>
  new VectorizerError('VZ306', {
    fact: `\`queryCache\` is ${shown(size)}.`,
    why: 'It says how many vectors of query texts are kept, a whole number from 0.',
    fix: 'Write such a number, or leave it out.',
  })
