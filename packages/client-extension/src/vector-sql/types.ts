// Types of the fragments: which names each distance takes is read from the manifest's literals.
import type { AnySpec, Manifest, SparseVectorInput, VectorInput, VectorType } from '@prisma-vectorizer/spec'

/**
 * What the fragments are made with: the namespace `Prisma` of the application's own generated client. Prisma nests an
 * `Sql` by `instanceof`, and each generated client has its own class of that name.
 */
export interface PrismaSql<Sql extends object> {
  sql(strings: readonly string[], ...values: readonly unknown[]): Sql
  readonly empty: Sql
}

/**
 * A vector that the application has, sent as one text parameter; or SQL that makes one, such as
 * `` Prisma.sql`ai.openai_embed('text-embedding-3-small', ${text}, dimensions => 768)` ``.
 */
export type SqlVector<Sql extends object> = VectorInput | SparseVectorInput | Sql

export interface ColumnOptions {
  /** What the query calls the table: `FROM ${storeTable('…')} AS c` → `alias: 'c'`. Default: the table's own name. */
  readonly alias?: string
}

export interface DistanceOptions extends ColumnOptions {
  /** Compare the vectors themselves, in full precision; no index can then be used. Default false. */
  readonly exact?: boolean
}

type SpecsOf<M extends Manifest> = M['vectorizers'][number] | M['vectors'][number]

/** A model's own vectors as `'Note.embedding'`, those of a store table by its model, `'BlogPostContentEmbeddings'`. */
type NameOf<Store extends AnySpec['store']> = Store extends { readonly kind: 'column' }
  ? `${Store['model']}.${Store['field']}`
  : Store['model']

type Compared<M extends Manifest> = Exclude<SpecsOf<M>, { readonly list: true }>
type OfBits = { readonly type: 'bit' } | { readonly index: { readonly bit: true } }
/** A manifest that is not known to the compiler has columns of any type. */
type MayBeBits<Spec extends AnySpec> = Spec extends OfBits ? Spec : VectorType extends Spec['type'] ? Spec : never

/** Every column of vectors. */
export type VectorsName<M extends Manifest> = NameOf<SpecsOf<M>['store']>
/** Those of numbers. */
export type NumbersName<M extends Manifest> = NameOf<Exclude<Compared<M>, { readonly type: 'bit' }>['store']>
/** Those of bits, or with an index over one bit per dimension. */
export type BitsName<M extends Manifest> = NameOf<MayBeBits<Compared<M>>['store']>

type DistanceOf<Name extends string, Sql extends object> = (
  vectors: Name,
  vector: SqlVector<Sql>,
  options?: DistanceOptions,
) => Sql

/**
 * Fragments for `$queryRaw` and `Prisma.sql`. A distance is spelled as the index has it, so `ORDER BY distance LIMIT n`
 * can use the index wherever the distance is the one the index was made for; smaller is nearer for all six.
 *
 * Each throws VZ301 or VZ302 for a vector that does not fit, VZ305 for an unknown name and VZ306 for anything else,
 * before any SQL runs.
 */
export interface VectorSql<M extends Manifest, Sql extends object> {
  /** `<=>`: 0 where the directions are the same, 2 where they are opposite. */
  readonly cosineDistance: DistanceOf<NumbersName<M>, Sql>
  /** `<->`, Euclidean. */
  readonly l2Distance: DistanceOf<NumbersName<M>, Sql>
  /** `<#>`, the negative inner product, so that ascending order is nearest first. */
  readonly maxInnerProduct: DistanceOf<NumbersName<M>, Sql>
  /** `<+>`, the sum of the differences. */
  readonly l1Distance: DistanceOf<NumbersName<M>, Sql>
  /** `<~>`: how many bits differ; over an index of bits, those of the signs. */
  readonly hammingDistance: DistanceOf<BitsName<M>, Sql>
  /** `<%>`: 1 minus the share of the ones that are in both. */
  readonly jaccardDistance: DistanceOf<BitsName<M>, Sql>
  /** The table, `"BlogPost_embedding_store"`; with its Postgres schema where the model has one. */
  readonly storeTable: (vectors: VectorsName<M>) => Sql
  /** The column of the vectors, `"BlogPost_embedding_store"."embedding"`. */
  readonly storeColumn: (vectors: VectorsName<M>, options?: ColumnOptions) => Sql
}
