// What a search of one model returns: parents with their best chunk, or the chunks of one store.
import type { Manifest, VectorizerSpec } from '@prisma-vectorizer/spec'
import { storeColumns, storeFields } from '@prisma-vectorizer/spec'

export interface SearchTarget {
  /** Prisma model whose rows come back. */
  readonly model: string
  readonly results: 'parents' | 'chunks'
  readonly vectorizers: readonly [VectorizerSpec, ...VectorizerSpec[]]
}

/** A field that identifies a row: on the model that is returned, and in the store. */
export interface KeyField {
  readonly field: string
  /** Column of the model's own table. */
  readonly column: string
  readonly storeColumn: string
  /** Set where Prisma reads the column as text although it is of this type: enums. */
  readonly castTo: string | undefined
}

/** Every model of the manifest that gets `findSimilar`. */
export function searchTargets(manifest: Manifest): SearchTarget[] {
  const parents = new Map<string, SearchTarget>()
  const stores: SearchTarget[] = []
  for (const spec of manifest.vectorizers) {
    const { model } = spec.source
    const vectorizers = [...(parents.get(model)?.vectorizers ?? []), spec] as const
    parents.set(model, { model, results: 'parents', vectorizers: vectorizers as readonly [VectorizerSpec] })
    stores.push({ model: spec.store.model, results: 'chunks', vectorizers: [spec] })
  }
  return [...parents.values(), ...stores]
}

/** The key of what is returned, in key order. */
export function keyFields(results: SearchTarget['results'], spec: VectorizerSpec): KeyField[] {
  if (results === 'chunks') {
    const column = storeColumns.embeddingUuid
    return [{ field: storeFields.embeddingUuid, column, storeColumn: column, castTo: undefined }]
  }
  return spec.source.key.map(({ field, column, storeColumn, sqlType }) => ({
    field,
    column,
    storeColumn,
    castTo: sqlType.includes('"') ? sqlType : undefined,
  }))
}
