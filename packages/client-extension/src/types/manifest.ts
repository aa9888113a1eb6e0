// What the manifest's literals say: which models can be searched, and by which names.
import type { Manifest } from '@prisma-vectorizer/spec'

type VectorizerOf<M extends Manifest> = M['vectorizers'][number]

/** Models with at least one vectorizer, e.g. `'BlogPost'`. */
export type SourceModel<M extends Manifest> = VectorizerOf<M>['source']['model']

/** The models of the stores, e.g. `'BlogPostContentEmbeddings'`. */
export type StoreModel<M extends Manifest> = VectorizerOf<M>['store']['model']

/** The accessors of a model's vectorizers, e.g. `'contentEmbeddings'`; of a store's, its own. */
export type VectorizerName<M extends Manifest, Model extends string> = Extract<
  VectorizerOf<M>,
  { readonly source: { readonly model: Model } } | { readonly store: { readonly model: Model } }
>['accessor']

/** Whether `Name` is more than one name. */
export type IsUnion<Name, Each = Name> = Name extends unknown ? ([Each] extends [Name] ? false : true) : never
