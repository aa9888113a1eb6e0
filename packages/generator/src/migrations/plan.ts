// Wanted vectorizers against the history → the migrations to write, in order. Nothing when nothing changed.
import { VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { emitChange, emitCreate, emitExtension, emitRemove, placeOf } from '../emit/migration.ts'
import { changeBetween, describeChange } from './change.ts'
import type { History } from './history.ts'

export interface PlannedMigration {
  /** The folder's name without its timestamp. */
  readonly name: string
  readonly sql: string
  /** For the terminal: what it does, and what it costs. */
  readonly summary: string
}

export interface Plan {
  readonly migrations: readonly PlannedMigration[]
  /** Vectorizers whose source table no migration creates yet: they have to wait for one of Prisma's own. */
  readonly waiting: readonly VectorizerSpec[]
}

/** Throws VZ201 where a default name would move a store that exists. */
export function planMigrations(wanted: readonly VectorizerSpec[], history: History): Plan {
  const migrations: PlannedMigration[] = []
  const waiting: VectorizerSpec[] = []
  const names = new Set(wanted.map((spec) => spec.name))
  const removed = [...history.vectorizers.values()].filter((spec) => !names.has(spec.name))
  for (const spec of removed) refuseRename(spec, wanted)

  if (wanted.length > 0 && !history.createsExtension) {
    migrations.push({ name: 'vectorizer_extension', sql: emitExtension(), summary: 'creates the extension "vector"' })
  }
  for (const spec of removed) {
    migrations.push({
      name: `unvectorize_${fileName(spec)}`,
      sql: emitRemove(spec),
      summary: `removes triggers and queue of ${placeOf(spec)}; Prisma drops the store itself`,
    })
  }
  for (const spec of wanted) {
    const previous = history.vectorizers.get(spec.name)
    if (previous === undefined) {
      if (!hasTable(history, spec.source)) {
        waiting.push(spec)
        continue
      }
      const storeExists = hasTable(history, spec.store)
      migrations.push({
        name: `vectorize_${fileName(spec)}`,
        sql: emitCreate(spec, { storeExists }),
        summary: `embeds ${placeOf(spec)} into ${spec.store.table}, existing rows included`,
      })
      continue
    }
    const change = changeBetween(previous, spec)
    if (change) {
      migrations.push({
        name: `revectorize_${fileName(spec)}`,
        sql: emitChange(previous, spec, change),
        summary: [`${placeOf(spec)}:`, ...describeChange(change)].join(' '),
      })
    }
  }
  return { migrations, waiting }
}

/** The same field of the same model under another store: unless it was asked for, its embeddings would be lost. */
function refuseRename(previous: VectorizerSpec, wanted: readonly VectorizerSpec[]): void {
  const moved = wanted.find(
    (spec) =>
      spec.source.model === previous.source.model &&
      spec.source.text.field === previous.source.text.field &&
      spec.accessor === previous.accessor,
  )
  if (!moved) return
  throw new VectorizerError('VZ201', {
    fact: `${placeOf(moved)}: its store is ${previous.name} in the migrations, and would become ${moved.name}.`,
    why: 'Prisma would drop the old table and create a new one; every embedding would be lost and paid for again.',
    fix: `Pin it: \`targetTable: "${previous.store.table}"\`. To start afresh, remove the annotation, migrate, and add it again.`,
  })
}

const hasTable = (history: History, table: { readonly schema: string | null; readonly table: string }): boolean =>
  history.tables.has(table.schema === null ? table.table : `${table.schema}.${table.table}`) ||
  (table.schema === null && history.tables.has(`public.${table.table}`)) ||
  (table.schema === 'public' && history.tables.has(table.table))

/** `BlogPost.content` → `blog_post_content`. */
const fileName = (spec: VectorizerSpec): string =>
  placeOf(spec)
    .replace(/([a-z0-9])([A-Z])/gu, '$1_$2')
    .replace(/\W+/gu, '_')
    .toLowerCase()
