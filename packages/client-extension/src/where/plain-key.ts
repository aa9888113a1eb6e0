// A text that tells one `where` from another, for those that are plain data.

/**
 * Undefined for what text would not tell apart: dates, decimals, `Prisma.DbNull`, NaN, bytes. Not JSON, which drops
 * `undefined`: Prisma refuses it where `strictUndefinedChecks` is on.
 */
export function plainKey(value: unknown): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined
  if (Array.isArray(value)) return value.length <= 100 ? joined(value.map(plainKey), '[]') : undefined
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return undefined
  const members = Object.entries(value).map(([name, each]) => {
    const key = plainKey(each)
    return key && `${JSON.stringify(name)}:${key}`
  })
  return joined(members, '{}')
}

const joined = (parts: readonly (string | undefined)[], [open, close]: string): string | undefined =>
  parts.includes(undefined) ? undefined : `${open}${parts.join()}${close}`
