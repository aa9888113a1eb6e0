// The key of a row, as Prisma has it and as SQL gets it.
import { InternalError } from '@prisma-vectorizer/spec'
import type { KeyField } from '../find-similar/search-target.ts'

export type RowKey = readonly unknown[]

export function readKey(row: Readonly<Record<string, unknown>>, fields: readonly string[]): RowKey {
  return fields.map((field) => {
    if (row[field] === undefined) throw new InternalError(`a row came back without its key field \`${field}\``)
    return row[field]
  })
}

/** Two keys are the same when their texts are: raw queries and models give the same value in equal, not identical, objects. */
export const keyText = (key: RowKey): string => JSON.stringify(key.map(valueText))

function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return value.join()
  return String(value)
}

/** A raw query reads the stored value of an enum, which Prisma knows by another name where that has `@map`. */
export const asPrismaHasIt = (key: RowKey, fields: readonly KeyField[]): RowKey =>
  fields.map(({ values }, part) => values?.[String(key[part])] ?? key[part])

/** The other way round: what is stored, by the name Prisma has for it. */
export const asStored = (key: RowKey, fields: readonly KeyField[]): RowKey =>
  fields.map(({ values }, part) => {
    const stored = values && Object.keys(values).find((each) => values[each] === key[part])
    return stored ?? key[part]
  })

/**
 * Many keys as one parameter, a JSON text, whatever their types and whichever the driver adapter: see `keyRows`.
 */
export function keyParameter(keys: readonly RowKey[], fields: readonly KeyField[]): string {
  const names = fields.map((_, part) => `key_${part}`)
  const rows = keys.map((key) => {
    const stored = asStored(key, fields)
    return Object.fromEntries(names.map((name, part) => [name, jsonValue(stored[part])]))
  })
  return JSON.stringify(rows)
}

/** As PostgreSQL reads the value's type from text. */
export function jsonValue(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (typeof value === 'bigint' || (typeof value === 'object' && value !== null)) return String(value)
  return value
}

/** `jsonb_to_recordset($2::jsonb) as k (key_0 INTEGER)`: the rows of `keyParameter`. */
export const keyRows = (placeholder: string, fields: readonly KeyField[], alias = 'k'): string =>
  `jsonb_to_recordset(${placeholder}::jsonb) as ${alias} (${fields.map(({ sqlType }, part) => `key_${part} ${sqlType}`).join(', ')})`

/**
 * `rows from (jsonb_to_recordset($1::jsonb) as (key_0 INTEGER)) with ordinality as k (key_0, n)`: the same with `n`, the
 * place of each key from 1. What is read by it needs no comparison with a key that has been through a driver.
 */
export function numberedKeyRows(placeholder: string, fields: readonly KeyField[]): string {
  const names = fields.map((_, part) => `key_${part}`)
  const types = fields.map(({ sqlType }, part) => `${names[part]} ${sqlType}`)
  const records = `jsonb_to_recordset(${placeholder}::jsonb) as (${types.join(', ')})`
  return `rows from (${records}) with ordinality as k (${names.join(', ')}, n)`
}

/** The rows of these keys, as Prisma's `where`. */
export function whereKeys(fields: readonly KeyField[], keys: readonly RowKey[]): object {
  const [single, ...others] = fields
  // Prisma has no `in` for booleans.
  if (single !== undefined && others.length === 0 && single.type !== 'Boolean') {
    return { [single.field]: { in: keys.map(([value]) => value) } }
  }
  return { OR: keys.map((key) => Object.fromEntries(fields.map(({ field }, part) => [field, key[part]]))) }
}
