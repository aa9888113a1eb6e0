// What a migration that embeds rows costs, counted in the database it is for. Tokens are a guess: four characters each.
import { quoteIdentifier, type SqlQuery, storeColumns, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { lacksVectors } from '../emit/migration.ts'
import { sqlNames } from '../emit/sql-names.ts'

/** The rows that a migration embeds. */
export interface Embedding {
  readonly spec: VectorizerSpec
  /** As it was before; undefined for a new vectorizer. */
  readonly previous: VectorizerSpec | undefined
  readonly rows: 'all' | 'newly inside'
}

export interface Cost {
  readonly rows: number
  /** Chunks that are stored now; null where none tells how many there will be. */
  readonly chunks: number | null
  /** Null where the text is in documents, or there is none. */
  readonly tokens: number | null
}

/** One statement with one row, a `Cost`. It reads tables as they are now, so it fails before Prisma has made them. */
export function countCost({ spec, previous, rows }: Embedding): SqlQuery {
  const names = sqlNames(spec)
  const before = rows === 'newly inside' && previous ? ` AND ${lacksVectors(previous)}` : ''
  const where = `WHERE ${names.filter}${before}`
  if (rows === 'all' && previous?.store.kind === 'table') {
    const text = `SELECT
      (SELECT count(*) FROM ${names.source} ${where})::float8 AS rows,
      count(*)::float8 AS chunks,
      (coalesce(sum(length(${storeColumns.chunk})), 0) / 4.0)::float8 AS tokens
    FROM ${sqlNames(previous).store}`
    return { text, values: [] }
  }
  const column = quoteIdentifier(spec.source.text.column)
  // Bytes and addresses are documents, whose text is not known here.
  const size = `CASE WHEN pg_typeof(${column}) <> 'bytea'::regtype THEN length(${column}::text) END`
  const tokens = spec.source.loading === 'column' ? `sum(${size}) / 4.0` : 'NULL'
  const text = `SELECT count(*)::float8 AS rows, NULL::float8 AS chunks, (${tokens})::float8 AS tokens
    FROM ${names.source} AS source ${where}`
  return { text, values: [] }
}

/** `12,000 rows to embed; stored now: 31,000 chunks, about 6,200,000 tokens`; undefined where there is no row. */
export function describeCost({ rows, chunks, tokens }: Cost): string | undefined {
  if (rows === 0) return undefined
  const size = tokens === null ? '' : `about ${counted(Math.ceil(tokens), 'token')}`
  const embeds = `${counted(rows, 'row')} to embed`
  if (chunks !== null) return `${embeds}; stored now: ${counted(chunks, 'chunk')}, ${size}`
  return size === '' ? embeds : `${embeds}, ${size}`
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`
