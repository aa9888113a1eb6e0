// The query's vector as a parameter of the statement, and how the statement reads it as each vector type.
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

/** A parameter's value and the type whose input form it has. */
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

/** `source`, `$1` or a column of text, as a value of `type`. */
export function queryExpression(
  form: QueryParameter['form'],
  type: VectorType,
  dimensions: number,
  source = '$1',
): string {
  if (form !== 'vector') return `${source}::${form}(${dimensions})`
  if (type === 'vector') return `${source}::vector`
  if (type === 'bit') return `binary_quantize(${source}::vector)::bit(${dimensions})`
  return `${source}::vector::${type}(${dimensions})`
}
