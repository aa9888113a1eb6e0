// Types of the methods that search.
import type { Distance, Manifest } from '@prisma-vectorizer/spec'
import type { Weights } from '../arguments/parse-mode.ts'
import type { Types } from '../prisma/types.ts'
import type { SimilarityQuery } from '../query/query-vector.ts'
import type { ChunkedName, ColumnName, IsUnion, SpecOf, StoreName, StoreSpec } from './manifest.ts'
import type { CountSimilar, VectorOf } from './reading-methods.ts'
import type { Added, AddedToRow, Similar, SimilarParent } from './results.ts'

/** Arguments of a search that do not depend on the model. */
export interface SearchOptions {
  /** Rows to return, 1 to 10,000. Default 10. */
  take?: number
  /** Rows to pass over first. Pages up to the hundredth row come from one scan, so that no row is on two of them. */
  skip?: number
  /** Leaves out rows that are farther away. They are looked for no further than the index scan goes anyway. */
  maxDistance?: number
  /** The same, by `_score`. */
  minScore?: number
  /** By vectors, by words (PostgreSQL full text, needs `textSearch` in the annotation), or by both. Default `'vector'`. */
  mode?: 'vector' | 'keyword' | 'hybrid'
  /** Of `mode: 'hybrid'`: what a place in each ranking counts. Default 1 and 1. */
  weights?: Partial<Weights>
  /** Another distance than the vectorizer's: computed for every row, since the index does not serve it. */
  distance?: Distance
  /** `hnsw.ef_search` of this search, 1 to 1000. Default 100, or as many vectors as are read. */
  efSearch?: number
  /** `ivfflat.probes` of this search. Default the square root of the index's lists. */
  probes?: number
  /** Computes every distance instead of using the index. */
  exact?: boolean
  /** Brings the vectors along: `_chunk.embedding` of parents, else `_embedding`. */
  embedding?: boolean
  /** Rows handed to `rerank`. Default 4 times `skip` + `take`. */
  candidates?: number
  /** Ends the embedding of the query's text, and the search before its statement. */
  signal?: AbortSignal
}

/** Arguments of a search that finds rows by their chunks. */
export interface ChunkOptions<Where> {
  /** Brings the nearest chunks of each row, as `_chunks`. */
  chunks?: number
  /** Searches these chunks only: a `where` of the store's model. */
  chunkWhere?: Where
}

/** Reorders and drops hits, e.g. by a cross-encoder. It sees the rows as they would be returned. */
export interface RerankOption<Row> {
  rerank?: <R extends Row>(query: unknown, hits: readonly R[]) => readonly R[] | Promise<readonly R[]>
}

type Rows<T> = {
  [K in keyof Types.Public.Args<T, 'findMany'> as Extract<
    K,
    'where' | 'select' | 'include' | 'omit'
  >]: Types.Public.Args<T, 'findMany'>[K]
}

type Named<Names extends string> = IsUnion<Names> extends true ? { vectorizer: Names } : { vectorizer?: Names }

/** The `where` of the store's model: Prisma's filter on the relation has it. */
type ChunkWhere<T, Chunked extends string> = Types.Public.Args<T, 'findMany'>['where'] extends infer Where
  ? NonNullable<Where> extends { [K in Chunked]?: infer Relation }
    ? NonNullable<Relation> extends { some?: infer Some }
      ? Some
      : never
    : never
  : never

type Scalars<T> = Partial<Types.Public.Payload<T, 'findMany'>['scalars']>

/**
 * Arguments of a search of a delegate `T`: those of its `findMany` that say which rows and fields, and ours.
 * `Chunked` and `Own` name the vectorizers with a store table, and vectors of the model itself.
 */
export type FindSimilarArgs<T, Chunked extends string, Own extends string = never> = Rows<T> &
  SearchOptions &
  Named<Chunked | Own> &
  ([Chunked] extends [never]
    ? RerankOption<Similar & Scalars<T>>
    : ChunkOptions<ChunkWhere<T, Chunked>> &
        RerankOption<([Own] extends [never] ? SimilarParent : Similar) & Scalars<T>>)

