// Reads the current text and template columns of claimed rows.
import { filterCondition, quoteIdentifier, type SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keysMatch, unnestKeys } from './keys.ts'

export interface LoadRow {
  /** Position of the key in the parameters, from 1. */
  readonly ordinal: number
  readonly present: boolean
  /** Null where the row is outside the vectorizer's filter: to the worker it has no text. */
  readonly document: string | null
  /** `column_0`, `column_1`, …: the template's columns in order. */
  readonly [column: `column_${number}`]: string | null
}

/** One row per key. PostgreSQL renders every column as text, so dates, numbers and JSON look as they do in psql. */
export function loadRows({ spec, source }: Vectorizer, keys: readonly Key[]): SqlQuery {
  const { text, templateColumns, key, filter } = spec.source
  const firstKey = quoteIdentifier(key[0]?.column ?? '')
  const document = `source.${quoteIdentifier(text.column)}::text`
  const columns = templateColumns.map(
    ({ column }, index) => `,\n  source.${quoteIdentifier(column)}::text AS column_${index}`,
  )
  return {
    text: `SELECT
  wanted.ordinal::int AS ordinal,
  source.${firstKey} IS NOT NULL AS present,
  ${filter === null ? document : `CASE WHEN ${filterCondition(filter, 'source.')} THEN ${document} END`} AS document${columns.join('')}
FROM ${unnestKeys(spec)}
LEFT JOIN ${source} AS source ON ${keysMatch(spec, 'source')}`,
    values: keyArrays(spec, keys),
  }
}
