// Identifiers and literals enter SQL text here and nowhere else; values are always parameters.
import { InternalError } from './errors.ts'

/** A statement and its parameters, as `pg`, PGlite and `$queryRawUnsafe` take them. */
export interface SqlQuery {
  readonly text: string
  readonly values: readonly unknown[]
}

/** `name` → `"name"`. Throws on NUL, which PostgreSQL cannot store in a name. */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new InternalError(`not an SQL identifier: ${JSON.stringify(name)}`)
  return `"${name.replaceAll('"', '""')}"`
}

/** `{ schema, table }` → `"schema"."table"`, or `"table"` where the search path decides. */
export function quoteTable(table: { readonly schema: string | null; readonly table: string }): string {
  return table.schema === null
    ? quoteIdentifier(table.table)
    : `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.table)}`
}

/**
 * `text` → `'text'`, for DDL, which takes no parameters. A backslash makes it an escape string, so the result does
 * not depend on the session's `standard_conforming_strings`.
 */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new InternalError('a NUL character cannot be part of an SQL literal')
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
