// The extension as `$extends` takes it: its options, its methods, its hook.
import { delegateName, type Manifest, specVersion, VectorizerError } from '@prisma-vectorizer/spec'
import { createSearches } from './find-similar/find-similar.ts'
import { type SearchTarget, searchTargets } from './find-similar/search-target.ts'
import { createShortcuts } from './find-similar/shortcuts.ts'
import { createWarnings } from './find-similar/warnings.ts'
import type { Client, ModelContext } from './prisma/client.ts'
import { connectionOf } from './prisma/connection.ts'
import { createInterceptor } from './prisma/intercept.ts'
import type { Types } from './prisma/types.ts'
import { createQueryEmbedders, type EmbedderOptions } from './query/query-embedder.ts'
import { createQueryTexts } from './query/query-texts.ts'
import { createQueryVectors } from './query/query-vectors.ts'
import { countRows } from './reading/count-rows.ts'
import { readingMethods } from './reading/reading.ts'
import type { SourceModel, StoreModel } from './types/manifest.ts'
import type { ReadingMethods } from './types/reading-methods.ts'
import type { ChunkSearchMethods, SearchMethods } from './types/search-methods.ts'
import type { WritingMethods } from './types/writing-methods.ts'
import { writingMethods } from './writing/writing.ts'

/** How the extension embeds the texts it is asked for. Vectors need none of it. */
export interface VectorizerOptions extends EmbedderOptions {
  /**
   * Postgres schema of the models without `@@schema`. Default: the driver adapter's `schema` option, as for Prisma
   * itself, else `public`.
   */
  readonly schema?: string | undefined
  /** How many vectors of texts that were searched for are kept in memory, the most lately used; 0: none. Default 500. */
  readonly queryCache?: number | undefined
  /** Gets each warning once, its code first. Default `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined
}

const defaultQueryCache = 500

type SourceMethods<M extends Manifest> = {
  [Model in SourceModel<M> as Uncapitalize<Model>]: SearchMethods<M, Model> &
    ReadingMethods<M, Model> &
    WritingMethods<M, Model>
}

type StoreMethods<M extends Manifest> = {
  [Model in StoreModel<M> as Uncapitalize<Model>]: ChunkSearchMethods<M, Model>
}

/** Result, model, query and client extensions, in the form in which `$extends` infers them. */
type ExtensionParts<M extends Manifest> = Types.Extensions.InternalArgs<
  Record<never, never>,
  SourceMethods<M> & StoreMethods<M>,
  Record<never, never>,
  Record<never, never>
>

/** What `$extends` takes. */
// biome-ignore lint/suspicious/noExplicitAny: as Prisma types the extensions of `defineExtension`, for any client
export type VectorizerExtension<M extends Manifest> = (client: any) => {
  $extends: { extArgs: ExtensionParts<M> }
}

/**
 * The extension for the vectorizers and vector fields of `manifest`, which the generator writes:
 * `new PrismaClient({ adapter }).$extends(vectorizer({ models: { openai } }))` with
 * `const vectorizer = createVectorizer(manifest)`.
 */
export function createVectorizer<const M extends Manifest>(
  manifest: M,
): (options?: VectorizerOptions) => VectorizerExtension<M> {
  assertVersion(manifest)
  return (options = {}) => {
    const targets = searchTargets(manifest)
    const { model, ...others } = createExtension(targets, options)
    const extend = (client: Client) => client.$extends({ ...others, model: { ...refusals(client, targets), ...model } })
    // Prisma infers the parts of an extension from its literal; ours are known from the manifest instead.
    return extend as VectorizerExtension<M>
  }
}

function createExtension(targets: readonly SearchTarget[], options: VectorizerOptions) {
  const interceptor = createInterceptor()
  const embedderOf = createQueryEmbedders(options)
  const vectors = createQueryVectors(createQueryTexts(options.queryCache ?? defaultQueryCache), embedderOf)
  const { findSimilar, findSimilarMany } = createSearches({
    interceptor,
    shortcuts: createShortcuts(),
    vectors,
    warn: createWarnings(options.warn ?? ((message) => console.warn(message))),
  })
  const model: Record<string, object> = {}
  const query: Record<string, object> = {}
  for (const target of targets) {
    const methods: Record<string, unknown> = {
      findSimilar(this: ModelContext, asked: unknown, args?: unknown) {
        return findSimilar(target, connectionOf(this, target, options), asked, args)
      },
      findSimilarMany(this: ModelContext, asked: unknown, args?: unknown) {
        return findSimilarMany(target, connectionOf(this, target, options), asked, args)
      },
    }
    if (!target.isSource) {
      model[delegateName(target.model)] = methods
      query[delegateName(target.model)] = { findMany: interceptor.hook }
      continue
    }
    methods['countSimilar'] = function (this: ModelContext, query: unknown, args: unknown) {
      return countRows({ target, connection: connectionOf(this, target, options), interceptor }, vectors, query, args)
    }
    for (const [name, method] of Object.entries({ ...readingMethods, ...writingMethods })) {
      methods[name] = function (this: ModelContext, args?: unknown) {
        return method({ target, connection: connectionOf(this, target, options), interceptor }, args)
      }
    }
    model[delegateName(target.model)] = methods
    query[delegateName(target.model)] = { findMany: interceptor.hook }
  }
  return { name: 'prisma-vectorizer', model, query }
}

/** For callers without types: a model that cannot be searched says so. */
function refusals(client: Client, targets: readonly SearchTarget[]): Record<string, object> {
  const models = Object.keys(client._runtimeDataModel?.models ?? {})
  const delegates = client as unknown as Readonly<Record<string, { readonly findSimilar?: unknown } | undefined>>
  const without = models.filter(
    // Another manifest may have been extended with before.
    (name) => !targets.some(({ model }) => model === name) && !delegates[delegateName(name)]?.findSimilar,
  )
  return Object.fromEntries(without.map((name) => [delegateName(name), { findSimilar: () => refuse(name) }]))
}

async function refuse(model: string): Promise<never> {
  throw new VectorizerError('VZ305', {
    fact: `${model}.findSimilar: the model has no vectorizer and no vector field.`,
    fix: 'Annotate a text field, e.g. `/// @vectorizer(dimensions: 768)`, then run `npx prisma-vectorizer migrate dev`.',
  })
}

function assertVersion(manifest: Manifest): void {
  if (manifest.version === specVersion) return
  throw new VectorizerError('VZ306', {
    fact: `The manifest has version ${manifest.version}; this @prisma-vectorizer/client reads version ${specVersion}.`,
    why: 'It was written by a generator of another version.',
    fix: 'Install the same version of both packages and run `npx prisma generate`.',
  })
}
