// The SQL that undoes one of our migrations: what the folder had made after it, planned back to what it had before.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type AnySpec, nearestName, quoteLiteral, VectorizerError } from '@prisma-vectorizer/spec'
import { emitUndoCreate, emitUndoRowSecurity } from '../emit/undo.ts'
import { shownPath } from '../read/schema-files.ts'
import { type History, isExtension, readHistory } from './history.ts'
import { planMigrations } from './plan.ts'
import { statementsOf } from './sql-statements.ts'
import { tableKey } from './tables.ts'

/**
 * `name` is a folder's, with or without its timestamp. Throws VZ203 for a migration that is not ours, VZ204 where the
 * name tells none, VZ205 where a later migration builds on it.
 */
export function downMigration(folder: string, name: string): string {
  const now = readHistory(folder)
  const migration = findMigration(folder, now.migrations, name)
  const sql = readFileSync(join(folder, migration, 'migration.sql'), 'utf8')
  const statements = statementsOf(sql)
  if (statements.length > 0 && statements.every(isExtension)) return script(folder, migration, keptExtension)
  if (!sql.startsWith('-- prisma-vectorizer: ')) throw notOurs(migration)

  const at = now.migrations.indexOf(migration)
  const before = readHistory(folder, now.migrations[at - 1] ?? '')
  const after = readHistory(folder, migration)
  const touched = touchedBetween(before, after)
  const [spec] = touched
  if (!spec) throw notOurs(migration)
  refuseBuiltUpon(folder, migration, touched, { after, now })
  return script(folder, migration, touched.map((each) => undo(each.name, { before, after, now }, migration)).join('\n'))
}

interface Histories {
  readonly before: History
  readonly after: History
  /** All migrations: what our SQL meets in the database. */
  readonly now: History
}

const keptExtension = '-- The extension "vector" stays: other tables may have vectors, and to have it harms nobody.\n'

function undo(name: string, { before, after, now }: Histories, migration: string): string {
  const [previous, spec] = [before.vectorizers.get(name), after.vectorizers.get(name)]
  const secures = spec !== undefined && isSecured(after, spec) && !isSecured(before, spec)
  if (spec && !previous) {
    const key = tableKey(spec.store)
    const store = spec.store.kind === 'table' && !before.tables.has(key) && after.tables.has(key)
    return emitUndoCreate(spec, { store, security: secures })
  }
  if (secures && spec?.kind === 'vectorizer' && isDeepStrictEqual(previous, spec)) return emitUndoRowSecurity(spec)
  const vectorizers = new Map(spec ? [[name, spec]] : [])
  const plan = planMigrations(previous ? [previous] : [], { ...now, createsExtension: true, vectorizers })
  const [waiting] = plan.waiting
  if (waiting) {
    throw new VectorizerError('VZ205', {
      fact: `${migration}: to undo it takes a migration that ${waiting.until}.`,
      why: "A later migration of Prisma's took that away.",
      fix: "Undo Prisma's part first, with the SQL that `prisma migrate diff` makes.",
    })
  }
  return plan.migrations.map(({ sql }) => sql).join('\n')
}

/** What the migration between the two has made, changed, removed or secured. */
function touchedBetween(before: History, after: History): readonly AnySpec[] {
  const all = new Map([...before.vectorizers, ...after.vectorizers])
  return [...all.values()].filter(
    (spec) =>
      !isDeepStrictEqual(before.vectorizers.get(spec.name), after.vectorizers.get(spec.name)) ||
      isSecured(before, spec) !== isSecured(after, spec),
  )
}

const isSecured = ({ secured }: History, spec: AnySpec): boolean =>
  spec.store.kind === 'table' && secured.has(tableKey(spec.store))

function refuseBuiltUpon(
  folder: string,
  migration: string,
  touched: readonly AnySpec[],
  { after, now }: Pick<Histories, 'after' | 'now'>,
): void {
  const names = touched.map((spec) => spec.name)
  const isTouched = (spec: AnySpec) => names.includes(spec.name)
  if (!touchedBetween(after, now).some(isTouched)) return
  let known = after
  const later: string[] = []
  for (const each of now.migrations.slice(now.migrations.indexOf(migration) + 1)) {
    const next = readHistory(folder, each)
    if (touchedBetween(known, next).some(isTouched)) later.unshift(each)
    known = next
  }
  throw new VectorizerError('VZ205', {
    fact: `${migration}: ${later.join(', then ')} ${later.length > 1 ? 'build' : 'builds'} on it.`,
    why: 'What it made is not there any more as it made it.',
    fix: `Undo ${later[0]} first, and remove its folder.`,
  })
}

function findMigration(folder: string, migrations: readonly string[], name: string): string {
  if (migrations.includes(name)) return name
  const found = migrations.filter((migration) => withoutTimestamp(migration) === name)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (found.length > 1) {
    throw new VectorizerError('VZ204', {
      fact: `${found.length} migrations are called ${name}: ${found.join(', ')}.`,
      fix: `Give the whole name: \`prisma-vectorizer migrate down ${found.at(-1)}\`.`,
    })
  }
  const nearest = nearestName(name, [...migrations, ...migrations.map(withoutTimestamp)])
  throw new VectorizerError('VZ204', {
    fact: `${shownPath(folder)} has no migration ${name}.`,
    fix: nearest
      ? `Did you mean \`${nearest}\`?`
      : migrations.length > 0
        ? `Its last ones: ${migrations.slice(-5).join(', ')}.`
        : 'It has none at all: is it the folder of the application? `--config` and `--schema` work as for prisma.',
  })
}

const withoutTimestamp = (migration: string): string => migration.replace(/^\d{14}_/u, '')

const notOurs = (migration: string): VectorizerError =>
  new VectorizerError('VZ203', {
    fact: `${migration} is not a migration of prisma-vectorizer.`,
    why: 'How to undo what Prisma, or a hand, has written does not follow from the annotations.',
    fix: 'For a migration of Prisma’s, `prisma migrate diff` makes the SQL that undoes it.',
  })

/** Marks the migration as rolled back, as `migrate resolve` would, which refuses one that did not fail (P3012). */
const script = (folder: string, migration: string, sql: string): string =>
  `-- Undoes ${migration}. Nothing is applied yet:
--
--   npx prisma db execute --file <this file>
--
-- Its last statement marks the migration as rolled back, so the next \`prisma migrate deploy\` applies it again. To be rid of
-- it, delete ${shownPath(join(folder, migration))}
-- and remove the annotation, or set it back, before the next Prisma command. Where others have applied it already, do not
-- undo it: change the annotation, and let \`prisma-vectorizer migrate dev\` write a migration.
-- A migration that failed has changed nothing, and there is nothing to undo. For that one it is:
--
--   npx prisma migrate resolve --rolled-back ${migration}

BEGIN;

${sql}
UPDATE "_prisma_migrations" SET "rolled_back_at" = now() WHERE "migration_name" = ${quoteLiteral(migration)} AND "rolled_back_at" IS NULL;

COMMIT;
`
