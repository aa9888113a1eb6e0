export {
  createVectorizer,
  type FindSimilarArgs,
  type VectorizerExtension,
  type VectorizerOptions,
} from './extension.ts'
export type { SimilarityQuery } from './find-similar/query-vector.ts'
export type { Similar, SimilarChunk, SimilarParent } from './types/results.ts'
