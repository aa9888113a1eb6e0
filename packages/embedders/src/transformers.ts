// Models in this process, by @huggingface/transformers: weights are downloaded once, then nothing leaves the machine.
import type { EmbeddingModelLike, EmbeddingProviderLike } from '@prisma-vectorizer/spec'
import type { Settings } from './providers.ts'

type Extractor = (
  texts: string[],
  options: { readonly pooling: 'mean'; readonly normalize: true },
) => Promise<{ tolist(): number[][] }>
type Pipeline = (task: 'feature-extraction', model: string, options: Settings) => Promise<Extractor>

/** Texts of a call are padded to the longest of them: more at once costs memory and gains nothing on a processor. */
const textsPerCall = 16

/** Loaded models, by the `pipeline` that loaded them: hundreds of megabytes each, so once per process. */
const loaded = new WeakMap<Pipeline, Map<string, Promise<Extractor>>>()

/** Models by their id on the Hub, mean pooled and normalised, with weights of type `dtype`. Loaded on the first call. */
export function transformersProvider(factory: unknown, { dtype = 'q8' }: Settings): EmbeddingProviderLike {
  const pipeline = factory as Pipeline
  const embeddingModel = (modelId: string): EmbeddingModelLike => ({
    provider: 'transformers',
    modelId,
    maxEmbeddingsPerCall: textsPerCall,
    // One call keeps every core busy.
    supportsParallelCalls: false,
    async doEmbed({ values, abortSignal }) {
      const extract = await load(pipeline, modelId, dtype)
      abortSignal?.throwIfAborted()
      const output = await extract(values, { pooling: 'mean', normalize: true })
      return { embeddings: output.tolist() }
    },
  })
  return { embeddingModel }
}

function load(pipeline: Pipeline, modelId: string, dtype: string): Promise<Extractor> {
  const models = loaded.get(pipeline) ?? new Map<string, Promise<Extractor>>()
  loaded.set(pipeline, models)
  const key = `${modelId} ${dtype}`
  const known = models.get(key)
  if (known) return known
  const loading = pipeline('feature-extraction', modelId, { dtype })
  models.set(key, loading)
  // A failed download is tried again by the next call.
  loading.catch(() => models.delete(key))
  return loading
}
