// A part of a row's key as the caller wrote it: checked, and in the form in which Prisma has it.
import { type ErrorDetail, VectorizerError } from '@prisma-vectorizer/spec'
import type { KeyField } from '../find-similar/search-target.ts'
import { described } from './check-vector.ts'

interface Reader {
  readonly is: string
  /** Undefined: it is none. */
  read(value: unknown): unknown
}

const whole = (bits: number) => (value: unknown) =>
  Number.isInteger(value) && BigInt.asIntN(bits, BigInt(value as number)) === BigInt(value as number)
    ? value
    : undefined

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const readers: Readonly<Record<string, Reader>> = {
  Int: { is: 'a whole number of 32 bits', read: whole(32) },
  BigInt: { is: 'a whole number of 64 bits', read: readBigInt },
  Float: { is: 'a finite number', read: (value) => (Number.isFinite(value) ? value : undefined) },
  Decimal: {
    is: 'a decimal number',
    read: (value) => (value !== null && /^-?[0-9.]+(e[+-]?[0-9]+)?$/i.test(String(value)) ? value : undefined),
  },
  Boolean: { is: 'true or false', read: (value) => (typeof value === 'boolean' ? value : undefined) },
  DateTime: { is: 'a Date', read: readDate },
  Bytes: { is: 'a Uint8Array', read: (value) => (value instanceof Uint8Array ? value : undefined) },
  String: { is: 'a text', read: (value) => (typeof value === 'string' && isStorable(value) ? value : undefined) },
}

const smallInteger: Reader = { is: 'a whole number of 16 bits', read: whole(16) }
const uuidText: Reader = {
  is: 'a UUID',
  read: (value) => (typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : undefined),
}

/** Throws VZ306 when it cannot be a value of the field. */
export function keyValue(value: unknown, keyField: KeyField, where: string): unknown {
  const { field, type, values } = keyField
  const reader = readerOf(keyField)
  const read = reader.read(value)
  const known = values === undefined || Object.values(values).includes(String(read))
  if (read !== undefined && known) return read
  const detail: ErrorDetail =
    value === undefined
      ? { fact: `${where}: \`${field}\` is missing.`, fix: 'It is part of the key, which says whose vector it is.' }
      : {
          fact: `${where}: \`${field}\` is ${described(value)}, not ${values ? `one of ${Object.values(values).join(', ')}` : reader.is}.`,
          why: `The field's type is ${type}.`,
        }
  throw new VectorizerError('VZ306', detail)
}

function readerOf({ type, sqlType }: KeyField): Reader {
  if (/^uuid$/i.test(sqlType)) return uuidText
  if (/^smallint$/i.test(sqlType)) return smallInteger
  return readers[type] ?? { is: `a value of ${type}`, read: (readers['String'] as Reader).read }
}

/** A number too, as Prisma takes it; beyond 2^53 it is not the one that was meant. */
function readBigInt(value: unknown): bigint | undefined {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return undefined
  const number = BigInt(value as bigint)
  return BigInt.asIntN(64, number) === number ? number : undefined
}

function readDate(value: unknown): Date | undefined {
  if (!(value instanceof Date) && typeof value !== 'string') return undefined
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? undefined : date
}

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

/** PostgreSQL's text holds neither NUL nor half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !loneSurrogate.test(text)
