export type { Database, Queryable, Row } from './database.ts'
export type { Embedder, EmbedderResolver, EmbeddingModelLike, EmbeddingProviderLike, EmbedPurpose } from './embedder.ts'
export { type ErrorCode, errorCodes } from './error-codes.ts'
export { type ErrorDetail, InternalError, isVectorizerError, type SchemaPosition, VectorizerError } from './errors.ts'
export { type Distance, type Metric, metrics, type VectorType, vectorTypes } from './metric.ts'
export { embedderFromModel, modelFromProvider } from './model-embedder.ts'
export {
  byteLength,
  delegateName,
  fitIdentifier,
  isQueuedAsText,
  objectNames,
  queueKeyColumn,
  storeColumns,
  storeFields,
  vectorizerSchema,
} from './names.ts'
export { nearestName } from './nearest-name.ts'
export { quoteIdentifier, quoteLiteral, quoteTable, type SqlQuery } from './sql-text.ts'
export { assertVector, type VectorInput, vectorToBinary, vectorToText, writeVector } from './vector-value.ts'
export {
  type ChunkingSpec,
  type ColumnSpec,
  defaultCharacterChunking,
  defaultIndex,
  defaultRecursiveChunking,
  type IndexSpec,
  type KeyColumnSpec,
  type Manifest,
  specVersion,
  type VectorizerSpec,
} from './vectorizer-spec.ts'
