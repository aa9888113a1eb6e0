// Which tables and columns a history of migrations leaves, as far as `prisma generate` has to know: whether Prisma's own
// part of a change is there already.
import { closingParenthesis, commaParts, statementsOf, TokenReader } from './sql-statements.ts'
import { isOtherType, isSameType } from './sql-types.ts'

/** Column name → type as written; null where the columns cannot be told from the text (`AS SELECT`, `LIKE`). */
export type Columns = Map<string, string> | null

export interface TableName {
  readonly schema: string | null
  readonly table: string
}

/** Columns of each table, by `tableKey`. */
export type Tables = Map<string, Columns>

/** A name without a schema is one in `public`, as far as text can tell. */
export const tableKey = ({ schema, table }: TableName): string => JSON.stringify([schema ?? 'public', table])

/**
 * Applies the CREATE, ALTER and DROP TABLE statements of `sql` to `tables`, and to `secured`, the tables with row-level
 * security, by `tableKey`.
 */
export function followTables(sql: string, tables: Tables, secured = new Set<string>()): void {
  for (const statement of statementsOf(sql)) {
    const reader = new TokenReader(statement)
    if (reader.take('create')) createTable(reader, tables)
    else if (reader.take('alter', 'table')) alterTable(reader, tables, secured)
    else if (reader.take('drop', 'table')) dropTables(reader, tables, secured)
  }
}

/** The type of a column as a migration wrote it, in lower case; undefined where it is not there or cannot be told. */
export const columnType = (columns: Columns | undefined, column: string): string | undefined =>
  columns?.get(column)?.toLowerCase()

/** A column that must be there; with a type, that must not certainly be another; `exactly`, its length included. */
export interface WantedColumn {
  readonly column: string
  readonly sqlType?: string
  readonly exactly?: boolean
}

/** False when the columns certainly lack one of `wanted`, or have it with another type. */
export function holdsColumns(columns: Columns, wanted: readonly WantedColumn[]): boolean {
  return (
    columns === null ||
    wanted.every(({ column, sqlType, exactly }) => {
      const type = columns.get(column)
      if (type === undefined || sqlType === undefined) return type !== undefined
      return exactly ? isSameType(type, sqlType) : !isOtherType(type, sqlType)
    })
  )
}

function createTable(reader: TokenReader, tables: Tables): void {
  reader.take('unlogged')
  if (!reader.take('table')) return
  reader.take('if', 'not', 'exists')
  const table = reader.tableName()
  // IF NOT EXISTS changes nothing about a table that is there.
  if (!table || tables.has(tableKey(table))) return
  const body = reader.rest()
  const end = closingParenthesis(body)
  const items = commaParts(body.slice(1, end))
  const told =
    end > 0 && !items.some(([first]) => /^like$/iu.test(first ?? '')) && !/^inherits$/iu.test(body[end + 1] ?? '')
  tables.set(tableKey(table), told ? new Map(items.flatMap(column)) : null)
}

function dropTables(reader: TokenReader, tables: Tables, secured: Set<string>): void {
  reader.take('if', 'exists')
  for (const part of commaParts(reader.rest())) {
    const table = new TokenReader(part).tableName()
    if (!table) continue
    tables.delete(tableKey(table))
    secured.delete(tableKey(table))
  }
}

function alterTable(reader: TokenReader, tables: Tables, secured: Set<string>): void {
  reader.take('if', 'exists')
  reader.take('only')
  const table = reader.tableName()
  const columns = table && tables.get(tableKey(table))
  if (!table || columns === undefined) return
  for (const action of commaParts(reader.rest())) {
    const change = new TokenReader(action)
    if (change.take('enable', 'row', 'level', 'security')) secured.add(tableKey(table))
    if (change.take('disable', 'row', 'level', 'security')) secured.delete(tableKey(table))
    const moved = change.take('rename', 'to')
      ? { ...table, table: change.name() ?? '' }
      : change.take('set', 'schema')
        ? { ...table, schema: change.name() ?? '' }
        : undefined
    if (moved) {
      tables.delete(tableKey(table))
      tables.set(tableKey(moved), columns)
      if (secured.delete(tableKey(table))) secured.add(tableKey(moved))
    } else if (columns) alterColumn(change, columns)
  }
}

function alterColumn(change: TokenReader, columns: Map<string, string>): void {
  if (change.take('add')) {
    change.take('column')
    change.take('if', 'not', 'exists')
    for (const [name, type] of column(change.rest())) columns.set(name, type)
  } else if (change.take('drop')) {
    change.take('column')
    change.take('if', 'exists')
    columns.delete(change.name() ?? '')
  } else if (change.take('rename')) {
    change.take('column')
    const from = change.name() ?? ''
    const to = change.take('to') ? change.name() : undefined
    const type = columns.get(from)
    if (to === undefined || type === undefined) return
    columns.delete(from)
    columns.set(to, type)
  } else if (change.take('alter')) {
    change.take('column')
    const name = change.name()
    if (name === undefined) return
    change.take('set', 'data')
    if (change.take('type')) columns.set(name, typeText(change.rest()))
  }
}

const constraint = /^(constraint|primary|unique|foreign|check|exclude)$/iu

/** `"id" SERIAL NOT NULL` → `[['id', 'serial']]`; nothing for a table constraint. */
function column(tokens: readonly string[]): [name: string, type: string][] {
  const reader = new TokenReader(tokens)
  if (constraint.test(tokens[0] ?? '')) return []
  const name = reader.name()
  return name === undefined ? [] : [[name, typeText(reader.rest())]]
}

const afterType = /^(not|null|default|constraint|primary|unique|references|check|generated|collate|using)$/iu

function typeText(tokens: readonly string[]): string {
  const end = tokens.findIndex((text) => afterType.test(text))
  const words = end < 0 ? tokens : tokens.slice(0, end)
  return words.join(' ').replace(/ ?([(),.[\]]) ?/gu, '$1')
}
