// A vector that the application has, as the text of one parameter.
import {
  type AnySpec,
  assertDirection,
  assertSparseVector,
  assertVector,
  type Distance,
  isVectorInput,
  type SparseVectorInput,
  sparseVector,
  sparseVectorToText,
  VectorizerError,
  vectorToBits,
  vectorToText,
} from '@prisma-vectorizer/spec'

type Column = Pick<AnySpec, 'type' | 'dimensions'>

/** In the text form of the column's type. Throws VZ301, VZ302 or VZ306. `where` names the call and the vectors, in messages. */
export function vectorText(vector: unknown, column: Column, distance: Distance, where: string): string {
  if (vector instanceof Map) return sparseText(vector, column, distance, where)
  if (!isVectorInput(vector)) throw notAVector(vector, where)
  assertVector(vector, column.dimensions, where)
  if (distance === 'cosine') assertDirection(vector, where)
  const { type, dimensions } = column
  if (type === 'bit') return vectorToBits(vector)
  return type === 'sparsevec' ? sparseVectorToText(sparseVector(vector, where), dimensions) : vectorToText(vector)
}

function sparseText(vector: SparseVectorInput, { type, dimensions }: Column, distance: Distance, where: string) {
  if (type !== 'sparsevec') {
    throw new VectorizerError('VZ306', {
      fact: `${where}: the vector is a Map, a sparse vector, and the column is of type ${type}.`,
      fix: 'Pass an array of numbers or a Float32Array.',
    })
  }
  assertSparseVector(vector, dimensions, where)
  if (distance === 'cosine') assertDirection(vector.values(), where)
  return sparseVectorToText(vector, dimensions)
}

function notAVector(vector: unknown, where: string): VectorizerError {
  if (typeof vector === 'object' && vector !== null && 'strings' in vector && 'values' in vector) {
    return new VectorizerError('VZ306', {
      fact: `${where}: the vector is an Sql of another Prisma client.`,
      why: 'Prisma would send it as a value instead of making it part of the statement.',
      fix: 'Make both with one `Prisma`: vectorSql(Prisma) and Prisma.sql.',
    })
  }
  return new VectorizerError('VZ306', {
    fact: `${where}: the vector is ${vector === null ? 'null' : typeof vector}.`,
    why: 'A fragment embeds no text.',
    fix: 'Pass an array of numbers, a Float32Array, or Prisma.sql`…` that makes a vector.',
  })
}
