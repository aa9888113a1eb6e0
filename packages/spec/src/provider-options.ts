// What each AI SDK provider wants to hear about dimensions and about documents and queries, as a table: one place to
// look when a provider changes. Keys and option names were checked against requests the packages really sent.
import { functionProvider } from './embed-function.ts'
import type { EmbeddingModelLike, EmbedPurpose } from './embedder.ts'

interface ProviderRow {
  /** Matches `model.provider`, e.g. `openai.embedding`. The first matching row counts. */
  readonly provider: RegExp
  /** Matches `model.modelId`; absent = every model of the provider. */
  readonly model?: RegExp
  /** Keys of `providerOptions` the options go under. */
  readonly keys: readonly string[]
  /** Option that sets the vector's length; absent = the provider has none. */
  readonly dimensions?: string
  /** Models of one fixed length, which refuse the option even with their own length. */
  readonly fixedLength?: RegExp
  readonly purpose?: Readonly<Record<EmbedPurpose, Readonly<Record<string, string>>>>
  /** Options of every call. */
  readonly always?: Readonly<Record<string, string>>
  /** Limits of the API that `maxEmbeddingsPerCall` does not state. */
  readonly textsPerCall?: number
  readonly tokensPerCall?: number
  /**
   * How the API counts the tokens of a call. Default 1: APIs that count them really, where a token is at least one byte,
   * so that as many bytes are always few enough.
   */
  readonly tokensPerByte?: number
}

const cohereTypes = { document: { inputType: 'search_document' }, query: { inputType: 'search_query' } }
const googleTasks = { document: { taskType: 'RETRIEVAL_DOCUMENT' }, query: { taskType: 'RETRIEVAL_QUERY' } }
const novaPurposes = {
  document: { embeddingPurpose: 'GENERIC_INDEX' },
  query: { embeddingPurpose: 'TEXT_RETRIEVAL' },
}
const adaSecond = /ada-002/

/** OpenAI measures a request by a quarter of its bytes before it counts any token: 300,000 are 1.2 MB. */
const openaiModels = {
  keys: ['openai'],
  dimensions: 'dimensions',
  fixedLength: adaSecond,
  tokensPerCall: 300_000,
  tokensPerByte: 0.25,
}
const voyageModels = {
  provider: /^voyage/,
  keys: ['voyage'],
  dimensions: 'outputDimension',
  fixedLength: /^voyage-(2|3|3-lite|[a-z]+-2(-instruct)?)$/,
  purpose: { document: { inputType: 'document' }, query: { inputType: 'query' } },
}
const vertexModels = {
  provider: /^google\.vertex/,
  keys: ['vertex'],
  dimensions: 'outputDimensionality',
  purpose: googleTasks,
  tokensPerCall: 20_000,
}
/** Reads its own key and the name the application gave it. */
const openaiCompatible = { keys: ['openaiCompatible'], dimensions: 'dimensions', fixedLength: adaSecond }
/** A LiteLLM proxy takes what it likes and passes it on in one piece; its models are named after their provider. */
const throughLiteLlm = (model: RegExp, textsPerCall: number, tokensPerCall?: number): ProviderRow => ({
  ...openaiCompatible,
  provider: /^litellm/,
  keys: ['openaiCompatible', 'litellm'],
  model,
  textsPerCall,
  ...(tokensPerCall === undefined ? {} : { tokensPerCall }),
})

