// Where we meet Prisma Client, and the only file that does: its types, its extension points, and what we read of it.
import type { Types } from '@prisma/client/runtime/client'
import { delegateName, type Manifest, type SqlQuery, specVersion, VectorizerError } from '@prisma-vectorizer/spec'
import { createFindSimilar, type SearchConnection } from './find-similar/find-similar.ts'
import { createQueryEmbedders, type EmbedderOptions } from './find-similar/query-embedder.ts'
import type { SimilarityQuery } from './find-similar/query-vector.ts'
import { type SearchTarget, searchTargets } from './find-similar/search-target.ts'
import type { ChunkedName, ColumnName, IsUnion, SourceModel, StoreModel, StoreName } from './types/manifest.ts'
import type { Added, Similar } from './types/results.ts'
import { createWhereCompiler, type WhereCompiler } from './where/compile-where.ts'

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
  }
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

/** The part of a client that we use; what starts with `_` is Prisma's own and may be absent. */
interface Client {
  $extends(extension: object): unknown
  $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<readonly Readonly<Record<string, unknown>>[]>
  readonly _engineConfig?: { readonly adapter?: AdapterFactory }
  readonly _globalOmit?: Readonly<Record<string, Readonly<Record<string, boolean>> | undefined>>
}

interface AdapterFactory {
  readonly adapterName?: string
  readonly options?: { readonly schema?: string }
}

/** The model a method of ours was called on, as `Prisma.getExtensionContext` describes it. */
interface ModelContext {
  findMany(args: object): PromiseLike<unknown>
  readonly $parent: Client
}

interface FindManyHook {
  readonly args: object
  readonly query: (args: object) => PromiseLike<unknown>
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
  const { findSimilar, answerFindMany } = createFindSimilar(createQueryEmbedders(options))
  const model: Record<string, object> = {}
  const query: Record<string, object> = {}
  for (const target of targets) {
    model[delegateName(target.model)] = {
      findSimilar(this: ModelContext, asked: unknown, args?: unknown) {
        return findSimilar(target, connectionOf(this, target, options), asked, args)
      },
    }
    query[delegateName(target.model)] = {
      findMany: ({ args, query: next }: FindManyHook) => answerFindMany({ ...args }, next),
    }
  }
  return { name: 'prisma-vectorizer', model, query }
}

function connectionOf(context: ModelContext, target: SearchTarget, options: VectorizerOptions): SearchConnection {
  // The client that was extended; inside an interactive transaction that client's transaction.
  const client = context.$parent
  const adapter = client._engineConfig?.adapter
  const schema = options.schema ?? adapter?.options?.schema ?? 'public'
  const omitted = Object.entries(client._globalOmit?.[delegateName(target.model)] ?? {})
  return {
    findMany: (args) => context.findMany(args),
    run: ({ text, values }: SqlQuery) => client.$queryRawUnsafe(text, ...values),
    compileWhere: whereCompilerOf(client, schema),
    schema,
    // Known by name, not tried: a statement that fails would abort the caller's transaction, and one beside it would
    // wait for ever where there is a single connection. adapter-pg sends bytes as they are; PGlite's makes them text.
    vectorFormat: adapter?.adapterName === '@prisma/adapter-pg' ? 'binary' : 'text',
    globallyOmitted: new Set(omitted.filter(([, omit]) => omit).map(([field]) => field)),
  }
}

type ClientClass = new (options: object) => unknown

const compilers = new WeakMap<ClientClass, Map<string, WhereCompiler>>()

/** One for each generated client class: a compiler holds no connection and knows nothing but the schema. */
function whereCompilerOf(client: Client, schema: string): WhereCompiler {
  const generated = generatedClass(client.constructor as ClientClass)
  // Minimal: the place in the code that Prisma would show is ours, not the caller's.
  const createClient = (adapter: object) => new generated({ adapter, errorFormat: 'minimal' })
  const bySchema = compilers.get(generated) ?? new Map<string, WhereCompiler>()
  compilers.set(generated, bySchema)
  const compiler = bySchema.get(schema) ?? createWhereCompiler(schema, createClient)
  bySchema.set(schema, compiler)
  return compiler
}

/** An application may subclass PrismaClient, as NestJS services do, with a constructor that takes other arguments. */
function generatedClass(clientClass: ClientClass): ClientClass {
  const base: unknown = Object.getPrototypeOf(clientClass)
  return typeof base === 'function' && base.prototype ? generatedClass(base as ClientClass) : clientClass
}

function assertVersion(manifest: Manifest): void {
  if (manifest.version === specVersion) return
  throw new VectorizerError('VZ306', {
    fact: `The manifest has version ${manifest.version}; this @prisma-vectorizer/client reads version ${specVersion}.`,
    why: 'It was written by a generator of another version.',
    fix: 'Install the same version of both packages and run `npx prisma generate`.',
  })
}
