// A text that tells one `where` from another, for those that are plain data.

/** Undefined where JSON would not tell two values apart: dates, decimals, `Prisma.DbNull`, NaN, bytes. */
export function plainKey(value: unknown): string | undefined {
  return isPlain(value) ? JSON.stringify(value) : undefined
}

function isPlain(value: unknown, inArray = false): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (value === undefined) return !inArray
  if (Array.isArray(value)) return value.length <= 100 && value.every((each) => isPlain(each, true))
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false
  return Object.values(value).every((each) => isPlain(each))
}
