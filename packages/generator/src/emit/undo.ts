// The SQL that takes back what a migration has made, as far as planning back to an older spec does not say it.
import { type AnySpec, isDeclaredIndex, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'
import { dropVectorIndex, placeOf, purposeOf } from './migration.ts'
import { sqlNames, vectorNames } from './sql-names.ts'
import { dropTextIndex } from './text-index.ts'
import { dropView } from './view.ts'

export interface Made {
  /** The store's table too; else a migration of Prisma's has. */
  readonly store: boolean
  /** Row-level security of the store. */
  readonly security: boolean
}

/** Takes back the creation of `spec`. */
export function emitUndoCreate(spec: AnySpec, made: Made): string {
  const names = vectorNames(spec)
  // Prisma's migrations have made an index of that name where the schema declares one: it stays, whatever its kind.
  const dropsIndex = !made.store && spec.index.kind !== 'none' && !isDeclaredIndex(spec)
  return sections([
    `-- No longer ${purposeOf(spec)} ${placeOf(spec)}.`,
    ...(spec.kind === 'vectorizer' ? dropView(spec) : []),
    ...(dropsIndex ? [dropVectorIndex(spec)] : []),
    ...(!made.store && spec.kind === 'vectorizer' ? dropTextIndex(spec) : []),
    ...(made.security && !made.store && spec.kind === 'vectorizer' ? [dropRowSecurity(spec)] : []),
    ...(spec.kind === 'vectorizer'
      ? [renderSql('remove', { ...sqlNames(spec), comment: storeComment(spec, made) })]
      : []),
    renderSql('unregister', names),
    ...(made.store ? [`DROP TABLE IF EXISTS ${names.store};`] : []),
  ])
}

export const emitUndoRowSecurity = (spec: VectorizerSpec): string =>
  sections([`-- The embeddings of ${placeOf(spec)} are visible to all who may read the store.`, dropRowSecurity(spec)])

const dropRowSecurity = (spec: VectorizerSpec): string => renderSql('drop-row-security', sqlNames(spec))

function storeComment(spec: VectorizerSpec, { store }: Made): string {
  if (spec.store.kind === 'column') return `The vectors stay: ${spec.store.field} is a field of yours.`
  return store
    ? 'The store goes too, with its embeddings: the migration made it.'
    : "The store stays: a migration of Prisma's made it."
}

const sections = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`
