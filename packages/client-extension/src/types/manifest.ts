// What the manifest's literals say: which models can be searched, and by which names.
import type { Manifest } from '@prisma-vectorizer/spec'

type Searched<M extends Manifest> = M['vectorizers'][number] | M['vectors'][number]
type InStoreTable<M extends Manifest> = Extract<
  M['vectorizers'][number],
  { readonly store: { readonly kind: 'table' } }
>

/** Models with at least one vectorizer or vector field, e.g. `'BlogPost'`. */
export type SourceModel<M extends Manifest> = Searched<M>['source']['model']

/** The models of the store tables, e.g. `'BlogPostContentEmbeddings'`. */
export type StoreModel<M extends Manifest> = InStoreTable<M>['store']['model']

/** The accessors of a model's vectorizers with a store table, e.g. `'contentEmbeddings'`. */
export type ChunkedName<M extends Manifest, Model extends string> = Extract<
  InStoreTable<M>,
  { readonly source: { readonly model: Model } }
>['accessor']

/** The names of a model's own vectors, e.g. `'embedding'`; lists of them are not searched. */
export type ColumnName<M extends Manifest, Model extends string> = Exclude<
  Extract<Searched<M>, { readonly store: { readonly kind: 'column'; readonly model: Model } }>,
  { readonly list: true }
>['accessor']

/** Everything a model can be searched by. */
export type SpecOf<M extends Manifest, Model extends string> = Extract<
  Searched<M>,
  { readonly source: { readonly model: Model } }
>

export type StoreSpec<M extends Manifest, Model extends string> = Extract<
  InStoreTable<M>,
  { readonly store: { readonly model: Model } }
>

/** The accessor of a store's vectorizer. */
export type StoreName<M extends Manifest, Model extends string> = Extract<
  InStoreTable<M>,
  { readonly store: { readonly model: Model } }
>['accessor']

/** Whether `Name` is more than one name. */
export type IsUnion<Name, Each = Name> = Name extends unknown ? ([Each] extends [Name] ? false : true) : never
