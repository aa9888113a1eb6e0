// Columns that the search brought along, as findMany would give them.
import type { QueryCompiler } from '../where/compile-where.ts'
import type { RowColumn } from './row-source.ts'

type Row = Record<string, unknown>

// Of a `date` beyond it, V8 makes local midnight of a raw query's text, and findMany an invalid date.
const lastDay = Date.UTC(9999, 11, 31)

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Undefined for a value that a raw query gives in another form than findMany: then findMany has to read the row. */
const readers: Readonly<Record<string, (value: unknown) => unknown>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  enum: (value) => (typeof value === 'string' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  // PostgreSQL's oid comes as a bigint.
  Int: (value) => (typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined),
  BigInt: (value) => (typeof value === 'bigint' ? value : undefined),
  Float: (value) => (typeof value === 'number' ? value : undefined),
  Decimal: (value) => (isObject(value) && 'toFixed' in value ? value : undefined),
  DateTime: (value) => (value instanceof Date && !(value.getTime() >= lastDay) ? value : undefined),
  Bytes: (value) => (value instanceof Uint8Array ? value : undefined),
  Json: (value) => value,
}

/** Undefined where one of the values is not what findMany would give. */
export async function decodeRow(
  values: readonly unknown[],
  columns: readonly RowColumn[],
  isList: (field: string) => ReturnType<QueryCompiler['isList']>,
): Promise<Row | undefined> {
  const row: Row = {}
  for (const [index, { field, type, shown }] of columns.entries()) {
    const value = await decode(values[index], field, type, isList)
    if (value === undefined) return undefined
    Object.defineProperty(row, field, { value, enumerable: shown, writable: true, configurable: true })
  }
  return row
}

async function decode(value: unknown, field: string, type: string, isList: (field: string) => Promise<boolean>) {
  if (value === null) return (await isList(field)) ? [] : null
  const read = readers[type]
  if (!read) return undefined
  if (!Array.isArray(value)) return read(value)
  // A list of JSON, or a JSON value that is a list.
  if (type === 'Json') return (await isList(field)) ? undefined : value
  const elements = value.map((element) => read(element))
  return elements.includes(undefined) ? undefined : elements
}
