// Resolvers: what the worker and the client ask for the embedder of a vectorizer.
import { type Embedder, type EmbedderResolver, embedderFromModel, VectorizerError } from '@prisma-vectorizer/spec'
import { reportingFailures } from './provider-failure.ts'
import { currentContext, type ModelTable, type ResolveContext, resolveModel } from './resolve-model.ts'
import { retrying } from './retry.ts'

export interface ResolverOptions {
  /**
   * Your own models by full name (`{ 'my/model': model }`) or AI SDK provider objects of any version by the name
   * before the slash (`{ openai }`); they come before the providers known by name.
   */
  readonly models?: ModelTable | undefined
  /** How often a call is tried again after a passing failure (HTTP 408, 409, 429, 5xx, network); 3 by default. */
  readonly retries?: number | undefined
}

/**
 * Makes a resolver. An embedder is made once per model and number of dimensions.
 *
 * The resolver throws VZ401 (unknown model), VZ402 (package not installed), VZ406 (key or base URL missing) before any
 * call; its embedders throw VZ403, VZ404 (wrong answers) and VZ405 (refused or failed, after the retries).
 */
export function createResolver(options: ResolverOptions = {}): EmbedderResolver {
  return resolverIn(() => currentContext(options.models ?? {}), options.retries)
}

/** Resolves `"provider/model"` from the environment; see `createResolver` for models of your own. */
export const resolveEmbedder: EmbedderResolver = createResolver()

/** A resolver in a context that `context` gives at each first use of a model. */
export function resolverIn(context: () => ResolveContext, retries = 3): EmbedderResolver {
  const made = new Map<string, Promise<Embedder>>()
  return (spec) => {
    const key = JSON.stringify([spec.model, spec.dimensions])
    const known = made.get(key)
    if (known) return known
    const embedder = makeEmbedder(spec, context(), retries)
    made.set(key, embedder)
    // A failure is not kept: the package may be installed, or the key set, before the next try.
    embedder.catch(() => made.delete(key))
    return embedder
  }
}

async function makeEmbedder(
  { model: name, dimensions }: Parameters<EmbedderResolver>[0],
  context: ResolveContext,
  retries: number,
): Promise<Embedder> {
  if (name === null) {
    throw new VectorizerError('VZ401', {
      fact: 'The vectorizer names no model, so nothing can turn text into vectors.',
      fix: 'Add `model: "provider/model"` to its annotation, or pass vectors of your own.',
    })
  }
  const model = await resolveModel(name, dimensions, context)
  return reportingFailures(embedderFromModel(retrying(model, retries), { dimensions, name }))
}
