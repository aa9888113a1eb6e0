// Parts of a key, as Prisma has them, as the text PostgreSQL reads.
import type { KeyColumnSpec } from '@prisma-vectorizer/spec'

/** What each Prisma type of a key may be given as; an enum as the name of its value. */
export interface KeyValues {
  Int: number
  BigInt: bigint | number
  Float: number
  /** As Prisma's `Decimal` objects, or anything else with `toFixed()`. */
  Decimal: string | number | { toFixed(): string }
  String: string
  Boolean: boolean
  /** A text is read by PostgreSQL as it stands: `2024-01-01T12:00:00.123456Z`. */
  DateTime: Date | string
  Bytes: Uint8Array
}

type Writer = (value: unknown) => string | undefined

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu
const unstorable = /[\0\p{Surrogate}]/u

const wholeNumber: Writer = (value) => {
  if (typeof value === 'bigint') return String(value)
  return Number.isSafeInteger(value) ? String(value) : undefined
}

const writers: Readonly<Record<keyof KeyValues, Writer>> = {
  Int: (value) => (typeof value === 'number' ? wholeNumber(value) : undefined),
  BigInt: wholeNumber,
  Float: (value) => (Number.isFinite(value) ? String(value) : undefined),
  Decimal: (value) => {
    if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
    const text = typeof value === 'object' && value !== null && 'toFixed' in value ? value.toFixed : value
    const written = typeof text === 'function' ? text.call(value) : text
    return typeof written === 'string' && Number.isFinite(Number(written)) && written.trim() !== ''
      ? written
      : undefined
  },
  String: (value) => (typeof value === 'string' && !unstorable.test(value) ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  DateTime: (value) => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString()
    return typeof value === 'string' && /\d/u.test(value) && !unstorable.test(value) ? value : undefined
  },
  Bytes: (value) => (value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : undefined),
}

/** `undefined` where the value is not of the part's type. */
export type WriteKey = (value: unknown) => string | undefined

export function keyWriter({ type, sqlType, values }: KeyColumnSpec): WriteKey {
  if (sqlType === 'UUID') {
    return (value) => (typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : undefined)
  }
  if (values !== undefined) {
    const stored = new Map(Object.entries(values).map(([inDatabase, name]) => [name, inDatabase]))
    return (value) => stored.get(value as string)
  }
  return writers[type as keyof KeyValues] ?? writers.String
}

/** For messages: `a UUID`, `one of USER, ADMIN`, `a whole number`. */
export function expectedKey({ type, sqlType, values }: KeyColumnSpec): string {
  if (sqlType === 'UUID') return 'a UUID'
  if (values !== undefined) return `one of ${Object.values(values).join(', ')}`
  return expectations[type as keyof KeyValues] ?? `a value of ${type}`
}

const expectations: Readonly<Record<keyof KeyValues, string>> = {
  Int: 'a whole number',
  BigInt: 'a bigint or a whole number below 2^53',
  Float: 'a finite number',
  Decimal: 'a Decimal, a number or its text',
  String: 'a string without NUL or half a surrogate pair',
  Boolean: 'a boolean',
  DateTime: 'a Date or its text',
  Bytes: 'a Uint8Array',
}
