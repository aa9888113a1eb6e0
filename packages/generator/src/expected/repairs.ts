// SQL that makes one part of a vectorizer again where a database has lost it: the sections of its migration, each alone.
import { type AnySpec, isPlain, type VectorizerSpec } from '@prisma-vectorizer/spec'
import {
  dropVectorIndex,
  type Enqueue,
  emitExtension,
  emitRemove,
  emitRowSecurity,
  enqueue,
  retypeStore,
} from '../emit/migration.ts'
import { rowSecurity } from '../emit/row-security.ts'
import { sqlNames, vectorNames } from '../emit/sql-names.ts'
import { dropTextIndex, textIndex } from '../emit/text-index.ts'
import { builtIndex, vectorIndex } from '../emit/vector-index.ts'
import { createView, dropView } from '../emit/view.ts'
import { renderSql } from '../sql/render.ts'
import { queueColumnDefinitions } from './tables.ts'

const script = (parts: readonly string[]): string => parts.map((part) => part.trim()).join('\n\n')

/** What was written while triggers or queue were not in order is not known, so all rows are queued. */
const enqueueAll = (spec: VectorizerSpec, options: Enqueue = {}): string =>
  enqueue(
    spec,
    'Rows written meanwhile were not queued. All are embedded again, which a provider charges for: leave this out if none was.',
    options,
  )

/** Which rows waited for another model went with the queue, so no stored vector is kept. */
const enqueueAnew = (spec: VectorizerSpec): string =>
  enqueueAll(spec, spec.store.kind === 'table' ? { reembed: `EXISTS (SELECT FROM ${sqlNames(spec).store})` } : {})

const reembed = (spec: AnySpec): readonly string[] =>
  spec.kind === 'vectorizer' ? [enqueue(spec, 'Every row is embedded again.', { reembed: 'true' })] : []

/** Chunks whose parent is gone. */
function deleteOrphans(spec: VectorizerSpec): string {
  const { store, source, storeMatchesSource } = sqlNames(spec)
  return `DELETE FROM ${store} AS store WHERE NOT EXISTS (SELECT FROM ${source} AS source WHERE ${storeMatchesSource});`
}

const foreignKey = (spec: VectorizerSpec): readonly string[] =>
  spec.store.kind === 'table' && spec.store.foreignKey ? [renderSql('foreign-key', sqlNames(spec))] : []

const triggers = (spec: VectorizerSpec): readonly string[] => [
  renderSql('functions', sqlNames(spec)),
  renderSql('triggers', sqlNames(spec)),
  enqueueAll(spec),
]

function rebuiltStore(spec: VectorizerSpec, secures: boolean): readonly string[] {
  const names = sqlNames(spec)
  return [
    `-- The store is derived from its source: it is made again, and filled again.\nDROP TABLE IF EXISTS ${names.store} CASCADE;`,
    renderSql('store', names),
    ...foreignKey(spec),
    ...(isPlain(spec) ? [renderSql('plain-storage', names)] : []),
    ...(secures ? rowSecurity(spec) : []),
    ...vectorIndex(spec),
    ...textIndex(spec),
    ...remadeView(spec),
    renderSql('register', names),
    ...reembed(spec),
  ]
}

/** Several repairs may make it in one run. */
const remadeView = (spec: VectorizerSpec): readonly string[] => [...dropView(spec), ...createView(spec)]

export const repairs = {
  extension: (): string => emitExtension().trim(),
  vectorscale: (): string => renderSql('diskann-extension').trim(),
  /** Of a store that is a table. `secures`: the source has row-level security. */
  store: (spec: VectorizerSpec, secures: boolean): string => script(rebuiltStore(spec, secures)),
  /** Of a store that is a column. */
  column: (spec: AnySpec): string => {
    const { store, vectorColumn: column, vectorType } = vectorNames(spec)
    return script([`ALTER TABLE ${store} ADD COLUMN ${column} ${vectorType};`, ...vectorIndex(spec), ...reembed(spec)])
  },
  /** Vectors of another type or length. The application's own are kept, and must fit. */
  retype: (spec: AnySpec): string =>
    script([
      // It would keep the column from being retyped.
      ...(spec.kind === 'vectorizer' ? dropView(spec) : []),
      ...(spec.index.kind === 'none' ? [] : [dropVectorIndex(spec)]),
      retypeStore(spec, spec.kind === 'vectorizer' ? 'emptied' : 'kept'),
      ...vectorIndex(spec),
      ...(spec.kind === 'vectorizer' ? remadeView(spec) : []),
      ...reembed(spec),
    ]),
  plainStorage: (spec: AnySpec): string => renderSql('plain-storage', vectorNames(spec)).trim(),
  orphans: deleteOrphans,
  foreignKey: (spec: VectorizerSpec): string => script([deleteOrphans(spec), ...foreignKey(spec)]),
  uniqueKey: (spec: VectorizerSpec): string => {
    const { uniqueKey, store, storeKey } = sqlNames(spec)
    return `CREATE UNIQUE INDEX ${uniqueKey} ON ${store}(${storeKey}, "chunk_seq");`
  },
  rowSecurity: (spec: VectorizerSpec): string => emitRowSecurity(spec).trim(),
  index: (spec: AnySpec): string => script([dropVectorIndex(spec), ...builtIndex(spec)]),
  textIndex: (spec: VectorizerSpec): string => script([...dropTextIndex(spec), ...textIndex(spec)]),
  view: (spec: VectorizerSpec): string => script(remadeView(spec)),
  /** The registry's functions. */
  install: (): string => renderSql('install').trim(),
  /** What it held goes: it is noted again as it happens. The other tables and the functions of install.sql stay. */
  sharedTable: (name: string): string => script([`DROP TABLE IF EXISTS vectorizer.${name};`, renderSql('install')]),
  queue: (spec: VectorizerSpec): string => script([renderSql('queue', sqlNames(spec)), enqueueAnew(spec)]),
  /** Columns that the queue lacks, where no more is amiss: what waits goes on waiting. Undefined where it has to be made anew. */
  queueColumns(spec: VectorizerSpec, lacking: readonly string[]): string | undefined {
    const definitions = queueColumnDefinitions(spec, lacking)
    if (definitions.length < lacking.length) return undefined
    return `ALTER TABLE ${sqlNames(spec).queue} ${definitions.map((each) => `ADD COLUMN ${each}`).join(', ')};`
  },
  triggers: (spec: VectorizerSpec): string => script(triggers(spec)),
  enqueue: (spec: VectorizerSpec): string => enqueueAll(spec),
  remove: (spec: AnySpec): string => emitRemove(spec).trim(),
} as const
