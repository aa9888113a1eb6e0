// `--embeddings`: queries of one's own, a JSON array on each line of a file.
import { readFile } from 'node:fs/promises'
import {
  type AnySpec,
  exceedsHalfPrecision,
  indexedType,
  sparseVector,
  sparseVectorToText,
  VectorizerError,
  vectorToBits,
  vectorToText,
} from '@prisma-vectorizer/spec'

/** Throws VZ506 where it cannot be read. */
export const readOwnQueries = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) =>
    Promise.reject(
      new VectorizerError('VZ506', {
        fact: `\`--embeddings\`: ${file} cannot be read.`,
        why: cause instanceof Error ? cause.message : String(cause),
        fix: 'Name a file that has a JSON array of numbers on each line.',
        cause,
      }),
    ),
  )

/**
 * Queries as text in the form of the stored type; of bits, numbers greater than 0 are ones. Empty lines are passed over.
 * Throws VZ506, naming the line, for what cannot be searched for (VZ306: too many elements for a sparsevec), and where
 * there are none.
 */
export function parseOwnQueries(text: string, spec: AnySpec): readonly string[] {
  const queries = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const vector = numbersOf(line)
    const problem = vector ? problemOf(vector, spec) : 'is not a JSON array of numbers'
    if (!vector || problem !== undefined) throw refused(`line ${index + 1} ${problem}`, spec)
    return [queryText(vector, spec, `\`--embeddings\`: line ${index + 1}`)]
  })
  if (queries.length === 0) throw refused('the file holds no vectors', spec)
  return queries
}

function numbersOf(line: string): readonly number[] | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return Array.isArray(value) && value.every((each) => typeof each === 'number') ? value : undefined
  } catch {
    return undefined
  }
}

function problemOf(vector: readonly number[], spec: AnySpec): string | undefined {
  if (vector.length !== spec.dimensions) return `has ${vector.length} numbers, not ${spec.dimensions}`
  const isHalf = spec.type === 'halfvec' || indexedType(spec) === 'halfvec'
  const large = vector.find((value) => (isHalf ? exceedsHalfPrecision(value) : !Number.isFinite(Math.fround(value))))
  if (large !== undefined) return `has ${large}, more than ${isHalf ? 'half' : 'single'} precision can hold`
  if (spec.distance === 'cosine' && vector.every((value) => Math.fround(value) === 0)) {
    return 'has only zeros, to which no cosine distance exists'
  }
  return undefined
}

function queryText(vector: readonly number[], { type, dimensions }: AnySpec, where: string): string {
  if (type === 'bit') return vectorToBits(vector)
  return type === 'sparsevec' ? sparseVectorToText(sparseVector(vector, where), dimensions) : vectorToText(vector)
}

const refused = (problem: string, { source, accessor, dimensions }: AnySpec) =>
  new VectorizerError('VZ506', {
    fact: `\`--embeddings\`: ${problem}.`,
    fix: `Write a JSON array of ${dimensions} numbers on each line, embedded as those of ${source.model}.${accessor} are.`,
  })
