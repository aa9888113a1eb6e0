// From a model's name to a model: what the application passed, the local model, or a provider's package.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type EmbeddingModelLike,
  type EmbeddingProviderLike,
  modelFromProvider,
  nearestName,
  VectorizerError,
} from '@prisma-vectorizer/spec'
import { type Environment, providerSettings } from './environment.ts'
import { localHash } from './local-hash.ts'
import { importFactory } from './provider-package.ts'
import { providers } from './providers.ts'

/** Models by full name (`'my/model'`), or AI SDK provider objects by the part before the slash (`openai`). */
export type ModelTable = Readonly<Record<string, EmbeddingModelLike | EmbeddingProviderLike>>

/** What resolving depends on besides the name; tests bring their own. */
export interface ResolveContext {
  readonly models: ModelTable
  readonly environment: Environment
  /** Folders to look for provider packages in, in order. */
  readonly folders: readonly string[]
  /** E.g. `20.19.0`. */
  readonly nodeVersion: string
}

/** Read when a model is resolved, not when the module loads: applications fill `process.env` at start. */
export function currentContext(models: ModelTable): ResolveContext {
  return {
    models,
    environment: process.env,
    folders: [process.cwd(), dirname(fileURLToPath(import.meta.url))],
    nodeVersion: process.versions.node,
  }
}

/** Throws VZ401, VZ402, VZ406 or VZ407. */
export async function resolveModel(
  name: string,
  dimensions: number,
  context: ResolveContext,
): Promise<EmbeddingModelLike> {
  const { models } = context
  const whole = Object.hasOwn(models, name) ? models[name] : undefined
  if (whole) return isModel(whole) ? whole : fail(name, `\`models["${name}"]\` is a provider object, not a model.`)

  const slash = name.indexOf('/')
  const prefix = slash === -1 ? name : name.slice(0, slash)
  const modelId = slash === -1 ? '' : name.slice(slash + 1)
  if (prefix === '' || modelId === '') return fail(name, `"${name}" is not of the form "provider/model".`)

  const own = Object.hasOwn(models, prefix) ? models[prefix] : undefined
  if (own) {
    if (isModel(own)) return fail(name, `\`models.${prefix}\` is one model, not a provider object.`)
    return modelFromProvider(own, modelId)
  }
  if (prefix === 'local') {
    return modelId === 'hash' ? localHash(dimensions) : fail(name, `There is no local model "${modelId}".`)
  }
  const provider = Object.hasOwn(providers, prefix) ? providers[prefix] : undefined
  if (!provider) return fail(name, `"${prefix}" of the model "${name}" is no provider known here.`, prefix)

  const settings = providerSettings(name, provider, context.environment)
  const factory = await importFactory(name, provider, context.folders, context.nodeVersion)
  return modelFromProvider(factory({ ...settings, ...(provider.named ? { name: prefix } : {}) }), modelId)
}

function isModel(candidate: EmbeddingModelLike | EmbeddingProviderLike): candidate is EmbeddingModelLike {
  return 'doEmbed' in candidate && typeof candidate.doEmbed === 'function'
}

function fail(name: string, fact: string, prefix?: string): never {
  const known = ['local', ...Object.keys(providers)]
  const near = prefix === undefined ? undefined : nearestName(prefix, known)
  throw new VectorizerError('VZ401', {
    fact,
    why: `Known providers: ${known.join(', ')}. The only local model is local/hash.`,
    fix: near
      ? `Did you mean "${near}${name.slice(name.indexOf('/'))}"?`
      : 'Name a known one, or pass your own: `createResolver({ models: { openai } })` or `{ models: { "my/model": model } }`.',
  })
}
