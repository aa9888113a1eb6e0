// Columns that the search brought along, as findMany would give them.
import type { RowColumn } from './row-source.ts'
import type { Hit } from './rows.ts'

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

/**
 * The rows of the hits. Undefined where one of the values is not what findMany would give. `isList` is asked only where the
 * values leave it open: a NULL, and JSON.
 */
export async function decodeRows(
  hits: readonly Hit[],
  columns: readonly RowColumn[],
  isList: (field: string) => Promise<boolean>,
): Promise<ReadonlyMap<Hit, Row> | undefined> {
  const lists = await Promise.all(
    columns.map(({ field, type }, index) =>
      hits.some(({ row }) => row[index] === null || (type === 'Json' && Array.isArray(row[index])))
        ? isList(field)
        : undefined,
    ),
  )
  const rows = new Map<Hit, Row>()
  for (const hit of hits) {
    const row: Row = {}
    for (const [index, { field, type, shown }] of columns.entries()) {
      const value = decode(hit.row[index], type, lists[index] === true)
      if (value === undefined) return undefined
      if (shown) row[field] = value
      // Not left out: a result extension computes its fields when they are first read, maybe from the key.
      else Object.defineProperty(row, field, { value, enumerable: false, writable: true, configurable: true })
    }
    rows.set(hit, row)
  }
  return rows
}

function decode(value: unknown, type: string, isList: boolean): unknown {
  if (value === null) return isList ? [] : null
  const read = readers[type]
  if (!read) return undefined
  if (!Array.isArray(value)) return read(value)
  // A list of JSON, or a JSON value that is a list.
  if (type === 'Json') return isList ? undefined : value
  const elements = value.map((element) => read(element))
  return elements.includes(undefined) ? undefined : elements
}
