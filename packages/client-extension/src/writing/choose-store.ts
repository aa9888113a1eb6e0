// Whose vectors a method writes: of the model's vectorizers and vector fields, those it can be called for.

import { VectorizerError } from '@prisma-vectorizer/spec'
import { shown } from '../arguments/argument-readers.ts'
import type { Searchable, SearchTarget } from '../find-similar/search-target.ts'

/** `table`: vectors in a store table, by chunk. `column`: vectors of the model itself, one or one list a row. */
export type StoreKind = 'table' | 'column'

const kinds = {
  table: { are: 'no vectorizer with a store table', other: 'holds its vectors itself', use: 'updateEmbeddings' },
  column: { are: 'no vectors of its own', other: 'keeps its vectors in a store table', use: 'upsertEmbeddings' },
} as const

/** Throws VZ305 (no such name, or several and none is named) or VZ306 (of the other kind). */
export function chooseStore(
  { searches }: SearchTarget,
  name: unknown,
  kind: StoreKind | undefined,
  where: string,
): Searchable {
  const possible = searches.filter(({ spec, results }) => {
    return results !== 'chunks' && (kind === undefined || spec.store.kind === kind)
  })
  const listed = possible.map(({ spec }) => `"${spec.accessor}"`).join(', ')
  const [only] = possible
  if (only === undefined && kind) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: the model has ${kinds[kind].are}.`,
      fix: `Use ${kinds[kind].use}.`,
    })
  }
  if (name === undefined && only) {
    if (possible.length === 1) return only
    throw new VectorizerError('VZ305', {
      fact: `${where}: the model has ${possible.length} vectorizers and vector fields that it could mean, and none is named.`,
      fix: `Add \`vectorizer\`, one of ${listed}.`,
    })
  }
  const chosen = possible.find(({ spec }) => spec.accessor === name)
  if (chosen) return chosen
  if (kind && searches.some(({ spec }) => spec.accessor === name)) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: "${name}" ${kinds[kind].other}.`,
      fix: `Use ${kinds[kind].use}.`,
    })
  }
  throw new VectorizerError('VZ305', {
    fact: `${where}: the model has no vectorizer or vector field ${shown(name)}.`,
    fix: `Use ${possible.length > 1 ? 'one of ' : ''}${listed}.`,
  })
}
