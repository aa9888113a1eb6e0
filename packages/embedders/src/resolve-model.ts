// From a model's name to a model: what the application passed, the local model, or a provider's package.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type EmbeddingModelLike,
  type EmbeddingProviderLike,
  isEmbedFunction,
  type ModelTable,
  modelFromFunction,
  modelFromProvider,
  nearestName,
  VectorizerError,
} from '@prisma-vectorizer/spec'
import { type Environment, providerSettings } from './environment.ts'
import { localHash } from './local-hash.ts'
import { importFactory } from './provider-package.ts'
import { type Provider, providers, type Settings } from './providers.ts'

export type { ModelTable }

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

export interface ResolvedModel {
  readonly model: EmbeddingModelLike
  /** Tells two accounts of one provider apart: keys and base URL, never shown. */
  readonly account: string
  /** One model that the application passed, not one of a provider's. */
  readonly single: boolean
}

/** Throws VZ401, VZ402, VZ406 or VZ407. */
export async function resolveModel(name: string, dimensions: number, context: ResolveContext): Promise<ResolvedModel> {
  const own = ownModel(name, context.models)
  if (own) return { model: own, account: '', single: Object.hasOwn(context.models, name) }
  const { prefix, modelId } = splitName(name)
  if (prefix === 'local') {
    if (modelId !== 'hash') return fail(name, `There is no local model "${modelId}".`)
    return { model: localHash(dimensions), account: '', single: true }
  }
  const provider = Object.hasOwn(providers, prefix) ? providers[prefix] : undefined
  if (!provider) return fail(name, `"${prefix}" of the model "${name}" is no provider known here.`, prefix)
  const settings = providerSettings(name, provider, context.environment)
  const made = await makeProvider(name, provider, provider.named ? { ...settings, name: prefix } : settings, context)
  return { model: modelFromProvider(made, modelId), account: JSON.stringify(settings), single: false }
}

async function makeProvider(
  name: string,
  provider: Provider,
  settings: Settings,
  { folders, nodeVersion }: ResolveContext,
): Promise<EmbeddingProviderLike> {
  const factory = provider.package && (await importFactory(name, provider.package, folders, nodeVersion))
  if (provider.make) return provider.make(factory, settings)
  return (factory as (settings: Settings) => EmbeddingProviderLike)(settings)
}

/** What the application passed for `name`, whole or by its provider. */
function ownModel(name: string, models: ModelTable): EmbeddingModelLike | undefined {
  const whole = Object.hasOwn(models, name) ? models[name] : undefined
  if (isEmbedFunction(whole)) return modelFromFunction(name, whole)
  if (whole) return isModel(whole) ? whole : fail(name, `\`models["${name}"]\` is a provider object, not a model.`)
  const { prefix, modelId } = splitName(name)
  const own = Object.hasOwn(models, prefix) ? models[prefix] : undefined
  if (!own) return undefined
  if (isModel(own)) return fail(name, `\`models.${prefix}\` is one model, not a provider object.`)
  if (isEmbedFunction(own)) return fail(name, `\`models.${prefix}\` is one function, not a provider object.`)
  return modelFromProvider(own, modelId)
}

/** `"ollama/library/nomic"` → `ollama` and `library/nomic`. */
function splitName(name: string): { readonly prefix: string; readonly modelId: string } {
  const slash = name.indexOf('/')
  if (slash < 1 || slash === name.length - 1) return fail(name, `"${name}" is not of the form "provider/model".`)
  return { prefix: name.slice(0, slash), modelId: name.slice(slash + 1) }
}

function isModel(candidate: ModelTable[string]): candidate is EmbeddingModelLike {
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
