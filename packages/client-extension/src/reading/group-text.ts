// Which rows belong to one group, where Prisma and other extensions have read them.

/** Two rows are of one group when the texts of their values are the same. */
export const groupText = (values: readonly unknown[]): string => JSON.stringify(values, plain)

// JSON would write NaN as null, and has no bigint. Dates and Decimals say themselves what they are in it.
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? value.join() : value
}
