// The optional view over store and source, as pgai makes one for every vectorizer.
import { quoteIdentifier, quoteTable, storeColumns, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'
import { sqlNames } from './sql-names.ts'

export function createView(spec: VectorizerSpec): readonly string[] {
  if (spec.view === null) return []
  const { embeddingUuid, chunkSeq, chunk, embedding } = storeColumns
  const ofStore = [embeddingUuid, ...spec.source.key.map((part) => part.storeColumn), chunkSeq, chunk, embedding]
  const columns = [
    ...ofStore.map((column) => `store.${quoteIdentifier(column)}`),
    ...spec.view.columns.map(({ column }) => `source.${quoteIdentifier(column)}`),
  ]
  return [
    renderSql('view', {
      ...sqlNames(spec),
      view: quoteTable({ schema: spec.view.schema, table: spec.view.name }),
      viewColumns: columns.join(', '),
    }),
  ]
}

export const dropView = ({ view }: VectorizerSpec): readonly string[] =>
  view === null ? [] : [renderSql('drop-view', { view: quoteTable({ schema: view.schema, table: view.name }) })]
