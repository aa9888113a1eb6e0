// The statements of one batch: one array per column, whatever the number of rows.
import { quoteIdentifier, type SqlQuery, storeColumns, vectorColumn } from '@prisma-vectorizer/spec'
import { binaryArray, builtInTypes } from './binary-array.ts'
import type { LoadTarget } from './load-target.ts'
import type { CheckedRow } from './read-row.ts'
import { type WireValue, wireOid, wireTypes } from './vector-form.ts'

export interface OrdinalRow {
  /** Position in the batch, from 1. */
  readonly ordinal: number
}

/** Inserts the chunks of a batch; replaces those that are there, or fails with 23505. */
export function insertRows(target: LoadTarget, rows: readonly CheckedRow[], onConflict: 'update' | 'error'): SqlQuery {
  const { spec, store } = target
  const { chunkSeq, chunk, embedding } = storeColumns
  const key = spec.source.key.map(({ storeColumn }) => storeColumn)
  const parts = key.length
  const list = (columns: readonly string[]) => columns.map(quoteIdentifier).join(', ')
  const assigned = [chunk, embedding].map(
    (column) => `${quoteIdentifier(column)} = excluded.${quoteIdentifier(column)}`,
  )
  const conflict = `\nON CONFLICT (${list([...key, chunkSeq])}) DO UPDATE SET ${assigned.join(', ')}`
  return {
    text: `INSERT INTO ${store} (${list([...key, chunkSeq, chunk, embedding])})
SELECT ${keyNames(target)}, sequence, chunk, vector
FROM unnest(${keyParameters(target)}, $${parts + 1}::text[]::int[], $${parts + 2}::text[], ${vectorsParameter(target, parts + 3)})
  AS loaded (${keyNames(target)}, sequence, chunk, vector)${onConflict === 'update' ? conflict : ''}`,
    values: [
      ...keyValues(target, rows),
      textArray(target, rows.map(sequenceText)),
      textArray(
        target,
        rows.map((row) => row.chunk),
      ),
      vectorArray(
        target,
        rows.flatMap((row) => row.vectors),
      ),
    ],
  }
}

/** Sets the vectors of a batch in its rows of the source. Returns the rows that were not: those that are not there. */
export function updateRows(target: LoadTarget, rows: readonly CheckedRow[], onConflict: 'update' | 'error'): SqlQuery {
  const { spec, source } = target
  const column = quoteIdentifier(vectorColumn(spec.store))
  const parts = spec.source.key.length
  const loaded = spec.kind === 'vector' && spec.list ? loadedLists(target) : loadedVectors(target)
  return {
    text: `WITH loaded AS MATERIALIZED (
${loaded}
), stored AS (
  UPDATE ${source} AS source SET ${column} = loaded.vector
  FROM loaded
  WHERE ${keysMatch(target, 'column')}${onConflict === 'error' ? ` AND source.${column} IS NULL` : ''}
  RETURNING loaded.ordinal
)
SELECT ordinal::int AS ordinal FROM loaded WHERE ordinal NOT IN (SELECT ordinal FROM stored) ORDER BY ordinal`,
    values: [
      ...keyValues(target, rows),
      vectorArray(
        target,
        rows.flatMap((row) => row.vectors),
      ),
      ...(loaded.includes(`$${parts + 2}`)
        ? [
            textArray(
              target,
              rows.flatMap((row, index) => row.vectors.map(() => String(index + 1))),
            ),
          ]
        : []),
    ],
  }
}

const loadedVectors = (target: LoadTarget): string => `  SELECT *
  FROM unnest(${keyParameters(target)}, ${vectorsParameter(target, target.spec.source.key.length + 1)})
    WITH ORDINALITY AS loaded (${keyNames(target)}, vector, ordinal)`

