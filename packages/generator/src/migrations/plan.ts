// Wanted vectorizers against the history → the migrations to write, in order. Nothing when nothing changed.
import { VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { emitChange, emitCreate, emitExtension, emitRemove, placeOf } from '../emit/migration.ts'
import { changeBetween, describeChange } from './change.ts'
import type { History } from './history.ts'
import { holdsKey, tableKey } from './tables.ts'

export interface PlannedMigration {
  /** The folder's name without its timestamp. */
  readonly name: string
  readonly sql: string
  /** For the terminal: what it does, and what it costs. */
  readonly summary: string
}

/** A vectorizer whose source is not yet what the schema says: one of Prisma's own migrations has to come first. */
export interface Waiting {
  readonly spec: VectorizerSpec
  /** Completes "waits for a migration that …". */
  readonly until: string
}

export interface Plan {
  readonly migrations: readonly PlannedMigration[]
  readonly waiting: readonly Waiting[]
}

/** Throws VZ201 where a default name would move a store that exists. */
export function planMigrations(wanted: readonly VectorizerSpec[], history: History): Plan {
  const migrations: PlannedMigration[] = []
  const waiting: Waiting[] = []
  for (const spec of history.vectorizers.values()) refuseRename(spec, wanted)

  if (wanted.length > 0 && !history.createsExtension) {
    migrations.push({ name: 'vectorizer_extension', sql: emitExtension(), summary: 'creates the extension "vector"' })
  }
  const names = new Set(wanted.map((spec) => spec.name))
  for (const spec of history.vectorizers.values()) {
    if (names.has(spec.name)) continue
    migrations.push({
      name: `unvectorize_${fileName(spec)}`,
      sql: emitRemove(spec),
      summary: `removes triggers and queue of ${placeOf(spec)}; Prisma drops the store itself`,
    })
  }
  for (const spec of wanted) {
    const previous = history.vectorizers.get(spec.name)
    const change = previous && changeBetween(previous, spec)
    if (previous && !change) continue
    const until = missing(spec, previous, history)
    if (until !== undefined) waiting.push({ spec, until })
    else if (previous && change) {
      migrations.push({
        name: `revectorize_${fileName(spec)}`,
        sql: emitChange(previous, spec, change),
        summary: [`${placeOf(spec)}:`, ...describeChange(change)].join(' '),
      })
    } else {
      migrations.push({
        name: `vectorize_${fileName(spec)}`,
        sql: emitCreate(spec, { store: storeIn(history, spec) }),
        summary: `embeds ${placeOf(spec)} into ${spec.store.table}, existing rows included`,
      })
    }
  }
  return { migrations, waiting }
}

/**
 * What of the source no migration has made yet. Our SQL reads its key, so on the shadow database it would fail. A table
 * that the text of the migrations does not tell of is waited for only when the vectorizer is new, or moved to it.
 */
function missing(spec: VectorizerSpec, previous: VectorizerSpec | undefined, history: History): string | undefined {
  const columns = history.tables.get(tableKey(spec.source))
  if (columns === undefined) {
    const moved = !previous || tableKey(previous.source) !== tableKey(spec.source)
    return moved ? `creates "${spec.source.table}"` : undefined
  }
  const key = spec.source.key.map((part) => part.column).join(', ')
  return holdsKey(columns, spec.source.key) ? undefined : `gives "${spec.source.table}" its new key (${key})`
}

/**
 * Whether Prisma's own migrations create the store already, and with which vectors: Prisma does not see a change of
 * dimensions, so one made between its migration and ours is ours to carry out.
 */
function storeIn(history: History, spec: VectorizerSpec): 'absent' | 'as wanted' | 'of another size' {
  const columns = history.tables.get(tableKey(spec.store))
  if (columns === undefined) return 'absent'
  const type = columns?.get('embedding')?.toLowerCase()
  return type === undefined || type === `${spec.type}(${spec.dimensions})` ? 'as wanted' : 'of another size'
}

/** The same field of the same model under another store: its embeddings would be lost. */
function refuseRename(previous: VectorizerSpec, wanted: readonly VectorizerSpec[]): void {
  const moved = wanted.find(
    (spec) =>
      spec.source.model === previous.source.model &&
      spec.source.text.field === previous.source.text.field &&
      spec.accessor === previous.accessor,
  )
  if (!moved || moved.name === previous.name) return
  throw new VectorizerError('VZ201', {
    fact: `${placeOf(moved)}: its store is ${previous.name} in the migrations, and would become ${moved.name}.`,
    why: 'Prisma would drop the old table and create a new one; every embedding would be lost and paid for again.',
    fix: `Pin it: \`targetTable: "${previous.store.table}"\`. To start afresh, remove the annotation, migrate, and add it again.`,
  })
}

/** `BlogPost.content` → `blog_post_content`; with a name of its own (`name: outline`) → `blog_post_outline`. */
function fileName({ source, accessor }: VectorizerSpec): string {
  const { field } = source.text
  return [source.model, accessor === `${field}Embeddings` ? field : accessor]
    .join('_')
    .replace(/([a-z0-9])([A-Z])/gu, '$1_$2')
    .toLowerCase()
}
