// What a row to load looks like: known from the spec's literal types, or by its documented shape alone.
import type { AnySpec, SparseVectorInput, VectorInput } from '@prisma-vectorizer/spec'
import type { KeyValues } from './key-text.ts'

/** A vectorizer of the generated `manifest`, or a name: `'BlogPost.contentEmbeddings'`, or the registry's. */
export type LoadSubject = string | AnySpec

type ValueOf<Type extends string> = Type extends keyof KeyValues ? KeyValues[Type] : string

type KeyPart<S extends AnySpec> = S['source']['key'][number]

type Key<S extends AnySpec> = S['store'] extends { readonly kind: 'table' }
  ? { readonly [Part in KeyPart<S> as Part['storeField']]: ValueOf<Part['type']> }
  : { readonly [Part in KeyPart<S> as Part['field']]: ValueOf<Part['type']> }

type Embedding<S extends AnySpec> = S extends { readonly list: true }
  ? readonly VectorInput[]
  : 'sparsevec' extends S['type']
    ? VectorInput | SparseVectorInput
    : VectorInput

type Stored<S extends AnySpec> = S['store'] extends { readonly kind: 'table' }
  ? { readonly chunkSeq: number; readonly chunk: string; readonly embedding: Embedding<S> }
  : { readonly embedding: Embedding<S> }

interface UntypedFields {
  readonly chunkSeq?: number
  readonly chunk?: string
  readonly embedding: VectorInput | SparseVectorInput | readonly VectorInput[]
}

/** Literals are checked against the index signature, which an interface of the caller's would not fit. */
type UntypedRow = UntypedFields & (Readonly<Record<string, unknown>> | object)

/**
 * `{ id, chunkSeq, chunk, embedding }` for a store of its own, `{ id, embedding }` for a column: the key's fields by the
 * names they have in the store model, or in the model itself. Types follow a spec taken from `manifest`.
 */
export type LoadRow<S extends LoadSubject = string> = S extends AnySpec
  ? string extends S['name']
    ? UntypedRow
    : Key<S> & Stored<S>
  : UntypedRow
