// The model `local/hash`: vectors from the words of a text, offline, without a key or a download.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type EmbeddingModelLike, VectorizerError, vectorTypes } from '@prisma-vectorizer/spec'
import { countFeatures, FeatureCounts, mix } from './local-hash/features.ts'

/** About 30 ms of work between two looks at the event loop and the signal. */
const textsPerTurn = 256

/**
 * A deterministic embedding model that needs nothing: for demonstrations, tests and air-gapped trials.
 *
 * LEXICAL, not semantic: texts are near when they share words, neighbouring words or parts of words (so "index" finds
 * "indexes" and "indxe"), not when they mean the same ("car" does not find "automobile"). The same text gives the same
 * vector on every machine. Vectors have `dimensions` components and length 1; a text without words gets a fixed vector.
 *
 * Hashes words, pairs of words and pieces of words (3 to 5 code points) into `dimensions` signed buckets; frequency
 * counts as 1 + log(n), common English words count little. Below about 256 dimensions unrelated texts start to collide.
 *
 * Throws VZ407 unless `dimensions` is a whole number from 1 to 16,000.
 */
export function localHash(dimensions: number): EmbeddingModelLike {
  const most = vectorTypes.vector.maxDimensions
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > most) {
    throw new VectorizerError('VZ407', {
      fact: `local/hash: ${dimensions} is not a number of dimensions.`,
      fix: `Pass a whole number from 1 to ${most}.`,
    })
  }
  const counts = new FeatureCounts()
  return {
    provider: 'local',
    modelId: 'hash',
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal }) {
      const embeddings: number[][] = []
      for (const [index, text] of values.entries()) {
        if (index % textsPerTurn === 0) {
          if (index > 0) await nextTurn()
          abortSignal?.throwIfAborted()
        }
        embeddings.push(hashText(text, dimensions, counts))
      }
      return { embeddings }
    },
  }
}

function hashText(text: string, dimensions: number, counts: FeatureCounts): number[] {
  countFeatures(text, counts)
  const vector: number[] = new Array(dimensions).fill(0)
  for (let index = 0; index < counts.size; index++) {
    const slot = counts.slots[index] as number
    const hash = counts.hashes[slot] as number
    const count = counts.counts[slot] as number
    const value = (counts.shares[slot] as number) * (count > 1 ? 1 + Math.log(count) : count)
    // Two buckets with a sign each, from two hashes: two features are confused only where both pairs meet.
    const second = mix(hash ^ 0x5bd1e995)
    addTo(vector, bucketOf(hash, dimensions), second & 1 ? value : -value)
    addTo(vector, bucketOf(second, dimensions), hash & 1 ? value : -value)
  }
  counts.clear()
  return normalised(vector)
}

/** The upper bits of `hash`, scaled: without the bias of a remainder. */
const bucketOf = (hash: number, dimensions: number): number => Math.floor(((hash >>> 0) * dimensions) / 0x1_0000_0000)

function addTo(vector: number[], bucket: number, value: number): void {
  vector[bucket] = (vector[bucket] as number) + value
}

function normalised(vector: number[]): number[] {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) {
    // No words, or features that cancel out (possible at very few dimensions): cosine distance needs some direction.
    vector[0] = 1
    return vector
  }
  const length = Math.sqrt(squares)
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] as number) / length
  return vector
}
