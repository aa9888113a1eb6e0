// Queries that are not in the table, yet much like what is: each is mixed of two stored vectors.
import {
  type AnySpec,
  type Queryable,
  readSparseVector,
  readVectorText,
  sparseVectorToText,
  vectorToText,
} from '@prisma-vectorizer/spec'
import { sampleVectors } from './sample.ts'
import type { Searched } from './statement.ts'

/**
 * `count` queries as text in the form of the stored type, fewer where there are fewer vectors. A stored vector itself is
 * too easy for a graph, being linked to its neighbours: figures in docs/recall.md.
 */
export async function mixedQueries(
  connection: Queryable,
  searched: Searched,
  count: number,
  seed: number,
): Promise<readonly string[]> {
  // One vector could only be mixed with itself.
  const sample = await sampleVectors(connection, searched, Math.max(2, count), seed)
  return sample
    .slice(0, count)
    .map((one, at) => mix(one, sample[(at + 1) % sample.length] ?? one, 0.5 + 0.3 * spread(at), searched.spec))
}

/** `share` of `one`, the rest of `other`; of bits, so many of each. */
export function mix(
  one: string,
  other: string,
  share: number,
  { type, dimensions }: Pick<AnySpec, 'type' | 'dimensions'>,
): string {
  switch (type) {
    case 'bit':
      return Array.from(one, (bit, at) => (spread(at) < share ? bit : other[at])).join('')
    case 'sparsevec': {
      const mixed = new Map([...readSparseVector(one)].map(([at, value]) => [at, share * value]))
      for (const [at, value] of readSparseVector(other)) mixed.set(at, (mixed.get(at) ?? 0) + (1 - share) * value)
      return sparseVectorToText(mixed, dimensions)
    }
    default: {
      const rest = readVectorText(other)
      return vectorToText(readVectorText(one).map((value, at) => share * value + (1 - share) * (rest[at] ?? 0)))
    }
  }
}

/** 0 to 1, evenly for any run of numbers and the same each time: fractions of multiples of the golden ratio. */
const spread = (number: number): number => (number * 0.618_033_988_749_895) % 1
