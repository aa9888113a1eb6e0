// The optional view over store and source.
import { quoteTable, type VectorizerSpec } from '@prisma-vectorizer/spec'
import type { Examined } from '../examination.ts'
import type { Complaint } from '../finding.ts'

export function checkView({ spec, catalog, store, source, tools }: Examined<VectorizerSpec>): Complaint[] {
  if (spec.view === null || !store || !source) return []
  const view = quoteTable({ schema: spec.view.schema, table: spec.view.name })
  if (catalog.views.has(view)) return []
  return [{ code: 'DR412', fact: `The view ${view} does not exist any more.`, sql: tools?.repairs.view(spec) }]
}
