// Reads what claimed rows say now, and which chunks they have.
import { filterCondition, quoteIdentifier, type SqlQuery, storeColumns } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { chunkHashSql } from './chunk-hash.ts'
import { type Key, keyArrays, keysMatch, unnestKeys } from './keys.ts'

export interface LoadRow {
  /** Position of the key in the parameters, from 1. */
  readonly ordinal: number
  readonly present: boolean
  /** Text, or bytes. Null where the row is outside the vectorizer's filter: to the worker it has no text. */
  readonly content: string | Uint8Array | null
  /** `[id, sequence, hash]` of each chunk; null where there is none. */
  readonly stored: readonly (readonly [id: string, sequence: number, hash: string])[] | null
  /** `column_0`, `column_1`, …: the template's columns in order. */
  readonly [column: `column_${number}`]: string | null
}

/** One row per key. PostgreSQL renders every column as text, so dates, numbers and JSON look as they do in psql. */
export function loadRows(vectorizer: Vectorizer, keys: readonly Key[]): SqlQuery {
  const { spec, source, isBytes } = vectorizer
  const { text, templateColumns, key, filter } = spec.source
  const firstKey = quoteIdentifier(key[0]?.column ?? '')
  const content = `source.${quoteIdentifier(text.column)}${isBytes ? '' : '::text'}`
  const columns = templateColumns.map(
    ({ column }, index) => `,\n  source.${quoteIdentifier(column)}::text AS column_${index}`,
  )
  return {
    text: `SELECT
  wanted.ordinal::int AS ordinal,
  source.${firstKey} IS NOT NULL AS present,
  ${filter === null ? content : `CASE WHEN ${filterCondition(filter, 'source.')} THEN ${content} END`} AS content,
  ${storedChunks(vectorizer)} AS stored${columns.join('')}
FROM ${unnestKeys(spec)}
LEFT JOIN ${source} AS source ON ${keysMatch(spec, 'source')}`,
    values: keyArrays(spec, keys),
  }
}

/**
 * Every place is within the bounds. But of a store that was never analysed, as during its first backfill, the planner
 * expects thousands of chunks a key without them, and PostgreSQL then compiles the statement (JIT): 58 ms for 500 keys
 * that are read in 1.
 */
function storedChunks({ spec, store }: Vectorizer): string {
  if (spec.store.kind === 'column') return 'NULL::jsonb'
  const { embeddingUuid, chunkSeq } = storeColumns
  const parts = `store.${quoteIdentifier(embeddingUuid)}, store.${quoteIdentifier(chunkSeq)}, ${chunkHashSql}`
  return `(
    SELECT jsonb_agg(jsonb_build_array(${parts}))
    FROM ${store} AS store
    WHERE ${keysMatch(spec, 'store')} AND store.${quoteIdentifier(chunkSeq)} BETWEEN '-2147483648'::int AND 2147483647
  )`
}
