export type { Weights } from './arguments/parse-mode.ts'
export {
  createVectorizer,
  type VectorizerExtension,
  type VectorizerOptions,
} from './extension.ts'
export type { SimilarityQuery } from './query/query-vector.ts'
export type * from './types/manifest.ts'
export type * from './types/reading-methods.ts'
export type * from './types/results.ts'
export type * from './types/search-methods.ts'
export type * from './types/writing-methods.ts'
export type { ColumnOptions, DistanceOptions, PrismaSql, SqlVector, VectorSql } from './vector-sql/types.ts'
export { createVectorSql } from './vector-sql/vector-sql.ts'