/** An array of arrays would come out of unnest flat: lists travel as one array of vectors, and of whose each is. */
function loadedLists(target: LoadTarget): string {
  const parts = target.spec.source.key.length
  return `  SELECT keys.*, coalesce(lists.vectors, '{}') AS vector
  FROM unnest(${keyParameters(target)}) WITH ORDINALITY AS keys (${keyNames(target)}, ordinal)
  LEFT JOIN (
    SELECT owner, array_agg(vector ORDER BY place) AS vectors
    FROM unnest(${vectorsParameter(target, parts + 1)}, $${parts + 2}::text[]::int[])
      WITH ORDINALITY AS flat (vector, owner, place)
    GROUP BY owner
  ) AS lists ON lists.owner = keys.ordinal`
}

/** Which rows have no row of the source. */
export function findOrphans(target: LoadTarget, rows: readonly CheckedRow[]): SqlQuery {
  return {
    text: `SELECT ordinal::int AS ordinal
FROM unnest(${keyParameters(target)}) WITH ORDINALITY AS loaded (${keyNames(target)}, ordinal)
WHERE NOT EXISTS (SELECT FROM ${target.source} AS source WHERE ${keysMatch(target, 'column')}) ORDER BY ordinal`,
    values: keyValues(target, rows),
  }
}

/** Which chunks are stored already. */
export function findStored(target: LoadTarget, rows: readonly CheckedRow[]): SqlQuery {
  const sequence = target.spec.source.key.length + 1
  return {
    text: `SELECT ordinal::int AS ordinal
FROM unnest(${keyParameters(target)}, $${sequence}::text[]::int[])
  WITH ORDINALITY AS loaded (${keyNames(target)}, sequence, ordinal)
WHERE EXISTS (
  SELECT FROM ${target.store} AS source
  WHERE ${keysMatch(target, 'storeColumn')} AND source.${quoteIdentifier(storeColumns.chunkSeq)} = loaded.sequence
) ORDER BY ordinal`,
    values: [...keyValues(target, rows), textArray(target, rows.map(sequenceText))],
  }
}

const sequenceText = ({ chunkSeq }: CheckedRow): string => String(chunkSeq)

const keyNames = ({ spec }: LoadTarget): string => spec.source.key.map((_, part) => `key_${part}`).join(', ')

/**
 * `$1::text[]::INTEGER[]`. Without their lengths the types of text and bits: a cast to VARCHAR(3) would cut a longer key,
 * and find another row.
 */
const keyParameters = ({ spec }: LoadTarget): string =>
  spec.source.key.map(({ sqlType }, part) => `$${part + 1}::text[]::${unboundedType(sqlType)}[]`).join(', ')

const unboundedType = (sqlType: string): string =>
  sqlType
    .replace(/^VARCHAR\(\d+\)$/iu, 'VARCHAR')
    .replace(/^CHAR(\(\d+\))?$/iu, 'BPCHAR')
    .replace(/^(VAR)?BIT(\(\d+\))?$/iu, 'VARBIT')

const keysMatch = ({ spec }: LoadTarget, name: 'column' | 'storeColumn'): string =>
  spec.source.key.map((part, index) => `source.${quoteIdentifier(part[name])} = loaded.key_${index}`).join(' AND ')

const keyValues = (target: LoadTarget, rows: readonly CheckedRow[]): unknown[] =>
  target.spec.source.key.map((_, part) =>
    textArray(
      target,
      rows.map((row) => row.key[part] as string),
    ),
  )

/** Binary where possible: `pg` escapes a text array character by character. */
const textArray = ({ binary }: LoadTarget, texts: readonly string[]): unknown =>
  binary
    ? binaryArray(
        texts.map((text) => Buffer.from(text)),
        builtInTypes.text,
      )
    : texts

const vectorsParameter = ({ spec, vectorSchema, binary }: LoadTarget, parameter: number): string => {
  const type = wireTypes[spec.type]
  return `$${parameter}${binary ? '' : '::text[]'}::${type === 'varbit' ? type : `${vectorSchema}.${type}`}[]`
}

const vectorArray = ({ spec, oids, binary }: LoadTarget, vectors: readonly WireValue[]): unknown =>
  binary ? binaryArray(vectors as readonly Uint8Array[], wireOid(spec.type, oids)) : vectors
