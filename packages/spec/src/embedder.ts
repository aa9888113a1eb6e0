// Text to vectors, by shape: any AI SDK embedding model (specification V1 to V4) fits without importing the AI SDK.

/** The part of an AI SDK `EmbeddingModel` that is the same in V1, V2, V3 and V4. */
export interface EmbeddingModelLike {
  readonly provider: string
  readonly modelId: string
  /** A promise in V2 and later; undefined and Infinity both mean no limit. */
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined
  readonly supportsParallelCalls: PromiseLike<boolean> | boolean
  doEmbed(options: {
    values: string[]
    abortSignal?: AbortSignal
    headers?: Record<string, string | undefined>
    // `any`: V1 has no such option, V2 to V4 want their own JSON type.
    // biome-ignore lint/suspicious/noExplicitAny: the union of four incompatible JSON types
    providerOptions?: Record<string, Record<string, any>>
    /** Vector length; V4 reads it here, older models in `providerOptions`. */
    dimensions?: number
  }): PromiseLike<{ embeddings: number[][]; usage?: { tokens: number } | undefined }>
}

/**
 * The part of an AI SDK provider (V2 to V4) that makes embedding models. Every method is optional: which of the four
 * exist depends on the version and the provider. Methods, not properties, so that narrower model id types fit.
 */
export interface EmbeddingProviderLike {
  embeddingModel?(modelId: string): EmbeddingModelLike
  textEmbeddingModel?(modelId: string): EmbeddingModelLike
  textEmbedding?(modelId: string): EmbeddingModelLike
  embedding?(modelId: string): EmbeddingModelLike
}

/**
 * A model of your own in its shortest form: one vector per text, in order, each `dimensions` long (arrays of numbers or
 * typed arrays). Errors may carry `statusCode` and `isRetryable` as the AI SDK's do, to be tried again.
 */
export type EmbedFunction = (
  texts: string[],
  options: { readonly purpose: EmbedPurpose; readonly dimensions: number; readonly signal: AbortSignal },
) => PromiseLike<readonly ArrayLike<number>[]>

/**
 * Models and functions by full name (`'my/model'`), or AI SDK provider objects by the part before the slash (`openai`).
 */
export type ModelTable = Readonly<Record<string, EmbeddingModelLike | EmbeddingProviderLike | EmbedFunction>>

/** Whether a text is stored or asked: Cohere, Voyage, Google and Bedrock embed the two differently. */
export type EmbedPurpose = 'document' | 'query'

/** What the worker and the client ask of a model, once count, dimensions and finiteness are checked. */
export interface Embedder {
  /** `"provider/model"`, for messages. */
  readonly name: string
  /** One checked vector per text, in order; `tokens` as the provider counted them, if it did. Throws VZ4xx. */
  embed(
    texts: readonly string[],
    options: { readonly purpose: EmbedPurpose; readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly vectors: readonly (readonly number[])[]; readonly tokens: number | undefined }>
}

/** Makes the embedder of a vectorizer; the worker and the client take one of these. */
export type EmbedderResolver = (spec: {
  readonly model: string | null
  readonly dimensions: number
}) => Promise<Embedder>
