// The query's vector as the first parameter of the statement, and how the statement reads it as each vector type.
import {
  type AnySpec,
  sparseVectorToText,
  type VectorType,
  vectorToBinary,
  vectorToBits,
  vectorToText,
  vectorTypes,
} from '@prisma-vectorizer/spec'
import { isSparse, type QueryValue } from './query-vector.ts'

/** The value of `$1` and the type whose input form it has. */
export interface QueryParameter {
  readonly form: 'vector' | 'sparsevec' | 'bit'
  readonly value: unknown
}

/** As `vector` where that is long enough: binary, it costs 0.2 to 0.5 × its text, where the adapter can carry it. */
export function queryParameter(
  vector: QueryValue,
  { dimensions }: Pick<AnySpec, 'dimensions'>,
  format: 'binary' | 'text',
): QueryParameter {
  if (isSparse(vector)) return { form: 'sparsevec', value: sparseVectorToText(vector, dimensions) }
  if (dimensions > vectorTypes.vector.maxDimensions) return { form: 'bit', value: vectorToBits(vector) }
  return { form: 'vector', value: format === 'binary' ? vectorToBinary(vector) : vectorToText(vector) }
}

/** `$1` as a value of `type`. */
export function queryExpression(form: QueryParameter['form'], type: VectorType, dimensions: number): string {
  if (form !== 'vector') return `$1::${form}(${dimensions})`
  if (type === 'vector') return '$1::vector'
  if (type === 'bit') return `binary_quantize($1::vector)::bit(${dimensions})`
  return `$1::vector::${type}(${dimensions})`
}
