// Where we meet Prisma Client, and the only file that does: its types, its extension points, and what we read of it.
import type { Types } from '@prisma/client/runtime/client'
import { delegateName, type Manifest, specVersion, VectorizerError } from '@prisma-vectorizer/spec'
import { readingMethods } from './embeddings/reading.ts'
import { writingMethods } from './embeddings/writing.ts'
import { createFindSimilar } from './find-similar/find-similar.ts'
import { createQueryEmbedders, type EmbedderOptions } from './find-similar/query-embedder.ts'
import type { SimilarityQuery } from './find-similar/query-vector.ts'
import { type SearchTarget, searchTargets } from './find-similar/search-target.ts'
import type { Client, ModelContext } from './prisma/client.ts'
import { connectionOf } from './prisma/connection.ts'
import { createInterceptor } from './prisma/intercept.ts'
import type { ChunkedName, ColumnName, IsUnion, SourceModel, StoreModel, StoreName } from './types/manifest.ts'
import type { ReadingMethods } from './types/reading-methods.ts'
import type { Added, Similar } from './types/results.ts'
import type { WritingMethods } from './types/writing-methods.ts'

/** How the extension embeds the texts it is asked for. Vectors need none of it. */
export interface VectorizerOptions extends EmbedderOptions {
  /**
   * Postgres schema of the models without `@@schema`. Default: the driver adapter's `schema` option, as for Prisma
   * itself, else `public`.
   */
  readonly schema?: string | undefined
}

/**
 * Arguments of `findSimilar` on a delegate `T`: those of its `findMany` that say which rows and fields, and ours.
 * `take` (1 to 10,000, default 10) is the number of rows; `vectorizer` names a vectorizer or vector field where the model
 * has several.
 */
export type FindSimilarArgs<T, Names extends string> = {
  [K in keyof Types.Public.Args<T, 'findMany'> as Extract<
    K,
    'where' | 'select' | 'include' | 'omit'
  >]: Types.Public.Args<T, 'findMany'>[K]
} & { take?: number } & (IsUnion<Names> extends true ? { vectorizer: Names } : { vectorizer?: Names })

type Rows<T, A, Extra> = Promise<(Types.Public.Result<T, A, 'findMany'>[number] & Extra)[]>

// The same method twice: only where a model can be searched by several names is the second argument required.
type FindSimilarParents<Chunked extends string, Own extends string> =
  IsUnion<Chunked | Own> extends true
    ? <T, A>(
        this: T,
        query: SimilarityQuery,
        args: Types.Public.Exact<A, FindSimilarArgs<T, Chunked | Own>>,
      ) => Rows<T, A, Added<Chunked, Own, A>>
    : <T, A>(
        this: T,
        query: SimilarityQuery,
        args?: Types.Public.Exact<A, FindSimilarArgs<T, Chunked | Own>>,
      ) => Rows<T, A, Added<Chunked, Own, A>>

type FindSimilarChunks<Name extends string> = <T, A>(
  this: T,
  query: SimilarityQuery,
  args?: Types.Public.Exact<A, FindSimilarArgs<T, Name>>,
) => Rows<T, A, Similar>

type SourceMethods<M extends Manifest> = {
  [Model in SourceModel<M> as Uncapitalize<Model>]: {
    /**
     * The rows nearest to `query`, nearest first, each once, with `_distance` and `_score`, and with the chunk that came
     * nearest in `_chunk` unless the model itself holds the vectors. `where`, `select`, `include` and `omit` are those
     * of `findMany`, and so are the rows: what `findMany` on this client would hide does not show.
     *
     * Throws VZ301 to VZ307, and VZ4xx when a text cannot be embedded.
     */
    findSimilar: FindSimilarParents<ChunkedName<M, Model>, ColumnName<M, Model>>
  } & ReadingMethods<M, Model> &
    WritingMethods<M, Model>
}

type StoreMethods<M extends Manifest> = {
  [Model in StoreModel<M> as Uncapitalize<Model>]: {
    /**
     * The chunks nearest to `query`, nearest first, with `_distance` and `_score`. `where`, `select`, `include` and
     * `omit` are those of `findMany`, so `include: { parent: true }` brings the rows they belong to.
     */
    findSimilar: FindSimilarChunks<StoreName<M, Model>>
  }
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
    const extension = createExtension(searchTargets(manifest), options)
    // Prisma infers the parts of an extension from its literal; ours are known from the manifest instead.
    return ((client: Client) => client.$extends(extension)) as VectorizerExtension<M>
  }
}

function createExtension(targets: readonly SearchTarget[], options: VectorizerOptions) {
  const interceptor = createInterceptor()
  const findSimilar = createFindSimilar(interceptor, createQueryEmbedders(options))
  const model: Record<string, object> = {}
  const query: Record<string, object> = {}
  for (const target of targets) {
    const methods: Record<string, unknown> = {
      findSimilar(this: ModelContext, asked: unknown, args?: unknown) {
        return findSimilar(target, connectionOf(this, target, options), asked, args)
      },
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

function assertVersion(manifest: Manifest): void {
  if (manifest.version === specVersion) return
  throw new VectorizerError('VZ306', {
    fact: `The manifest has version ${manifest.version}; this @prisma-vectorizer/client reads version ${specVersion}.`,
    why: 'It was written by a generator of another version.',
    fix: 'Install the same version of both packages and run `npx prisma generate`.',
  })
}
