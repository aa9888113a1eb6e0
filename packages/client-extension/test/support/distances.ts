// pgvector's six distances, written down from its documentation, to check its answers and our statements against.
import type { Distance } from '@prisma-vectorizer/spec'

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((each, index) => each * (b[index] ?? 0)))
const differences = (a: readonly number[], b: readonly number[]) => a.map((each, index) => each - (b[index] ?? 0))

/** Between two vectors of one length; of bits, as zeros and ones. */
export const distances: Readonly<Record<Distance, (a: readonly number[], b: readonly number[]) => number>> = {
  cosine: (a, b) => 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
  l2: (a, b) => Math.hypot(...differences(a, b)),
  ip: (a, b) => -dot(a, b),
  l1: (a, b) => sum(differences(a, b).map(Math.abs)),
  hamming: (a, b) => sum(differences(a, b).map(Math.abs)),
  jaccard: (a, b) => {
    const common = dot(a, b)
    return common === 0 ? 1 : 1 - common / (sum(a) + sum(b) - common)
  },
}
