// Whether there are as many vectors as an index waits for, without reading a large store for nothing.
import { type Queryable, quoteIdentifier, vectorColumn } from '@prisma-vectorizer/spec'
import type { IndexTarget } from './target.ts'

/** Stores up to this size, 8 MB, are counted whatever the planner guesses of them. */
const smallPages = 1_024

type Counted = Pick<IndexTarget, 'spec' | 'store' | 'rows' | 'pages'>

/**
 * At least `wanted` or not, exactly, unless the planner's guess is under half of that. The guess is as old as the last
 * ANALYZE of the table, but grows with its size.
 */
export async function hasVectors(connection: Queryable, target: Counted, wanted: number): Promise<boolean> {
  const { rows, pages } = target
  if (rows !== null && pages > smallPages && rows < wanted / 2) return false
  return (await countVectors(connection, target, wanted)) >= wanted
}

/** No more than `most`, and no more rows are read than that where each has a vector. */
export async function countVectors(
  connection: Queryable,
  { spec, store }: Pick<Counted, 'spec' | 'store'>,
  most: number,
): Promise<number> {
  const [counted] = await connection.query<{ vectors: number }>(countSql(spec, store), [most])
  return counted?.vectors ?? 0
}

// Every row of a store of its own has a vector.
const countSql = (spec: IndexTarget['spec'], store: string): string =>
  `SELECT count(*)::float8 AS vectors FROM (SELECT FROM ${store}${
    spec.store.kind === 'column' ? ` WHERE ${quoteIdentifier(vectorColumn(spec.store))} IS NOT NULL` : ''
  } LIMIT $1::bigint) AS counted`

/** Whether rows wait to be embedded: not those that were given up. */
export async function isQueued(connection: Queryable, { spec, queue }: IndexTarget, atLeast = 1): Promise<boolean> {
  if (spec.kind === 'vector') return false
  const [row] = await connection.query<{ waiting: number }>(
    `SELECT count(*)::float8 AS waiting FROM (SELECT FROM ${queue} WHERE failed_at IS NULL LIMIT $1::bigint) AS counted`,
    [atLeast],
  )
  return (row?.waiting ?? 0) >= atLeast
}
