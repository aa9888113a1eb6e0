// Which tables and columns a history of migrations leaves, as far as `prisma generate` has to know: whether Prisma's own
// part of a change is there already.
import type { KeyColumnSpec } from '@prisma-vectorizer/spec'
import { closingParenthesis, commaParts, statementsOf, TokenReader } from './sql-statements.ts'

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

/** Applies the CREATE, ALTER and DROP TABLE statements of `sql` to `tables`. */
export function followTables(sql: string, tables: Tables): void {
  for (const statement of statementsOf(sql)) {
    const reader = new TokenReader(statement)
    if (reader.take('create')) createTable(reader, tables)
    else if (reader.take('alter', 'table')) alterTable(reader, tables)
    else if (reader.take('drop', 'table')) dropTables(reader, tables)
  }
}

/** False when the columns certainly lack a part of `key`, or have it with another type. */
export function holdsKey(columns: Columns, key: readonly KeyColumnSpec[]): boolean {
  return (
    columns === null ||
    key.every((part) => {
      const type = columns.get(part.column)
      return type !== undefined && !differs(type, part.sqlType)
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

function dropTables(reader: TokenReader, tables: Tables): void {
  reader.take('if', 'exists')
  for (const part of commaParts(reader.rest())) {
    const table = new TokenReader(part).tableName()
    if (table) tables.delete(tableKey(table))
  }
}

function alterTable(reader: TokenReader, tables: Tables): void {
  reader.take('if', 'exists')
  reader.take('only')
  const table = reader.tableName()
  const columns = table && tables.get(tableKey(table))
  if (!table || columns === undefined) return
  for (const action of commaParts(reader.rest())) {
    const change = new TokenReader(action)
    const moved = change.take('rename', 'to')
      ? { ...table, table: change.name() ?? '' }
      : change.take('set', 'schema')
        ? { ...table, schema: change.name() ?? '' }
        : undefined
    if (moved) {
      tables.delete(tableKey(table))
      tables.set(tableKey(moved), columns)
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

/** The names PostgreSQL has for the types a key can have. A type that is not here is compared with nothing. */
const types: Readonly<Record<string, string>> = {
  smallint: 'smallint',
  int2: 'smallint',
  smallserial: 'smallint',
  serial2: 'smallint',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  serial: 'integer',
  serial4: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  bigserial: 'bigint',
  serial8: 'bigint',
  text: 'text',
  uuid: 'uuid',
  boolean: 'boolean',
  bool: 'boolean',
  date: 'date',
  bytea: 'bytea',
  varchar: 'varchar',
  'character varying': 'varchar',
  char: 'char',
  character: 'char',
  decimal: 'numeric',
  numeric: 'numeric',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
}

function differs(one: string, other: string): boolean {
  const [a, b] = [one, other].map((type) => types[type.replace(/\(.*\)$/u, '').toLowerCase()])
  return a !== undefined && b !== undefined && a !== b
}
