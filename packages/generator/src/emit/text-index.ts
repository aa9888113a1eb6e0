// The full-text index over the chunks of a store.
import {
  objectNames,
  quoteIdentifier,
  quoteTable,
  storeColumns,
  textVector,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'

/** Nothing without `textSearch`. `maybe there`: a store that was kept may have one, perhaps of another configuration. */
export function textIndex(spec: VectorizerSpec, presence: 'new' | 'maybe there' = 'new'): readonly string[] {
  if (spec.textSearch === null) return []
  return [
    ...(presence === 'new' ? [] : dropTextIndex(spec)),
    renderSql('text-index', {
      textIndex: quoteIdentifier(objectNames(spec).textIndex),
      store: quoteTable(spec.store),
      textVector: textVector(spec, quoteIdentifier(storeColumns.chunk)),
    }),
  ]
}

/** Nothing without `textSearch`. */
export const dropTextIndex = (spec: VectorizerSpec): readonly string[] =>
  spec.textSearch === null
    ? []
    : [
        renderSql('drop-index', {
          index: quoteTable({ schema: spec.store.schema, table: objectNames(spec).textIndex }),
        }),
      ]
