// A scope as SQL: a condition on the columns of a key.
import { quoteIdentifier } from '@prisma-vectorizer/spec'
import type { KeyField } from '../find-similar/search-target.ts'
import type { CompiledWhere } from '../where/compile-where.ts'
import { renumber } from '../where/renumber.ts'
import { keyParameter, keyRows } from './row-key.ts'
import type { Scope } from './visible-rows.ts'

export interface Condition {
  /** Undefined: every row meets it. */
  readonly text: string | undefined
  readonly values: readonly unknown[]
}

/** `columns`: the key's, in key order, as SQL. The condition's placeholders follow `$<offset>`. */
export function scopeCondition(
  scope: Scope,
  columns: readonly string[],
  fields: readonly KeyField[],
  offset: number,
): Condition {
  if (scope.kind === 'keys') {
    const names = fields.map((_, part) => `k.key_${part}`).join(', ')
    return {
      text: `${oneOrRow(columns)} in (select ${names} from ${keyRows(`$${offset + 1}`, fields)})`,
      values: [keyParameter(scope.keys, fields)],
    }
  }
  if (!scope.filter) return { text: undefined, values: [] }
  return {
    text: `${oneOrRow(columns)} in (${matchingKeys(scope.filter, fields, offset)})`,
    values: scope.filter.values,
  }
}

/** `a`, or `(a, b)`. */
export const oneOrRow = (columns: readonly string[]) =>
  columns.length === 1 ? columns.join() : `(${columns.join(', ')})`

/** SELECT of the keys that pass a filter; by name, since Prisma returns the columns in the order of the schema. */
export function matchingKeys(filter: CompiledWhere, fields: readonly KeyField[], offset: number): string {
  const columns = fields.map(({ column, castTo }) => `w.${quoteIdentifier(column)}${castTo ? `::${castTo}` : ''}`)
  return `select ${columns.join(', ')} from (${renumber(filter.text, offset)}) w`
}
