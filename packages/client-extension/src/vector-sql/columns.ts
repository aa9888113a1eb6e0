// The columns of vectors by the names that the fragments take.

import {
  type AnySpec,
  type Manifest,
  nearestName,
  quoteIdentifier,
  VectorizerError,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import { shown } from '../arguments/argument-readers.ts'

/** Every column of vectors by its name: `BlogPostContentEmbeddings`, `Note.embedding`. */
export function columnsByName(manifest: Manifest): ReadonlyMap<string, AnySpec> {
  const specs: readonly AnySpec[] = [...manifest.vectorizers, ...manifest.vectors]
  return new Map(specs.map((spec) => [nameOf(spec), spec]))
}

const nameOf = ({ store }: AnySpec): string => (store.kind === 'table' ? store.model : `${store.model}.${store.field}`)

/** Throws VZ305. */
export function findColumn(columns: ReadonlyMap<string, AnySpec>, name: unknown, fragment: string): AnySpec {
  const spec = columns.get(name as string)
  if (spec) return spec
  const nearest = typeof name === 'string' ? nearestName(name, [...columns.keys()]) : undefined
  throw new VectorizerError('VZ305', {
    fact: `${fragment}: there are no vectors called ${shown(name)}.`,
    why: 'A store table is named by its model, the vectors of a model itself as "Model.field".',
    fix: nearest
      ? `Did you mean "${nearest}"?`
      : `Use one of ${[...columns.keys()].map((each) => `"${each}"`).join(', ')}.`,
  })
}

/** `"Note"."embedding"`, of the table's own name or of what the query calls it. */
export function columnText({ store }: AnySpec, alias: string | undefined): string {
  return `${quoteIdentifier(alias ?? store.table)}.${quoteIdentifier(vectorColumn(store))}`
}
