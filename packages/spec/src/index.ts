export {
  type ChunkingSpec,
  defaultCharacterChunking,
  defaultMarkdownChunking,
  defaultRecursiveChunking,
  defaultSentenceChunking,
  defaultTokensChunking,
  type TokenEncoding,
  tokenEncodings,
} from './chunking-spec.ts'
export type { Database, Queryable, Row } from './database.ts'
export type { DocumentReader, LoadedDocument } from './document-reader.ts'
export { isEmbedFunction, modelFromFunction } from './embed-function.ts'
export type {
  Embedder,
  EmbedderResolver,
  EmbeddingModelLike,
  EmbeddingProviderLike,
  EmbedFunction,
  EmbedPurpose,
  ModelTable,
} from './embedder.ts'
export { type ErrorCode, errorCodes } from './error-codes.ts'
export { type ErrorDetail, InternalError, isVectorizerError, type SchemaPosition, VectorizerError } from './errors.ts'
export {
  defaultIndex,
  type IndexMethod,
  type IndexSpec,
  indexDefinition,
  indexedDistance,
  indexedExpression,
  indexedType,
  indexesBits,
  indexesHalfvec,
  indexMethods,
  isDeclaredIndex,
  minRowsOf,
  operatorClass,
} from './index-spec.ts'
export { createIndexSql, indexParameters } from './index-sql.ts'
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
  vectorColumn,
  vectorizerSchema,
} from './names.ts'
export { nearestName } from './nearest-name.ts'
export {
  type FilterColumn,
  type FilterOperator,
  type FilterType,
  type FilterValue,
  filterColumns,
  filterCondition,
  type RowFilter,
} from './row-filter.ts'
export { quoteIdentifier, quoteLiteral, quoteTable, type SqlQuery } from './sql-text.ts'
export { isPlain } from './storage.ts'
export { completeSpec } from './stored-spec.ts'
export { isTextSearchName, textConfiguration, textVector } from './text-search.ts'
export { vectorArray } from './vector-array.ts'
export {
  assertDirection,
  assertHalfVector,
  assertSparseVector,
  assertVector,
  exceedsHalfPrecision,
  isVectorInput,
  type SparseVectorInput,
  sparseVector,
  sparseVectorToText,
  type VectorInput,
  vectorToBinary,
  vectorToBits,
  vectorToText,
  writeVector,
} from './vector-value.ts'
export {
  readBits,
  readHalfVector,
  readSparseVector,
  readVector,
  readVectorText,
} from './vector-value-reading.ts'
export {
  type AnySpec,
  type ColumnSpec,
  type ColumnStore,
  type KeyColumnSpec,
  type Loading,
  type Manifest,
  type ModelSpec,
  type Parsing,
  parsings,
  type ReferentialAction,
  type Roles,
  type SourceSpec,
  specVersion,
  type TableStore,
  type VectorFieldSpec,
  type VectorizerSpec,
  type VectorSpec,
  type ViewSpec,
} from './vectorizer-spec.ts'
