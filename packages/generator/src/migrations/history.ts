// What the migrations in a folder have made so far, read from their text: no database is needed to know what is missing.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type AnySpec, completeSpec, specVersion, VectorizerError } from '@prisma-vectorizer/spec'
import { shownPath } from '../read/schema-files.ts'
import { statementsOf, TokenReader } from './sql-statements.ts'
import { type Columns, followTables, type Tables } from './tables.ts'

export interface History {
  /** Folder names, oldest first. */
  readonly migrations: readonly string[]
  readonly createsExtension: boolean
  /** Columns of the tables that exist after the last migration, by `tableKey`. */
  readonly tables: ReadonlyMap<string, Columns>
  /** Which of them have row-level security, by `tableKey`. */
  readonly secured: ReadonlySet<string>
  /** Vectorizers and vectors that exist after the last migration, by name. */
  readonly vectorizers: ReadonlyMap<string, AnySpec>
}

/**
 * What the migrations up to `last` have made; all of them where none is named. Throws VZ202 when a migration of ours was
 * edited beyond recognition.
 */
export function readHistory(folder: string, last?: string): History {
  const migrations = listMigrations(folder).filter((migration) => last === undefined || migration <= last)
  const tables: Tables = new Map()
  const secured = new Set<string>()
  const vectorizers = new Map<string, AnySpec>()
  let createsExtension = false
  for (const migration of migrations) {
    const path = join(folder, migration, 'migration.sql')
    const sql = readFileSync(path, 'utf8')
    createsExtension ||= statementsOf(sql).some(isExtension)
    followTables(sql, tables, secured)
    followVectorizers(sql, path, vectorizers)
  }
  return { migrations, createsExtension, tables, secured, vectorizers }
}

function listMigrations(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && statSync(join(folder, entry.name, 'migration.sql'), { throwIfNoEntry: false }),
    )
    .map((entry) => entry.name)
    .sort()
}

export function isExtension(statement: readonly string[]): boolean {
  const reader = new TokenReader(statement)
  if (!reader.take('create', 'extension')) return false
  reader.take('if', 'not', 'exists')
  return reader.name() === 'vector'
}

/** By tokens: a table may be called `$spec$`, and what looks like a statement of ours may stand in a string. */
function followVectorizers(sql: string, path: string, vectorizers: Map<string, AnySpec>): void {
  for (const statement of statementsOf(sql)) {
    const reader = new TokenReader(statement)
    if (reader.take('insert', 'into', 'vectorizer', '.', 'vectorizer')) {
      const quoted = statement.find((text) => /^\$spec_*\$/u.test(text)) ?? ''
      const spec = parseSpec(/^(\$spec_*\$)([\s\S]*)\1$/u.exec(quoted)?.[2] ?? '', path)
      vectorizers.set(spec.name, spec)
    } else if (reader.take('delete', 'from', 'vectorizer', '.', 'vectorizer', 'where', 'name', '=')) {
      vectorizers.delete(unquoted(reader.rest()[0] ?? ''))
    }
  }
}

function parseSpec(json: string, path: string): AnySpec {
  let spec: AnySpec | undefined
  try {
    spec = JSON.parse(json) as AnySpec
  } catch {
    // Reported below, with the file.
  }
  if (spec?.version !== specVersion || typeof spec.name !== 'string') {
    throw new VectorizerError('VZ202', {
      fact: `${shownPath(path)}: the vectorizer's spec cannot be read.`,
      why: 'It is how `prisma generate` knows what the migrations have made; it was edited, or a newer version wrote it.',
      fix: 'Restore the text between $spec$ and $spec$, or update @prisma-vectorizer/generator.',
    })
  }
  return completeSpec(spec)
}

const unquoted = (literal: string): string =>
  literal.startsWith('E')
    ? literal.slice(2, -1).replaceAll("''", "'").replaceAll('\\\\', '\\')
    : literal.slice(1, -1).replaceAll("''", "'")
