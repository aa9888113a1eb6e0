// The values Prisma hands to a driver adapter, as `$queryRawUnsafe` must get them to send the same.
import type { CapturedArgType } from './capture-adapter.ts'

/**
 * `$queryRawUnsafe` derives the type of a parameter from its JavaScript value and knows no column types: what the type
 * alone decided (a date without time, base64 that means bytes) is decided here.
 */
export function rawParameter(value: unknown, type: CapturedArgType | undefined): unknown {
  if (Array.isArray(value)) return value.map((element) => rawParameter(element, type))
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value) // JSON, on the way, has no Infinity
  if (type?.scalarType === 'bytes' && typeof value === 'string') return Buffer.from(value, 'base64')
  if (value instanceof Date || (type?.scalarType === 'datetime' && typeof value === 'string')) {
    return rawDate(new Date(value), type?.dbType)
  }
  return value
}

/** A `Date` stays one, so that the adapter writes timestamps as it does for `findMany`. */
function rawDate(date: Date, dbType: string | null | undefined): Date | string {
  const [day = '', time = ''] = date.toISOString().split(/[TZ]/)
  if (dbType === 'DATE') return day
  if (dbType === 'TIME' || dbType === 'TIMETZ') return time
  return date
}
