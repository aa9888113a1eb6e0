// VectorizerSpec → the SQL of its migration: made, changed, or removed. Pure text; what to write when is migrations/plan.ts.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { type Change, describeChange } from '../migrations/change.ts'
import { renderSql } from '../sql/render.ts'
import { sqlNames } from './sql-names.ts'

export const emitExtension = (): string => `${renderSql('extension')}\n`

/** `store`: what of the store's table the migrations have made already. */
export function emitCreate(
  spec: VectorizerSpec,
  { store }: { readonly store: 'absent' | 'as wanted' | 'of another size' },
): string {
  const names = sqlNames(spec)
  return sections([
    `-- prisma-vectorizer: embeds ${placeOf(spec)} into ${names.store}.`,
    ...(store === 'absent' && spec.store.schema !== spec.source.schema ? [renderSql('store-schema', names)] : []),
    ...(store === 'absent' ? [renderSql('store', names)] : []),
    ...(store === 'of another size' ? [resizeStore(spec)] : isPlain(spec) ? [renderSql('plain-storage', names)] : []),
    // What Prisma has made of the declared index is a btree.
    ...(store !== 'absent' && spec.index.kind === 'hnsw' && !spec.index.halfvec ? [dropVectorIndex(spec)] : []),
    ...vectorIndex(spec),
    renderSql('install'),
    renderSql('queue', names),
    renderSql('functions', names),
    renderSql('triggers', names),
    renderSql('register', names),
    renderSql('enqueue-existing', { ...names, reason: 'Rows that exist already are embedded too.' }),
  ])
}

export function emitChange(previous: VectorizerSpec, spec: VectorizerSpec, change: Change): string {
  const before = sqlNames(previous)
  const names = sqlNames(spec)
  return sections([
    `-- prisma-vectorizer: changes the vectorizer of ${placeOf(spec)}.`,
    ...describeChange(change).map((line) => `-- ${line}`),
    ...(change.rebuildsIndex ? [dropVectorIndex(previous)] : []),
    ...(change.resizesStore ? [resizeStore(spec)] : []),
    ...(change.rebuildsIndex ? vectorIndex(spec) : []),
    ...(change.rewritesFunctions ? [before.dropTriggers] : []),
    ...(change.queue === 'rebuilt' ? [renderSql('queue', names)] : []),
    ...(change.queue === 'widened' ? [renderSql('widen-queue', names)] : []),
    ...(change.rewritesFunctions ? [renderSql('functions', names), renderSql('triggers', names)] : []),
    renderSql('register', names),
    ...(change.embedsAgain
      ? [renderSql('enqueue-existing', { ...names, reason: 'Every row is embedded again.' })]
      : []),
  ])
}

export function emitRemove(spec: VectorizerSpec): string {
  return sections([`-- prisma-vectorizer: no longer embeds ${placeOf(spec)}.`, renderSql('remove', sqlNames(spec))])
}

/** A vector of up to 1536 dimensions fits an 8 kB page beside its row's other columns (chunk text is stored out of line). */
const isPlain = (spec: VectorizerSpec): boolean => spec.dimensions <= 1536

const resizeStore = (spec: VectorizerSpec): string =>
  renderSql('resize-store', {
    ...sqlNames(spec),
    comment: 'Vectors of another length cannot be compared: the old ones go, every row is embedded again.',
    storage: isPlain(spec) ? 'PLAIN' : 'EXTERNAL',
  })

function dropVectorIndex(spec: VectorizerSpec): string {
  const names = sqlNames(spec)
  return renderSql('drop-vector-index', { vectorIndex: names.vectorIndexInSchema })
}

function vectorIndex(spec: VectorizerSpec): readonly string[] {
  if (spec.index.kind === 'none') return []
  const names = sqlNames(spec)
  const { m, efConstruction, halfvec } = spec.index
  return [
    renderSql('vector-index', {
      ...names,
      m,
      efConstruction,
      comment: halfvec
        ? 'Half precision: half the size at the same recall. An expression index is invisible to Prisma Migrate.'
        : 'Full precision. The store model declares it as @@index([embedding]), so that Prisma Migrate keeps it.',
    }),
  ]
}

export const placeOf = (spec: VectorizerSpec): string => `${spec.source.model}.${spec.source.text.field}`

const sections = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`
