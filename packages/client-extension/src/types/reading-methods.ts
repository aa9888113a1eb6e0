// Types of the methods that read embeddings without searching.
import type { Manifest } from '@prisma-vectorizer/spec'
import type { Types } from '../prisma/types.ts'
import type { SimilarityQuery } from '../query/query-vector.ts'
import type { IsUnion } from './manifest.ts'

type Searched<M extends Manifest> = M['vectorizers'][number] | M['vectors'][number]
type SpecOf<M extends Manifest, Model extends string> = Extract<
  Searched<M>,
  { readonly source: { readonly model: Model } }
>

type Named<Names extends string> =
  IsUnion<Names> extends true ? { readonly vectorizer: Names } : { readonly vectorizer?: Names }

/** A vector as it is read: every element exactly as stored, so of `vector` and `halfvec` the float4 nearest to what was written. */
export type VectorOf<Spec> = Spec extends { readonly list: true }
  ? number[][]
  : Spec extends { readonly type: 'sparsevec' }
    ? Map<number, number>
    : number[]

/** One chunk of a row, with its vector. */
export interface StoredEmbedding<Vector = number[]> {
  /** Its row in the store. */
  readonly embeddingUuid: string
  /** Its place in the row's text, from 0. */
  readonly chunkSeq: number
  /** The text that was embedded, template included. */
  readonly chunk: string
  readonly embedding: Vector
}

/** What `findEmbeddings` adds to a row. */
type Embedded<Spec> = Spec extends { readonly store: { readonly kind: 'table' } }
  ? { readonly _embeddings: StoredEmbedding<VectorOf<Spec>>[] }
  : { readonly _embedding: VectorOf<Spec> | (Spec extends { readonly list: true } ? never : null) }

type ChosenSpec<Spec extends { readonly accessor: string }, A> = A extends { readonly vectorizer: infer Name }
  ? Spec extends { readonly accessor: infer Accessor }
    ? Accessor extends Name
      ? Spec
      : never
    : never
  : Spec

/** Arguments of `findEmbeddings`: those of `findMany`, and the name of the vectorizer where the model has several. */
export type FindEmbeddingsArgs<T, Names extends string> = Types.Public.Args<T, 'findMany'> & Named<Names>

type EmbeddedRows<T, A, Spec extends { readonly accessor: string }> = Promise<
  (Types.Public.Result<T, A, 'findMany'>[number] & Embedded<ChosenSpec<Spec, A>>)[]
>

type FindEmbeddings<Spec extends { readonly accessor: string }> =
  IsUnion<Spec['accessor']> extends true
    ? <T, A>(this: T, args: Types.Public.Exact<A, FindEmbeddingsArgs<T, Spec['accessor']>>) => EmbeddedRows<T, A, Spec>
    : <T, A>(this: T, args?: Types.Public.Exact<A, FindEmbeddingsArgs<T, Spec['accessor']>>) => EmbeddedRows<T, A, Spec>

type ScalarName<T> = keyof Types.Public.Payload<T, 'findMany'>['scalars'] & string
type Where<T> = Types.Public.Args<T, 'findMany'>['where']

/** Arguments of `averageEmbedding` and `sumEmbedding`. */
export type AggregateArgs<T, Names extends string, Several> = {
  /** The rows, as for `findMany`. Default: all of them. */
  readonly where?: Where<T>
  /** Fields to group by; without them there is one vector of all rows. */
  readonly by?: ScalarName<T> | readonly ScalarName<T>[]
} & (Several extends true ? { readonly vectorizer: Names } : { readonly vectorizer?: Names })

type By<A> = A extends { readonly by: infer Fields }
  ? Fields extends readonly (infer Field extends string)[]
    ? Field
    : Extract<Fields, string>
  : never

/** One vector, or a row for each group. */
type Aggregated<T, A, Key extends string> = Promise<
  [By<A>] extends [never]
    ? number[] | null
    : (Types.Public.Result<T, { select: { [Field in By<A>]: true } }, 'findMany'>[number] & {
        /** How many vectors there are in the group. */
        readonly _count: number
      } & { readonly [K in Key]: number[] })[]
>

// The types that pgvector has `avg` and `sum` of.
type AggregatedName<Spec extends { readonly accessor: string }> = Exclude<
  Extract<Spec, { readonly type: 'vector' | 'halfvec' }>,
  { readonly list: true }
>['accessor']

type AggregateEmbedding<Names extends string, Several, Key extends string> = Several extends true
  ? <T, A>(this: T, args: Types.Public.Exact<A, AggregateArgs<T, Names, Several>>) => Aggregated<T, A, Key>
  : <T, A>(this: T, args?: Types.Public.Exact<A, AggregateArgs<T, Names, Several>>) => Aggregated<T, A, Key>

/** Arguments of `countSimilar`: how near a row must be, and which rows. Exactly one of the first two. */
export type CountSimilarArgs<T, Names extends string> = { readonly where?: Where<T> } & Named<Names> &
  (
    | { readonly maxDistance: number; readonly minScore?: never }
    | { readonly minScore: number; readonly maxDistance?: never }
  )

export type CountSimilar<Names extends string> = <T, A>(
  this: T,
  query: SimilarityQuery,
  args: Types.Public.Exact<A, CountSimilarArgs<T, Names>>,
) => Promise<number>

export interface ReadingMethods<
  M extends Manifest,
  Model extends string,
  Spec extends SpecOf<M, Model> = SpecOf<M, Model>,
> {
  /**
   * The rows of `findMany`, which it calls with the same arguments, and their vectors: of a vectorizer with a store table
   * `_embeddings`, the chunks in their order; of vectors of the model itself `_embedding`, null where there is none. A
   * sparsevec is a Map of its elements by their index from 0, bits are zeros and ones.
   *
   * Throws VZ305 to VZ307, and what findMany throws.
   */
  findEmbeddings: FindEmbeddings<Spec>
  /**
   * The mean of the vectors of all rows that match `where`, null when there are none: of every chunk, so long texts weigh
   * more. With `by`, one row for each group of rows, in the order of its fields: those fields, `_count` of vectors, and
   * `_average`; groups without vectors are left out. The rows are those that `findMany` on this client returns.
   *
   * A statement computes the groups, and a findMany reads their fields: where rows move between groups meanwhile, run
   * it in a transaction of the isolation level RepeatableRead. Where other extensions hook findMany, the rows are read
   * through them and grouped by what they return.
   *
   * Only of types vector and halfvec. Throws VZ305 to VZ307, and what findMany throws.
   */
  averageEmbedding: AggregateEmbedding<AggregatedName<Spec>, IsUnion<Spec['accessor']>, '_average'>
  /** As `averageEmbedding`, but the sum of the vectors, `_sum` of each group. */
  sumEmbedding: AggregateEmbedding<AggregatedName<Spec>, IsUnion<Spec['accessor']>, '_sum'>
}
