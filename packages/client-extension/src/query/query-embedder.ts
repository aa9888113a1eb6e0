// Which model embeds a text query: what the application passed to the extension, matched by the vectorizer's `model`.
import {
  type Embedder,
  type EmbedderResolver,
  type EmbeddingModelLike,
  type EmbedFunction,
  embedderFromModel,
  isEmbedFunction,
  type ModelTable,
  modelFromFunction,
  modelFromProvider,
  VectorizerError,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { createDatabaseEmbedder } from './database-embedder.ts'
import type { EmbedderOf } from './query-vectors.ts'

export interface EmbedderOptions {
  /** Makes the embedder of any vectorizer; comes before `models`. */
  readonly embedder?: EmbedderResolver | undefined
  /**
   * AI SDK providers by name, `{ openai }` for every `"openai/…"`, or models by their whole name,
   * `{ 'openai/text-embedding-3-small': model }`; a model may be a function, `async (texts) => vectors`.
   */
  readonly models?: ModelTable | undefined
  /**
   * Has the database embed the texts, by the functions of the extension pgai where it has that, e.g. `ai.openai_embed`.
   * Default false.
   */
  readonly embedInDatabase?: boolean | undefined
}

/** One embedder per vectorizer, made on first use. Rejects with VZ304 when the options hold none for it. */
export function createQueryEmbedders(options: EmbedderOptions): EmbedderOf {
  const made = new Map<string, Promise<Embedder>>()
  return async (spec, where, { run }) => {
    if (options.embedInDatabase) return createDatabaseEmbedder(spec, run)
    const present = made.get(spec.name)
    if (present) return present
    const embedder = makeEmbedder(options, spec, where)
    made.set(spec.name, embedder)
    // A resolver may fail for a moment only, e.g. while it fetches a key.
    embedder.catch(() => made.delete(spec.name))
    return embedder
  }
}

async function makeEmbedder({ embedder, models }: EmbedderOptions, spec: VectorizerSpec, where: string) {
  if (embedder) return embedder({ model: spec.model, dimensions: spec.dimensions })
  const model = spec.model === null ? undefined : findModel(models ?? {}, spec.model)
  if (model) return embedderFromModel(model, { dimensions: spec.dimensions, name: spec.model as string })
  throw noEmbedder(spec, where)
}

function findModel(models: ModelTable, name: string): EmbeddingModelLike | undefined {
  const [provider, modelId] = splitModel(name)
  const whole = models[name]
  if (isEmbedFunction(whole)) return modelFromFunction(name, whole)
  const chosen = (whole ?? models[provider]) as Exclude<ModelTable[string], EmbedFunction> | undefined
  if (chosen === undefined) return undefined
  return 'doEmbed' in chosen ? (chosen as EmbeddingModelLike) : modelFromProvider(chosen, modelId)
}

/** `"ollama/library/nomic"` → `["ollama", "library/nomic"]`. */
function splitModel(name: string): [provider: string, modelId: string] {
  const slash = name.indexOf('/')
  return slash < 0 ? [name, name] : [name.slice(0, slash), name.slice(slash + 1)]
}

function noEmbedder({ model, source }: VectorizerSpec, where: string): VectorizerError {
  const field = `${source.model}.${source.text.field}`
  if (model === null) {
    return new VectorizerError('VZ304', {
      fact: `${where}: a text query needs an embedder, and ${field} names no model.`,
      fix: `Pass a vector, or give the extension one: vectorizer({ embedder: async ({ dimensions }) => yourEmbedder })`,
    })
  }
  const [provider] = splitModel(model)
  const property = /^[A-Za-z_$][\w$]*$/.test(provider) ? provider : `'${provider}': provider`
  const extend = (option: string) => `new PrismaClient({ adapter }).$extends(vectorizer({ ${option} }))`
  const fromEnvironment = `${extend('embedder: resolveEmbedder')} with resolveEmbedder of @prisma-vectorizer/embedders`
  return new VectorizerError('VZ304', {
    fact: `${where}: a text query needs the model "${model}" of ${field}, and the extension was given none.`,
    why: 'The query must be embedded by the model that embedded the rows.',
    // `local/hash` comes from our own package, there is no provider of that name to import.
    fix: provider === 'local' ? fromEnvironment : extend(`models: { ${property} }`),
  })
}
