// A provider of embeddings that always answers after the same time, with vectors made beforehand.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Embedder, EmbedderResolver } from '@prisma-vectorizer/spec'
import { randomVectors } from './vectors.ts'

export interface FakeProvider {
  readonly dimensions: number
  /** Milliseconds of a call, however many texts it has. Default 0. */
  readonly latency?: number
  /** Different vectors, used in turn. Default 1000. */
  readonly distinct?: number
}

export function fakeProvider({ dimensions, latency = 0, distinct = 1000 }: FakeProvider): EmbedderResolver {
  // In groups, as embeddings of real text are: an index is slower to fill with vectors that lie anywhere.
  const vectors = randomVectors(distinct, dimensions, 20)
  let next = 0
  const embedder: Embedder = {
    name: 'bench/fake',
    async embed(texts) {
      if (latency > 0) await sleep(latency)
      return { vectors: texts.map(() => vectors[next++ % distinct] as number[]), tokens: 0 }
    },
  }
  return async () => embedder
}
