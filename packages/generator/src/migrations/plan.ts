// What is wanted against what the history holds → the migrations to write, in order. Nothing when nothing changed.
import { type AnySpec, filterColumns, VectorizerError, vectorColumn } from '@prisma-vectorizer/spec'
import {
  emitChange,
  emitCreate,
  emitExtension,
  emitRemove,
  emitRowSecurity,
  placeOf,
  purposeOf,
} from '../emit/migration.ts'
import { vectorType } from '../emit/sql-names.ts'
import { type Change, changeBetween, describeChange } from './change.ts'
import type { Embedding } from './cost.ts'
import type { History } from './history.ts'
import { type Columns, columnType, holdsColumns, tableKey, type WantedColumn } from './tables.ts'

export interface PlannedMigration {
  /** The folder's name without its timestamp. */
  readonly name: string
  readonly sql: string
  /** For the terminal: what it does, and what it costs. */
  readonly summary: string
  /** What it is about; undefined for the extension. */
  readonly spec?: AnySpec
  /** The rows it embeds, of those there are; undefined where it embeds none. */
  readonly embeds?: Embedding
}

/** Something whose source is not yet what the schema says: one of Prisma's own migrations has to come first. */
export interface Waiting {
  readonly spec: AnySpec
  /** Completes "waits for a migration that …". */
  readonly until: string
}

export interface Plan {
  readonly migrations: readonly PlannedMigration[]
  readonly waiting: readonly Waiting[]
}

/** Throws VZ201 where a default name would move a store that exists. */
export function planMigrations(wanted: readonly AnySpec[], history: History): Plan {
  const migrations: PlannedMigration[] = []
  const waiting: Waiting[] = []
  for (const spec of history.vectorizers.values()) refuseRename(spec, wanted)

  if (wanted.length > 0 && !history.createsExtension) {
    migrations.push({ name: 'vectorizer_extension', sql: emitExtension(), summary: 'creates the extension "vector"' })
  }
  const names = new Set(wanted.map((spec) => spec.name))
  for (const spec of history.vectorizers.values()) if (!names.has(spec.name)) migrations.push(removal(spec))
  for (const spec of wanted) {
    const previous = history.vectorizers.get(spec.name)
    const until = missing(spec, previous, history)
    if (previous && previous.kind !== spec.kind) {
      migrations.push(removal(previous))
      if (until === undefined) migrations.push(creation(spec, history))
    } else if (!previous) {
      if (until === undefined) migrations.push(creation(spec, history))
    } else {
      const changed = until === undefined ? change(previous, spec, history) : retreat(previous, spec)
      if (changed) migrations.push(changed)
      if (!changeBetween(previous, spec)) continue
    }
    if (until !== undefined) waiting.push({ spec, until })
  }
  return { migrations, waiting }
}

const removal = (spec: AnySpec): PlannedMigration => ({
  name: `un${actionOf(spec)}_${fileName(spec)}`,
  sql: emitRemove(spec),
  summary:
    spec.store.kind === 'table'
      ? `removes triggers and queue of ${placeOf(spec)}; Prisma drops the store itself`
      : spec.kind === 'vector' && spec.list
        ? `no longer reads and writes ${placeOf(spec)}; the vectors stay`
        : `removes the index of ${placeOf(spec)}${spec.kind === 'vectorizer' ? ', its triggers and its queue' : ''}; the vectors stay`,
  spec,
})

const creation = (spec: AnySpec, history: History): PlannedMigration => ({
  name: `${actionOf(spec)}_${fileName(spec)}`,
  sql: emitCreate(spec, { store: storeIn(history, spec), secures: hasRowSecurity(history, spec) }),
  summary:
    spec.kind === 'vectorizer'
      ? `embeds ${placeOf(spec)} into ${spec.store.kind === 'table' ? spec.store.table : spec.store.field}, existing rows included`
      : `${purposeOf(spec)} ${placeOf(spec)}`,
  spec,
  ...(spec.kind === 'vectorizer' && { embeds: { spec, previous: undefined, rows: 'all' as const } }),
})

function change(previous: AnySpec, spec: AnySpec, history: History): PlannedMigration | undefined {
  const found = changeBetween(previous, spec)
  const unsecured =
    spec.store.kind === 'table' && hasRowSecurity(history, spec) && !history.secured.has(tableKey(spec.store))
  if (found) {
    const secures = unsecured || (found.grants && hasRowSecurity(history, spec))
    return changing(previous, spec, { ...found, vectors: vectorsOf(found, spec, history) }, secures)
  }
  if (!unsecured || spec.kind === 'vector') return undefined
  return {
    name: `secure_${fileName(spec)}`,
    sql: emitRowSecurity(spec),
    summary: `${placeOf(spec)}: its embeddings follow the row-level security of their rows`,
    spec,
  }
}

const changing = (previous: AnySpec, spec: AnySpec, found: Change, secures: boolean): PlannedMigration => ({
  name: `re${actionOf(spec)}_${fileName(spec)}`,
  sql: emitChange(previous, spec, found, secures),
  summary: [`${placeOf(spec)}:`, ...describeChange(found, spec)].join(' '),
  spec,
  ...(previous.kind === 'vectorizer' &&
    spec.kind === 'vectorizer' &&
    found.embeds !== 'none' && { embeds: { spec, previous, rows: found.embeds } }),
})

