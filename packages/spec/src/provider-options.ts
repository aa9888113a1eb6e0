// What each AI SDK provider wants to hear about dimensions and about documents and queries, as a table: one place to
// look when a provider changes. Keys and option names were checked against requests the packages really sent.
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
  /** Limits of the API that `maxEmbeddingsPerCall` does not state. */
  readonly textsPerCall?: number
  /** The API counts tokens. A token is at least one byte, so as many bytes are always few enough. */
  readonly bytesPerCall?: number
}

const cohereTypes = { document: { inputType: 'search_document' }, query: { inputType: 'search_query' } }
const googleTasks = { document: { taskType: 'RETRIEVAL_DOCUMENT' }, query: { taskType: 'RETRIEVAL_QUERY' } }
const novaPurposes = {
  document: { embeddingPurpose: 'GENERIC_INDEX' },
  query: { embeddingPurpose: 'TEXT_RETRIEVAL' },
}
const adaSecond = /ada-002/

const rows: readonly ProviderRow[] = [
  { provider: /^openai\./, keys: ['openai'], dimensions: 'dimensions', fixedLength: adaSecond, bytesPerCall: 300_000 },
  // Azure reads the key `openai` and ignores `azure` without a warning.
  { provider: /^azure/, keys: ['openai'], dimensions: 'dimensions', fixedLength: adaSecond, bytesPerCall: 300_000 },
  // Cohere's and Bedrock's default is the query type, which is the wrong one for everything stored.
  {
    provider: /^cohere/,
    keys: ['cohere'],
    dimensions: 'outputDimension',
    fixedLength: /-v[23](\.0)?$/,
    purpose: cohereTypes,
  },
  { provider: /^mistral/, keys: ['mistral'], bytesPerCall: 16_000 },
  {
    provider: /^voyage/,
    keys: ['voyage'],
    dimensions: 'outputDimension',
    fixedLength: /^voyage-(2|3|3-lite|[a-z]+-2(-instruct)?)$/,
    purpose: { document: { inputType: 'document' }, query: { inputType: 'query' } },
    bytesPerCall: 120_000,
  },
  {
    provider: /^google\.vertex/,
    keys: ['vertex'],
    dimensions: 'outputDimensionality',
    purpose: googleTasks,
    textsPerCall: 250,
    bytesPerCall: 20_000,
  },
  { provider: /^google/, keys: ['google'], dimensions: 'outputDimensionality', purpose: googleTasks },
  {
    provider: /^amazon-bedrock/,
    model: /cohere\./,
    keys: ['bedrock'],
    dimensions: 'outputDimension',
    fixedLength: /-v3/,
    purpose: cohereTypes,
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
]

/** Everything else is taken for openai-compatible, which reads its own key and the name the application gave it. */
const openaiCompatible: ProviderRow = {
  provider: /./,
  keys: ['openaiCompatible'],
  dimensions: 'dimensions',
  fixedLength: adaSecond,
}

function rowOf(model: EmbeddingModelLike): ProviderRow {
  const row = rows.find((each) => each.provider.test(model.provider) && (each.model?.test(model.modelId) ?? true))
  return row ?? { ...openaiCompatible, keys: [...openaiCompatible.keys, providerName(model)] }
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
  }
  return {
    ...(asked === undefined ? {} : { dimensions: asked }),
    ...(Object.keys(options).length > 0
      ? { providerOptions: Object.fromEntries(row.keys.map((key) => [key, options])) }
      : {}),
  }
}

/** How much one call may carry: the model's own count, and what its API is known to refuse. */
export async function callLimits(model: EmbeddingModelLike): Promise<{ texts: number; bytes: number }> {
  const row = rowOf(model)
  const stated = (await model.maxEmbeddingsPerCall) ?? Number.POSITIVE_INFINITY
  return {
    texts: Math.max(1, Math.min(stated, row.textsPerCall ?? Number.POSITIVE_INFINITY)),
    bytes: row.bytesPerCall ?? Number.POSITIVE_INFINITY,
  }
}
