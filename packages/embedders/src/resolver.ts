// Resolvers: what the worker and the client ask for the embedder of a vectorizer.
import { type Embedder, type EmbedderResolver, embedderFromModel, VectorizerError } from '@prisma-vectorizer/spec'
import { type EmbedderWarning, sendingFittingTexts } from './fitting-texts.ts'
import { createLane, inLane, type Lane } from './lane.ts'
import { assertLimits, assertWhole, type LimitTable, limitedName } from './limits.ts'
import { reportingFailures } from './provider-failure.ts'
import {
  currentContext,
  type ModelTable,
  type ResolveContext,
  type ResolvedModel,
  resolveModel,
} from './resolve-model.ts'
import { retrying } from './retry.ts'

export interface ResolverOptions {
  /**
   * Your own models by full name (`{ 'my/model': model }`, or a function `async (texts) => vectors`), or AI SDK provider
   * objects of any version by the name before the slash (`{ openai }`); they come before the providers known by name.
   */
  readonly models?: ModelTable | undefined
  /** How often a call is tried again after a passing failure (HTTP 408, 409, 429, 5xx, network); 3 by default. */
  readonly retries?: number | undefined
  /**
   * What a provider's account allows, for all its models together: `{ openai: { requestsPerMinute: 3000,
   * tokensPerMinute: 1_000_000, concurrency: 8 } }`; calls wait their turn. Counted in this process, per resolver.
   */
  readonly limits?: LimitTable | undefined
  /** Told once per model that texts are cut, or too long to be sent. Default: `process.emitWarning`. */
  readonly onWarning?: ((warning: EmbedderWarning) => void) | undefined
}

/**
 * Makes a resolver. An embedder is made once per model and number of dimensions; limits, pauses after "too many
 * requests" and rests after failures are shared by all models of one provider and key.
 *
 * Throws VZ409 for limits that are not valid. The resolver throws VZ401 (unknown model), VZ402 (package not installed),
 * VZ406 (key or base URL missing) before any call; its embedders throw VZ403, VZ404 (wrong answers), VZ405 (refused or
 * failed, after the retries) and VZ408 (not called, because the provider is failing).
 */
export function createResolver(options: ResolverOptions = {}): EmbedderResolver {
  const { models = {}, ...rest } = options
  assertWhole('retries', options.retries, 0)
  assertLimits(options.limits ?? {}, models)
  return resolverIn(() => currentContext(models), rest)
}

/** Resolves `"provider/model"` from the environment; see `createResolver` for models of your own. */
export const resolveEmbedder: EmbedderResolver = createResolver()

/** A resolver in a context that `context` gives at each first use of a model. */
export function resolverIn(
  context: () => ResolveContext,
  { retries = 3, limits = {}, onWarning = emitWarning }: Omit<ResolverOptions, 'models'> = {},
): EmbedderResolver {
  const made = new Map<string, Promise<Embedder>>()
  const lanes = new Map<string, Lane>()

  function laneOf(name: string, { account, single }: ResolvedModel): Lane {
    const limited = limitedName(name, limits)
    // Two single models have nothing in common but what the application states.
    const shared = single && !Object.hasOwn(limits, limited) ? name : limited
    const key = JSON.stringify([shared, account])
    const lane = lanes.get(key) ?? createLane(shared, limits[limited])
    lanes.set(key, lane)
    return lane
  }

  async function make(name: string, dimensions: number): Promise<Embedder> {
    const { folders, ...rest } = context()
    const resolved = await resolveModel(name, dimensions, { folders, ...rest })
    const reached = retrying(inLane(resolved.model, laneOf(name, resolved)), retries)
    const embedder = embedderFromModel(reached, { dimensions, name })
    return reportingFailures(sendingFittingTexts(embedder, resolved.model, folders, onWarning))
  }

  return async ({ model, dimensions }) => {
    if (model === null) {
      throw new VectorizerError('VZ401', {
        fact: 'The vectorizer names no model, so nothing can turn text into vectors.',
        fix: 'Add `model: "provider/model"` to its annotation, or pass vectors of your own.',
      })
    }
    const key = JSON.stringify([model, dimensions])
    const known = made.get(key)
    if (known) return known
    const embedder = make(model, dimensions)
    made.set(key, embedder)
    // A failure is not kept: the package may be installed, or the key set, before the next try.
    embedder.catch(() => made.delete(key))
    return embedder
  }
}

function emitWarning({ model, message }: EmbedderWarning): void {
  process.emitWarning(`${model}: ${message}`, 'VectorizerWarning')
}
