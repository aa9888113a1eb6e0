// `where: published = true`: which rows of a source have embeddings. A tree of comparisons, and its one SQL form, which
// the triggers, the migrations and the worker share.
import { quoteIdentifier, quoteLiteral } from './sql-text.ts'

/**
 * How a column is compared. `text` (strings, enums, uuids) through a cast to text, so that a migration of an enum, which
 * makes another type, does not break a trigger; the others in their own type.
 */
export type FilterType = 'text' | 'boolean' | 'number' | 'datetime'

export interface FilterColumn {
  readonly field: string
  readonly column: string
  readonly type: FilterType
  /** The SQL type as written in DDL, e.g. `TIMESTAMP(3)`. */
  readonly sqlType: string
}

export type FilterOperator = '=' | '!=' | '<' | '<=' | '>' | '>='
export type FilterValue = string | number | boolean

/** NULL compares as in SQL: with `= null` and `!= null` only, and is outside every other comparison. */
export type RowFilter =
  | { readonly kind: 'and'; readonly filters: readonly RowFilter[] }
  | { readonly kind: 'or'; readonly filters: readonly RowFilter[] }
  | { readonly kind: 'not'; readonly filter: RowFilter }
  | {
      readonly kind: 'compare'
      readonly column: FilterColumn
      readonly operator: FilterOperator
      readonly value: FilterValue
    }
  | { readonly kind: 'in'; readonly column: FilterColumn; readonly values: readonly FilterValue[] }
  | { readonly kind: 'null'; readonly column: FilterColumn; readonly isNull: boolean }

/** The columns a filter reads, each once, in the order of the text. */
export function filterColumns(filter: RowFilter | null): readonly FilterColumn[] {
  if (filter === null) return []
  const found = new Map<string, FilterColumn>()
  const visit = (part: RowFilter): void => {
    if (part.kind === 'and' || part.kind === 'or') part.filters.forEach(visit)
    else if (part.kind === 'not') visit(part.filter)
    else found.set(part.column.column, part.column)
  }
  visit(filter)
  return [...found.values()]
}

/** An SQL condition that is true or false, never NULL. `alias` is put before each column: `source.` or `new.`. */
export const filterCondition = (filter: RowFilter, alias = ''): string => `(${render(filter, alias)}) IS TRUE`

function render(filter: RowFilter, alias: string): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.map((part) => `(${render(part, alias)})`).join(` ${filter.kind.toUpperCase()} `)
    case 'not':
      return `NOT (${render(filter.filter, alias)})`
    case 'null':
      return `${alias}${quoteIdentifier(filter.column.column)} IS ${filter.isNull ? '' : 'NOT '}NULL`
    case 'in':
      return `${operand(filter.column, alias)} IN (${filter.values.map(literal).join(', ')})`
    case 'compare':
      return `${operand(filter.column, alias)} ${filter.operator === '!=' ? '<>' : filter.operator} ${literal(filter.value)}`
  }
}

const operand = ({ column, type }: FilterColumn, alias: string): string =>
  `${alias}${quoteIdentifier(column)}${type === 'text' ? '::text' : ''}`

const literal = (value: FilterValue): string => (typeof value === 'string' ? quoteLiteral(value) : String(value))
