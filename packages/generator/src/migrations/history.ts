// What the migrations in a folder have made so far, read from their text: no database is needed to know what is missing.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { specVersion, VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'

export interface History {
  /** Folder names, oldest first. */
  readonly migrations: readonly string[]
  readonly createsExtension: boolean
  /** Tables that exist after the last migration: `table` and `schema.table`. */
  readonly tables: ReadonlySet<string>
  /** Vectorizers that exist after the last migration, by name. */
  readonly vectorizers: ReadonlyMap<string, VectorizerSpec>
}

/** Throws VZ202 when a migration of ours was edited beyond recognition. */
export function readHistory(folder: string): History {
  const migrations = listMigrations(folder)
  const tables = new Set<string>()
  const vectorizers = new Map<string, VectorizerSpec>()
  let createsExtension = false
  for (const migration of migrations) {
    const path = join(folder, migration, 'migration.sql')
    const sql = readFileSync(path, 'utf8')
    createsExtension ||= /create\s+extension\s+(?:if\s+not\s+exists\s+)?"?vector"?/iu.test(withoutComments(sql))
    followTables(withoutComments(sql), tables)
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

const identifier = String.raw`(?:"((?:[^"]|"")+)"|(\w+))`
const qualified = String.raw`(?:${identifier}\s*\.\s*)?${identifier}`
const statement = new RegExp(
  String.raw`\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?${qualified}|\bdrop\s+table\s+(?:if\s+exists\s+)?${qualified}|\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?${qualified}\s+rename\s+to\s+${identifier}`,
  'giu',
)

function followTables(sql: string, tables: Set<string>): void {
  for (const match of sql.matchAll(statement)) {
    const name = (at: number) => match[at]?.replaceAll('""', '"') ?? match[at + 1]?.toLowerCase()
    const key = (at: number, table = name(at + 2)) => {
      const schema = name(at)
      return schema === undefined ? table : `${schema}.${table}`
    }
    const created = key(1)
    const dropped = key(5)
    const renamed = key(9)
    if (created !== undefined) tables.add(created)
    else if (dropped !== undefined) tables.delete(dropped)
    else if (renamed !== undefined) {
      tables.delete(renamed)
      tables.add(key(9, name(13)) as string)
    }
  }
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
      fact: `${path}: the vectorizer's spec cannot be read.`,
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

const withoutComments = (sql: string): string => sql.replace(/--.*$/gmu, '').replace(/\/\*[\s\S]*?\*\//gu, '')