const rows: readonly ProviderRow[] = [
  { ...openaiModels, provider: /^openai\./ },
  // Azure reads the key `openai` and ignores `azure` without a warning.
  { ...openaiModels, provider: /^azure/ },
  // Cohere's and Bedrock's default is the query type, which is the wrong one for everything stored.
  {
    provider: /^cohere/,
    keys: ['cohere'],
    dimensions: 'outputDimension',
    fixedLength: /-v[23](\.0)?$/,
    purpose: cohereTypes,
  },
  { provider: /^mistral/, keys: ['mistral'], tokensPerCall: 16_000 },
  { ...voyageModels, model: /^voyage-(4|3\.5)-lite$/, tokensPerCall: 1_000_000 },
  { ...voyageModels, model: /^voyage-(4|3\.5|2)$/, tokensPerCall: 320_000 },
  { ...voyageModels, tokensPerCall: 120_000 },
  // One text per request, though older packages state 2,048.
  { ...vertexModels, model: /^gemini-embedding/, textsPerCall: 1 },
  { ...vertexModels, textsPerCall: 250 },
  { provider: /^google/, keys: ['google'], dimensions: 'outputDimensionality', purpose: googleTasks },
  {
    provider: /^amazon-bedrock/,
    model: /cohere\./,
    keys: ['bedrock'],
    dimensions: 'outputDimension',
    fixedLength: /-v3/,
    purpose: cohereTypes,
    // Cohere itself cuts long texts by default, Bedrock refuses them.
    always: { truncate: 'END' },
  },
  {
    provider: /^amazon-bedrock/,
    model: /nova/,
    keys: ['bedrock'],
    dimensions: 'embeddingDimension',
    purpose: novaPurposes,
  },
  { provider: /^amazon-bedrock/, keys: ['bedrock'], dimensions: 'dimensions', fixedLength: /titan-embed-(text-v1|g1)/ },
  { provider: /^ollama/, keys: ['ollama'], dimensions: 'dimensions' },
  throughLiteLlm(/^(bedrock\/)?cohere/, 96),
  throughLiteLlm(/^voyage\//, 128, 120_000),
  throughLiteLlm(/^mistral\//, 128, 16_000),
  throughLiteLlm(/^vertex_ai\//, 250, 20_000),
  throughLiteLlm(/^gemini\//, 100),
  // A function hears everything there is to know.
  {
    provider: new RegExp(`^${functionProvider}$`),
    keys: [functionProvider],
    dimensions: 'dimensions',
    purpose: { document: { purpose: 'document' }, query: { purpose: 'query' } },
  },
]

/** Everything unknown is taken for openai-compatible. */
function rowOf(model: EmbeddingModelLike): ProviderRow {
  const row = rows.find((each) => each.provider.test(model.provider) && (each.model?.test(model.modelId) ?? true))
  return row ?? { ...openaiCompatible, provider: /./, keys: [...openaiCompatible.keys, providerName(model)] }
}

/** `openai.embedding` → `openai`. */
export const providerName = (model: EmbeddingModelLike): string => model.provider.split('.', 1)[0]?.trim() ?? ''

export type ProviderOptions = Record<string, Record<string, string | number>>

/**
 * The options of one `doEmbed` call. With `dimensions` undefined, or a model of fixed length, none are asked for.
 * V4 models take the top-level `dimensions`, older ones read `providerOptions`; both are sent.
 */
export function providerCallOptions(
  model: EmbeddingModelLike,
  purpose: EmbedPurpose,
  dimensions: number | undefined,
): { readonly dimensions?: number; readonly providerOptions?: ProviderOptions } {
  const row = rowOf(model)
  const asked = dimensions !== undefined && !row.fixedLength?.test(model.modelId) ? dimensions : undefined
  const options = {
    ...(asked !== undefined && row.dimensions ? { [row.dimensions]: asked } : {}),
    ...row.purpose?.[purpose],
    ...row.always,
  }
  return {
    ...(asked === undefined ? {} : { dimensions: asked }),
    ...(Object.keys(options).length > 0
      ? { providerOptions: Object.fromEntries(row.keys.map((key) => [key, options])) }
      : {}),
  }
}

/** More at once gains little: one call already carries up to 2,048 texts, and workers make several requests at once. */
const callsAtOnce = 4
/** Where a call carries one text, its latency is all there is. */
const singleTextCallsAtOnce = 16

/** How much one call may carry, and how many calls may run at once. */
export interface CallLimits {
  readonly texts: number
  readonly tokens: number
  /** To estimate the tokens of a text for the limit above. */
  readonly tokensPerByte: number
  readonly calls: number
}

/** The model's own limits, and what its API is known to refuse. */
export async function callLimits(model: EmbeddingModelLike): Promise<CallLimits> {
  const row = rowOf(model)
  const stated = (await model.maxEmbeddingsPerCall) ?? Number.POSITIVE_INFINITY
  const texts = Math.max(1, Math.min(stated, row.textsPerCall ?? Number.POSITIVE_INFINITY))
  const parallel = await model.supportsParallelCalls
  return {
    texts,
    tokens: row.tokensPerCall ?? Number.POSITIVE_INFINITY,
    tokensPerByte: row.tokensPerByte ?? 1,
    calls: parallel ? (texts === 1 ? singleTextCallsAtOnce : callsAtOnce) : 1,
  }
}
