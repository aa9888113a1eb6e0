// Spec → the SQL of its migration: made, changed, or removed. Pure text; what to write when is migrations/plan.ts.
import { type AnySpec, isDeclaredIndex, isPlain, quoteTable, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { type Change, describeChange } from '../migrations/change.ts'
import { renderSql } from '../sql/render.ts'
import { grants } from './grants.ts'
import { dropWorkerPolicy, rowSecurity } from './row-security.ts'
import { sqlNames, vectorNames } from './sql-names.ts'
import { dropTextIndex, textIndex } from './text-index.ts'
import { vectorIndex } from './vector-index.ts'
import { createView, dropView } from './view.ts'

export const emitExtension = (): string => `${renderSql('extension')}\n`

/** What of the store the migrations have made already. */
export interface StoreState {
  /** Its table or column, and whether that holds vectors as wanted. */
  readonly store: 'absent' | 'as wanted' | 'of another size'
  /** The source has row-level security, and the store shall have it too. */
  readonly secures: boolean
}

export function emitCreate(spec: AnySpec, state: StoreState): string {
  return spec.kind === 'vectorizer' ? createVectorizer(spec, state) : createVector(spec, state)
}

function createVectorizer(spec: VectorizerSpec, { store, secures }: StoreState): string {
  const names = sqlNames(spec)
  return sections([
    `-- prisma-vectorizer: embeds ${placeOf(spec)} into ${storeName(spec)}.`,
    ...(store === 'absent' && spec.store.schema !== spec.source.schema ? [renderSql('store-schema', names)] : []),
    ...(store === 'absent' ? [renderSql('store', names)] : []),
    ...(store === 'absent' && hasForeignKey(spec) ? [renderSql('foreign-key', names)] : []),
    // What Prisma has made of the declared index is a btree. One of other dimensions would stay, being there.
    ...(store === 'of another size' || (store !== 'absent' && isDeclaredIndex(spec)) ? [dropVectorIndex(spec)] : []),
    ...(store === 'of another size' ? [retypeStore(spec, 'emptied')] : plainStorage(spec)),
    ...vectorIndex(spec, store === 'absent' ? 'new' : 'maybe there'),
    ...textIndex(spec, store === 'absent' ? 'new' : 'maybe there'),
    ...machinery(spec, secures),
    enqueueExisting(spec),
  ])
}

/** A store that held vectors before may have them from another model. */
const enqueueExisting = (spec: VectorizerSpec): string =>
  enqueue(
    spec,
    'Rows that exist already are embedded too.',
    spec.store.kind === 'table' ? { reembed: `EXISTS (SELECT FROM ${sqlNames(spec).store})` } : {},
  )

/** What follows the source from now on, and who may use it. */
export function machinery(spec: VectorizerSpec, secures: boolean): readonly string[] {
  const names = sqlNames(spec)
  return [
    renderSql('install'),
    renderSql('queue', names),
    renderSql('functions', names),
    renderSql('triggers', names),
    ...createView(spec),
    renderSql('register', names),
    ...grants(spec),
    ...(secures ? rowSecurity(spec) : []),
  ]
}

function createVector(spec: AnySpec, { store }: StoreState): string {
  return sections([
    `-- prisma-vectorizer: ${purposeOf(spec)} ${placeOf(spec)}.`,
    ...(store === 'of another size' ? [retypeStore(spec, 'kept')] : []),
    ...(isDeclaredIndex(spec) ? [dropVectorIndex(spec)] : []),
    ...vectorIndex(spec, 'maybe there'),
    renderSql('install'),
    renderSql('register', vectorNames(spec)),
    ...grants(spec),
  ])
}

export function emitChange<S extends AnySpec>(previous: S, spec: S, change: Change, secures: boolean): string {
  return sections([
    [
      `prisma-vectorizer: changes ${spec.kind === 'vectorizer' ? 'the vectorizer of' : 'the vector'} ${placeOf(spec)}.`,
      ...describeChange(change, spec),
    ]
      .map((line) => `-- ${line}`)
      .join('\n'),
    ...(change.view && previous.kind === 'vectorizer' ? dropView(previous) : []),
    ...(change.rebuildsIndex ? [dropVectorIndex(previous)] : []),
    ...(change.vectors === 'kept' ? [] : [retypeStore(spec, change.vectors === 'converted' ? 'kept' : 'emptied')]),
    ...(change.rebuildsIndex ? vectorIndex(spec) : []),
    ...(previous.kind === 'vectorizer' && spec.kind === 'vectorizer'
      ? changeVectorizer(previous, spec, change, secures)
      : [renderSql('register', vectorNames(spec)), ...(change.grants ? grants(spec) : [])]),
  ])
}

function changeVectorizer(
  previous: VectorizerSpec,
  spec: VectorizerSpec,
  change: Change,
  secures: boolean,
): readonly string[] {
  const names = sqlNames(spec)
  return [
    ...(change.rebuildsTextIndex ? [...dropTextIndex(previous), ...textIndex(spec)] : []),
    ...(change.rewritesFunctions ? [sqlNames(previous).dropTriggers] : []),
    ...(change.queue !== 'kept' ||
    (change.rewritesFunctions && sqlNames(previous).dropKeyReaders !== names.dropKeyReaders)
      ? [sqlNames(previous).dropKeyReaders]
      : []),
    ...(change.queue === 'rebuilt' ? rebuildQueue(spec) : []),
    ...(change.queue === 'widened' ? [renderSql('widen-queue', names)] : []),
    ...(change.rewritesFunctions ? [renderSql('functions', names), renderSql('triggers', names)] : []),
    ...(change.view ? createView(spec) : []),
    renderSql('register', names),
    ...(change.grants ? [...dropWorkerPolicy(previous), ...grants(spec)] : []),
    ...(secures ? rowSecurity(spec) : []),
    ...(change.narrows ? [forgetOutside(spec)] : []),
    ...(change.embeds === 'all' ? [enqueueAll(spec, change)] : []),
    ...(change.embeds === 'newly inside'
      ? [enqueue(spec, 'Rows that `where` lets in are embedded.', { lackVectors: true })]
      : []),
  ]
}

export function emitRemove(spec: AnySpec): string {
  const names = vectorNames(spec)
  const store =
    spec.store.kind === 'table'
      ? 'The store itself is a model of yours: Prisma Migrate drops it, and warns if it holds rows.'
      : `The vectors stay: ${spec.store.field} is a field of yours.`
  return sections([
    `-- prisma-vectorizer: no longer ${purposeOf(spec)} ${placeOf(spec)}.`,
    ...(spec.kind === 'vectorizer' ? [...dropView(spec), ...dropWorkerPolicy(spec)] : []),
    ...(spec.store.kind === 'column' && spec.index.kind !== 'none' ? [dropVectorIndex(spec)] : []),
    ...(spec.kind === 'vectorizer' ? [renderSql('remove', { ...sqlNames(spec), comment: store })] : [`-- ${store}`]),
    renderSql('unregister', names),
  ])
}

/** The one thing that changes without the annotation: row-level security of the source. */
export const emitRowSecurity = (spec: VectorizerSpec): string =>
  sections([
    `-- prisma-vectorizer: the embeddings of ${placeOf(spec)} are as visible as their rows.`,
    ...rowSecurity(spec),
  ])

const hasForeignKey = ({ store }: VectorizerSpec): boolean => store.kind === 'table' && store.foreignKey

/** For a comment, which a line break in a name would end. */
const storeName = ({ store }: AnySpec): string =>
  store.kind === 'table' ? quoteTable(store).replaceAll(/\s+/gu, ' ') : `${store.model}.${store.field}`

const plainStorage = (spec: AnySpec): readonly string[] =>
  isPlain(spec) ? [renderSql('plain-storage', vectorNames(spec))] : []

/** Gives the column of vectors the type and dimensions of `spec`. */
export function retypeStore(spec: AnySpec, vectors: 'kept' | 'emptied'): string {
  const names = vectorNames(spec)
  const { vectorColumn: column, store } = names
  const emptied =
    spec.store.kind === 'table'
      ? `TRUNCATE ${store};\n`
      : `UPDATE ${store} SET ${column} = NULL WHERE ${column} IS NOT NULL;\n`
  const converted = spec.type === 'bit' ? `binary_quantize(${column}::vector)` : column
  return renderSql('resize-store', {
    ...names,
    comment:
      vectors === 'emptied'
        ? 'Vectors of another length cannot be compared: the old ones go, every row is embedded again.'
        : spec.kind === 'vector'
          ? 'Vectors of another length would be refused: clear or replace them before.'
          : 'The vectors are converted, nothing is embedded again.',
    empty: vectors === 'emptied' ? emptied : '',
    using: ` USING ${vectors === 'emptied' ? 'NULL' : converted}::${names.vectorType}`,
    storage:
      spec.store.kind === 'column' || (spec.type !== 'vector' && spec.type !== 'halfvec')
        ? ''
        : `\nALTER TABLE ${store} ALTER COLUMN ${column} SET STORAGE ${isPlain(spec) ? 'PLAIN' : 'EXTERNAL'};`,
  })
}

export const dropVectorIndex = (spec: AnySpec): string =>
  renderSql('drop-index', { index: vectorNames(spec).vectorIndexInSchema })

export interface Enqueue {
  /** Only rows that have no stored vector; default: all that the filter lets in. */
  readonly lackVectors?: boolean
  /** An SQL condition: whether no stored vector of the rows may be kept. Default: those of unchanged chunks are. */
  readonly reembed?: string
}

/**
 * An SQL condition on a row `source`. Whether an earlier filter let it in is not asked: the columns that filter read may
 * have been renamed, dropped or retyped since.
 */
export function lacksVectors(spec: VectorizerSpec): string {
  const { store, vectorColumn: column, storeMatchesSource } = sqlNames(spec)
  return spec.store.kind === 'column'
    ? `${column} IS NULL`
    : `NOT EXISTS (SELECT FROM ${store} AS store WHERE ${storeMatchesSource})`
}

/** Queues rows. */
export function enqueue(spec: VectorizerSpec, reason: string, { lackVectors = false, reembed }: Enqueue = {}): string {
  const names = sqlNames(spec)
  return renderSql('enqueue-existing', {
    ...names,
    ...(lackVectors
      ? {
          source: `${names.source} AS source`,
          where: `${names.where || '\nWHERE true'}\n  AND ${lacksVectors(spec)}`,
        }
      : {}),
    reason,
    reembedColumn: reembed === undefined ? '' : ', reembed',
    reembedValue: reembed === undefined ? '' : `, ${reembed}`,
  })
}

// From the statement that drops a queue to the one that fills the new one.
const reembedSetting = 'vectorizer.reembed'

/** Makes the queue anew. Rows that waited for another model go on doing so: all do, since the new keys are others. */
const rebuildQueue = (spec: VectorizerSpec): readonly string[] => {
  const names = sqlNames(spec)
  return [
    `SELECT set_config('${reembedSetting}', EXISTS (SELECT FROM ${names.queue} WHERE reembed)::text, false);`,
    renderSql('queue', names),
  ]
}

/** All rows after a change of what is embedded, or of the queue. */
function enqueueAll(spec: VectorizerSpec, change: Change): string {
  if (change.replacesModel) return enqueue(spec, 'Another model: every row is embedded again.', { reembed: 'true' })
  const reason = 'Every row is chunked again; chunks whose text stays the same keep their vectors.'
  if (change.queue !== 'rebuilt') return enqueue(spec, reason)
  return enqueue(spec, reason, { reembed: `current_setting('${reembedSetting}')::boolean` })
}

export function forgetOutside(spec: VectorizerSpec): string {
  const { store, source, vectorColumn: column, filter, storeMatchesSource } = sqlNames(spec)
  const forget =
    spec.store.kind === 'column'
      ? `UPDATE ${source} SET ${column} = NULL WHERE ${column} IS NOT NULL AND NOT (${filter})`
      : `DELETE FROM ${store} AS store\nUSING ${source} AS source\nWHERE ${storeMatchesSource} AND NOT (${sqlNames(spec).sourceFilter})`
  return renderSql('forget-outside', { forget })
}

/** What it is for: a list of vectors is not searched. */
export function purposeOf(spec: AnySpec): string {
  if (spec.kind === 'vectorizer') return 'embeds'
  return spec.list ? 'reads and writes' : 'searches'
}

/** `BlogPost.content`: the text that is embedded, or the vector that the application writes. */
export const placeOf = (spec: AnySpec): string =>
  `${spec.source.model}.${spec.kind === 'vectorizer' ? spec.source.text.field : spec.store.field}`

const sections = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`
