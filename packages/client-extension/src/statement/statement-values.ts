// The parameters of a statement, numbered as its text is put together.
import type { SqlQuery } from '@prisma-vectorizer/spec'

export interface StatementValues {
  /** Adds a value and returns its placeholder. */
  add(value: unknown): string
  /** Adds values numbered from `$1` in a text of their own; returns by how much those numbers move. */
  addAll(values: readonly unknown[]): number
  readonly values: SqlQuery['values']
}

export function statementValues(): StatementValues {
  const values: unknown[] = []
  return {
    add: (value) => `$${values.push(value)}`,
    addAll(more) {
      const offset = values.length
      values.push(...more)
      return offset
    },
    values,
  }
}