/** Prisma may have made a column of the wanted type by itself: of a `bit` it sees the length. */
const vectorsOf = ({ vectors }: Change, spec: AnySpec, history: History): Change['vectors'] =>
  spec.kind === 'vector' && storeIn(history, spec) !== 'of another size' ? 'kept' : vectors

/**
 * While a migration of Prisma's has to come first: a view is out of its way, which would keep it from dropping or
 * retyping columns. It is made again when the rest follows.
 */
function retreat(previous: AnySpec, spec: AnySpec): PlannedMigration | undefined {
  if (previous.kind === 'vector' || spec.kind === 'vector' || previous.view === null) return undefined
  const without = { ...previous, view: null }
  const found = changeBetween(previous, without)
  return found && changing(previous, without, found, false)
}

/**
 * What of the source no migration has made yet. Our SQL reads its columns, so on the shadow database it would fail. A
 * table that the text of the migrations does not tell of is waited for only when it is new to us.
 */
function missing(spec: AnySpec, previous: AnySpec | undefined, history: History): string | undefined {
  const { source, store } = spec
  const columns = history.tables.get(tableKey(source))
  if (columns === undefined) {
    const moved = !previous || tableKey(previous.source) !== tableKey(source)
    return moved ? `creates "${source.table}"` : undefined
  }
  if (!holdsColumns(columns, source.key)) {
    return `gives "${source.table}" its new key (${source.key.map((part) => part.column).join(', ')})`
  }
  const read: readonly WantedColumn[] = [
    ...(store.kind === 'column' ? [vectorColumnOf(spec, columns)] : []),
    ...(spec.kind === 'vectorizer'
      ? [
          { column: spec.source.text.column },
          ...spec.source.templateColumns.map(({ column }) => ({ column })),
          ...filterColumns(spec.source.filter).map((item) =>
            item.type === 'text' ? { column: item.column } : { column: item.column, sqlType: item.sqlType },
          ),
          ...(spec.view?.columns ?? []).map((item) => ({ ...item, exactly: true })),
        ]
      : []),
  ]
  const absent = read.filter((item) => !holdsColumns(columns, [item])).map(({ column }) => `"${column}"`)
  return absent.length > 0 ? `gives "${source.table}" ${[...new Set(absent)].join(', ')}` : undefined
}

/** Prisma sees a change to or from bits, or of their number, or to or from a list, and writes it; the other types it takes for one. */
function vectorColumnOf(spec: AnySpec, columns: Columns): WantedColumn {
  const column = vectorColumn(spec.store)
  const type = columnType(columns, column)
  const sqlType = vectorType(spec)
  const isPrismas =
    spec.kind === 'vector' &&
    (spec.type === 'bit' || type?.startsWith('bit') || (type !== undefined && type.endsWith('[]') !== spec.list))
  return isPrismas ? { column, sqlType, exactly: true } : { column }
}

/**
 * Whether Prisma's own migrations create the store already, and with which vectors: Prisma does not see a change of
 * dimensions, so one made between its migration and ours is ours to carry out. A column without dimensions holds any.
 */
function storeIn(history: History, spec: AnySpec): 'absent' | 'as wanted' | 'of another size' {
  const columns = history.tables.get(tableKey(spec.store))
  if (columns === undefined) return 'absent'
  const type = columnType(columns, vectorColumn(spec.store))?.replace(/^.*\./u, '')
  const wanted = vectorType(spec)
  return type === undefined || type === wanted || type === wanted.replace(/\(\d+\)/u, '')
    ? 'as wanted'
    : 'of another size'
}

const hasRowSecurity = ({ secured }: History, spec: AnySpec): boolean => secured.has(tableKey(spec.source))

/** The same field of the same model under another store: its embeddings would be lost. */
function refuseRename(previous: AnySpec, wanted: readonly AnySpec[]): void {
  if (previous.store.kind !== 'table') return
  const moved = wanted.find(
    (spec) => spec.store.kind === 'table' && placeOf(spec) === placeOf(previous) && spec.accessor === previous.accessor,
  )
  if (!moved || moved.name === previous.name) return
  throw new VectorizerError('VZ201', {
    fact: `${placeOf(moved)}: its store is ${previous.name} in the migrations, and would become ${moved.name}.`,
    why: 'Prisma would drop the old table and create a new one; every embedding would be lost and paid for again.',
    fix: `Pin it: \`targetTable: "${previous.store.table}"\`. To start afresh, remove the annotation, migrate, and add it again.`,
  })
}

/** What the migration's name begins with. */
function actionOf(spec: AnySpec): string {
  if (spec.kind === 'vectorizer') return 'vectorize'
  return spec.list ? 'register' : 'index'
}

/** `BlogPost.content` → `blog_post_content`; with a name of its own (`name: outline`) → `blog_post_outline`. */
function fileName(spec: AnySpec): string {
  const field = spec.kind === 'vectorizer' ? spec.source.text.field : spec.accessor
  return [spec.source.model, spec.accessor === `${field}Embeddings` ? field : spec.accessor]
    .join('_')
    .replace(/([a-z0-9])([A-Z])/gu, '$1_$2')
    .toLowerCase()
}
