// Types of the methods that write vectors which the application brings.
import type { AnySpec, Manifest, SparseVectorInput, VectorInput } from '@prisma-vectorizer/spec'
import type { Types } from '../prisma/types.ts'
import type { IsUnion } from './manifest.ts'

type SpecOf<M extends Manifest, Model extends string> = Extract<
  M['vectorizers'][number] | M['vectors'][number],
  { readonly source: { readonly model: Model } }
>
type InTable<Spec> = Extract<Spec, { readonly store: { readonly kind: 'table' } }>
type InColumn<Spec> = Extract<Spec, { readonly store: { readonly kind: 'column' } }>

/**
 * What may be written: numbers, of `bit` those greater than 0 are ones; of `sparsevec` also a Map of the elements that are
 * not zero, by their index from 0.
 */
export type WrittenVector<Spec> = Spec extends { readonly list: true } ? readonly OneVector<Spec>[] : OneVector<Spec>

type OneVector<Spec> = Spec extends { readonly type: 'sparsevec' } ? VectorInput | SparseVectorInput : VectorInput

/** The key of the row, by the names of its fields. */
type KeyOf<T, Spec> = Spec extends { readonly source: { readonly key: readonly { readonly field: infer Field }[] } }
  ? Pick<Types.Public.Payload<T, 'findMany'>['scalars'], Field & string>
  : never

type Named<All extends AnySpec, Spec extends AnySpec> =
  IsUnion<All['accessor']> extends true
    ? { readonly vectorizer: Spec['accessor'] }
    : { readonly vectorizer?: Spec['accessor'] }

// Type aliases, not interfaces: an application that emits declarations could not name those.
type Batches = {
  /** Rows in one statement, 1 to 5,000. Default 500. Several statements run in one transaction. */
  readonly batchSize?: number
}

/** Arguments of `upsertEmbeddings` on a delegate `T`. */
export type UpsertEmbeddingsArgs<T, All extends AnySpec, Spec extends AnySpec = All> = Spec extends unknown
  ? Named<All, Spec> &
      Batches & {
        readonly data: readonly (KeyOf<T, Spec> & {
          /** Place of the chunk in the row's text, from 0. Default 0. */
          readonly chunkSeq?: number
          /** The text that was embedded: searches return it. */
          readonly chunk: string
          readonly embedding: WrittenVector<Spec>
        })[]
      }
  : never

/** Arguments of `updateEmbeddings` on a delegate `T`. */
export type UpdateEmbeddingsArgs<T, All extends AnySpec, Spec extends AnySpec = All> = Spec extends unknown
  ? Named<All, Spec> &
      Batches & {
        readonly data: readonly (KeyOf<T, Spec> & {
          /** null: the row has none any more. */
          readonly embedding: WrittenVector<Spec> | null
        })[]
      }
  : never

/** Arguments of `deleteEmbeddings` on a delegate `T`. */
export type DeleteEmbeddingsArgs<T, All extends AnySpec> = Named<All, All> & {
  /** Whose vectors, as for `findMany`. Default: those of all rows. */
  readonly where?: Types.Public.Args<T, 'findMany'>['where']
}

type Part<Args, Names extends string> = { [K in keyof Args as Extract<K, Names>]: Args[K] }

/** Arguments of `createWithEmbedding` on a delegate `T`: those of its `create`, and the vector. */
export type CreateWithEmbeddingArgs<T, All extends AnySpec, Spec extends AnySpec = All> = Spec extends unknown
  ? Part<Types.Public.Args<T, 'create'>, 'data' | 'select' | 'include' | 'omit'> &
      Named<All, Spec> & { readonly embedding: WrittenVector<Spec> }
  : never

/** Arguments of `updateEmbedding` on a delegate `T`: those of its `update`, of which `data` may be left out, and the vector. */
export type UpdateEmbeddingArgs<T, All extends AnySpec, Spec extends AnySpec = All> = Spec extends unknown
  ? Part<Types.Public.Args<T, 'update'>, 'where' | 'select' | 'include' | 'omit'> &
      Partial<Part<Types.Public.Args<T, 'update'>, 'data'>> &
      Named<All, Spec> & {
        /** null: the row has none any more. */
        readonly embedding: WrittenVector<Spec> | null
      }
  : never

type Count = Promise<{ count: number }>

type DeleteMethod<All extends AnySpec> = {
  /**
   * Removes the vectors of the rows that match `where` and that `findMany` on this client would return: chunks from a
   * store table, the values of a column. `count` is the number of vectors removed, of lists that of the lists. A worker
   * makes them again only when the row next changes.
   *
   * Throws VZ305 to VZ307; VZ306 also for a column that must hold a vector.
   */
  deleteEmbeddings: IsUnion<All['accessor']> extends true
    ? <T>(this: T, args: DeleteEmbeddingsArgs<T, All>) => Count
    : <T>(this: T, args?: DeleteEmbeddingsArgs<T, All>) => Count
}

type TableMethods<All extends AnySpec> = {
  /**
   * Stores vectors, with the texts they were made from: one row of `data` for each chunk, by the key of the row it belongs
   * to and `chunkSeq`; what is there by that key is replaced, other chunks of the row stay. All of it or nothing.
   *
   * ```sql
   * INSERT INTO <store> … ON CONFLICT (<key>, chunk_seq) DO UPDATE SET …
   * ```
   *
   * Where the vectorizer has a model, its worker replaces all chunks of a row when its text next changes.
   *
   * Throws VZ301, VZ302 and VZ305 to VZ307, and VZ308 when a row does not exist or `findMany` would not return it.
   */
  upsertEmbeddings: <T>(this: T, args: UpsertEmbeddingsArgs<T, All>) => Count
}

type ColumnMethods<All extends AnySpec> = {
  /**
   * `create`, and the vector of the new row, in one transaction. Where the vectorizer has a model, its worker embeds the
   * new row in the place of this vector.
   *
   * Throws VZ301, VZ302 and VZ305 to VZ308, and what `create` throws.
   */
  createWithEmbedding: <T, A>(
    this: T,
    args: Types.Public.Exact<A, CreateWithEmbeddingArgs<T, All>>,
  ) => Promise<Types.Public.Result<T, A, 'create'>>
  /**
   * Replaces the vector of one row, and with `data` what `update` would, in one transaction. The row comes back as from
   * `update`. Where the vectorizer has a model, its worker replaces the vector when the text next changes.
   *
   * Throws VZ301, VZ302 and VZ305 to VZ307, VZ308 when the row does not exist or `findMany` would not return it, and
   * what `update` throws.
   */
  updateEmbedding: <T, A>(
    this: T,
    args: Types.Public.Exact<A, UpdateEmbeddingArgs<T, All>>,
  ) => Promise<Types.Public.Result<T, A, 'update'>>
  /**
   * Replaces the vectors of many rows, by their keys. All of them or none.
   *
   * ```sql
   * UPDATE <table> SET <vector> = … FROM <data> WHERE <key> = …
   * ```
   *
   * Throws VZ301, VZ302 and VZ305 to VZ307, and VZ308 when a row does not exist or `findMany` would not return it.
   */
  updateEmbeddings: <T>(this: T, args: UpdateEmbeddingsArgs<T, All>) => Count
}

export type WritingMethods<
  M extends Manifest,
  Model extends string,
  Spec extends AnySpec = SpecOf<M, Model>,
> = DeleteMethod<Spec> &
  ([InTable<Spec>] extends [never] ? unknown : TableMethods<InTable<Spec>>) &
  ([InColumn<Spec>] extends [never] ? unknown : ColumnMethods<InColumn<Spec>>)