export type FindSimilarChunksArgs<T, Name extends string> = Rows<T> &
  SearchOptions &
  Named<Name> &
  RerankOption<Similar & Scalars<T>>

/** Rows named by a unique field, for `{ to }`. */
type Unique<T> = NonNullable<Types.Public.Args<T, 'findUnique'>['where']>

type Found<T, A, Extra> = Types.Public.Result<T, A, 'findMany'>[number] & Extra

type Query<T> = SimilarityQuery<Unique<T>>
type Exact<A, Args> = Types.Public.Exact<A, Args>
type Promised<R> = Types.Public.PrismaPromise<R>

// Each method twice: only where a model can be searched by several names is the second argument required.
type SearchParents<Chunked extends string, Own extends string, Vector> =
  IsUnion<Chunked | Own> extends true
    ? <T, A>(
        this: T,
        query: Query<T>,
        args: Exact<A, FindSimilarArgs<T, Chunked, Own>>,
      ) => Promised<Found<T, A, Added<Chunked, Own, A, Vector>>[]>
    : <T, A>(
        this: T,
        query: Query<T>,
        args?: Exact<A, FindSimilarArgs<T, Chunked, Own>>,
      ) => Promised<Found<T, A, Added<Chunked, Own, A, Vector>>[]>

type SearchParentsMany<Chunked extends string, Own extends string, Vector> =
  IsUnion<Chunked | Own> extends true
    ? <T, A>(
        this: T,
        queries: readonly Query<T>[],
        args: Exact<A, FindSimilarArgs<T, Chunked, Own>>,
      ) => Promised<Found<T, A, Added<Chunked, Own, A, Vector>>[][]>
    : <T, A>(
        this: T,
        queries: readonly Query<T>[],
        args?: Exact<A, FindSimilarArgs<T, Chunked, Own>>,
      ) => Promised<Found<T, A, Added<Chunked, Own, A, Vector>>[][]>

/** The methods of a model of the application. */
export interface SearchMethods<
  M extends Manifest,
  Model extends string,
  Vector = VectorOf<SpecOf<M, Model>>,
  Chunked extends string = ChunkedName<M, Model>,
  Own extends string = ColumnName<M, Model>,
> {
  /**
   * The rows nearest to `query`, nearest first, each once, with `_distance` and `_score`, and with the chunk that came
   * nearest in `_chunk` unless the model itself holds the vectors. `where`, `select`, `include` and `omit` are those
   * of `findMany`, and so are the rows: what `findMany` on this client would hide does not show. Exactly `take` of them
   * when so many match.
   *
   * As with Prisma's own queries, nothing runs until it is awaited; in `$transaction([…])` it returns scalar fields only.
   * Rejects with VZ301 to VZ309, and VZ4xx when a text cannot be embedded.
   */
  findSimilar: SearchParents<Chunked, Own, Vector>
  /** One list of rows for each query: one provider call, and by vectors one statement. */
  findSimilarMany: SearchParentsMany<Chunked, Own, Vector>
  /**
   * How many rows, each once, are no farther from `query` than `maxDistance`, or score at least `minScore`. It computes
   * every distance, as no index can count.
   */
  countSimilar: CountSimilar<Chunked | Own>
}

/** The methods of a model of stored chunks. */
export interface ChunkSearchMethods<M extends Manifest, Model extends string, Vector = VectorOf<StoreSpec<M, Model>>> {
  /**
   * The chunks nearest to `query`, nearest first, with `_distance` and `_score`. `where`, `select`, `include` and
   * `omit` are those of `findMany`, so `include: { parent: true }` brings the rows they belong to.
   */
  findSimilar: <T, A>(
    this: T,
    query: Query<T>,
    args?: Exact<A, FindSimilarChunksArgs<T, StoreName<M, Model>>>,
  ) => Promised<Found<T, A, AddedToRow<A, Vector>>[]>
  /** One list of chunks for each query: one provider call, and by vectors one statement. */
  findSimilarMany: <T, A>(
    this: T,
    queries: readonly Query<T>[],
    args?: Exact<A, FindSimilarChunksArgs<T, StoreName<M, Model>>>,
  ) => Promised<Found<T, A, AddedToRow<A, Vector>>[][]>
}
