// What a search of one model returns: parents with their best chunk, the chunks of one store, or rows by a vector of
// their own.
import type { AnySpec, Manifest } from '@prisma-vectorizer/spec'
import { storeColumns, storeFields } from '@prisma-vectorizer/spec'

export interface SearchTarget {
  /** Prisma model whose rows come back. */
  readonly model: string
  /** Whether it is the application's own model, not one of stored chunks. */
  readonly isSource: boolean
  /** By what it can be searched, in the order of the manifest. */
  readonly searches: readonly [Searchable, ...Searchable[]]
}

export interface Searchable {
  readonly spec: AnySpec
  /** `rows` have their vector in a column of their own; the other two are found through a store table. */
  readonly results: 'parents' | 'chunks' | 'rows'
}

/** A field that identifies a row: on the model that is returned, and in the store. */
export interface KeyField {
  readonly field: string
  /** Column of the model's own table. */
  readonly column: string
  readonly storeColumn: string
  /** As written in DDL and casts, e.g. `INTEGER`. */
  readonly sqlType: string
  /** Set where Prisma reads the column as text although it is of this type: enums. */
  readonly castTo: string | undefined
  /** The Prisma type, e.g. `Int`. */
  readonly type: string
  /** Prisma names of an enum's values by what is stored, where the two differ. */
  readonly values: Readonly<Record<string, string>> | undefined
}

/** Every model of the manifest that gets `findSimilar`. */
export function searchTargets(manifest: Manifest): SearchTarget[] {
  const sources = new Map<string, SearchTarget>()
  const stores: SearchTarget[] = []
  for (const spec of [...manifest.vectorizers, ...manifest.vectors]) {
    const { source, store } = spec
    const search: Searchable = { spec, results: store.kind === 'table' ? 'parents' : 'rows' }
    const known = sources.get(source.model)
    sources.set(source.model, {
      model: source.model,
      isSource: true,
      searches: known ? [...known.searches, search] : [search],
    })
    if (store.kind === 'table')
      stores.push({ model: store.model, isSource: false, searches: [{ spec, results: 'chunks' }] })
  }
  return [...sources.values(), ...stores]
}

const chunkKey: KeyField = {
  field: storeFields.embeddingUuid,
  column: storeColumns.embeddingUuid,
  storeColumn: storeColumns.embeddingUuid,
  sqlType: 'UUID',
  castTo: undefined,
  type: 'String',
  values: undefined,
}

/** The key of a chunk. */
export const chunkKeyFields: readonly KeyField[] = [chunkKey]

/** The key of what is returned, in key order. */
export function keyFields({ results, spec }: Searchable): readonly KeyField[] {
  if (results === 'chunks') return chunkKeyFields
  return spec.source.key.map(({ field, column, storeColumn, sqlType, type, values }) => ({
    field,
    column,
    storeColumn: results === 'rows' ? column : storeColumn,
    sqlType,
    castTo: sqlType.includes('"') ? sqlType : undefined,
    type,
    values,
  }))
}
