// What the migrations in a folder have made so far, read from their text: no database is needed to know what is missing.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { specVersion, VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { shownPath } from '../read/schema-files.ts'
import { statementsOf, TokenReader } from './sql-statements.ts'
import { type Columns, followTables, type Tables } from './tables.ts'

export interface History {
  /** Folder names, oldest first. */
  readonly migrations: readonly string[]
  readonly createsExtension: boolean
  /** Columns of the tables that exist after the last migration, by `tableKey`. */
  readonly tables: ReadonlyMap<string, Columns>
  /** Vectorizers that exist after the last migration, by name. */
  readonly vectorizers: ReadonlyMap<string, VectorizerSpec>
}

/** Throws VZ202 when a migration of ours was edited beyond recognition. */
export function readHistory(folder: string): History {
  const migrations = listMigrations(folder)
  const tables: Tables = new Map()
  const vectorizers = new Map<string, VectorizerSpec>()
  let createsExtension = false
  for (const migration of migrations) {
    const path = join(folder, migration, 'migration.sql')
    const sql = readFileSync(path, 'utf8')
    createsExtension ||= statementsOf(sql).some(isExtension)
    followTables(sql, tables)
    followVectorizers(sql, path, vectorizers)
  }
  return { migrations, createsExtension, tables, vectorizers }
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

function isExtension(statement: readonly string[]): boolean {
  const reader = new TokenReader(statement)
  if (!reader.take('create', 'extension')) return false
  reader.take('if', 'not', 'exists')
  return reader.name() === 'vector'
}

function followVectorizers(sql: string, path: string, vectorizers: Map<string, VectorizerSpec>): void {
  const events =
    /INSERT INTO vectorizer\.vectorizer\b[\s\S]*?(\$spec_*\$)([\s\S]*?)\1|DELETE FROM vectorizer\.vectorizer WHERE name = (E?'(?:[^']|'')*')/gu
  for (const [, , json, removed] of sql.matchAll(events)) {
    if (removed !== undefined) {
      vectorizers.delete(unquoted(removed))
      continue
    }
    const spec = parseSpec(json ?? '', path)
    vectorizers.set(spec.name, spec)
  }
}

function parseSpec(json: string, path: string): VectorizerSpec {
  let spec: VectorizerSpec | undefined
  try {
    spec = JSON.parse(json) as VectorizerSpec
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
  return spec
}

const unquoted = (literal: string): string =>
  literal.startsWith('E')
    ? literal.slice(2, -1).replaceAll("''", "'").replaceAll('\\\\', '\\')
    : literal.slice(1, -1).replaceAll("''", "'")
