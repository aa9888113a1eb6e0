// Which index a search would use: asked of the planner, once.
import type { Queryable } from '@prisma-vectorizer/spec'
import type { RecallTarget } from './target.ts'

export interface StoreIndex {
  readonly name: string
  /** Storage parameters as set: `m=16`, `ef_construction=64`. */
  readonly parameters: readonly string[]
  readonly bytes: number
}

/** Valid indexes of the store with the access method that the vectorizer asks for. */
export async function readIndexes(
  connection: Queryable,
  { spec, store }: RecallTarget,
): Promise<readonly StoreIndex[]> {
  const rows = await connection.query<{ name: string; parameters: readonly string[]; bytes: number }>(
    `SELECT c.relname::text AS name, coalesce(to_jsonb(c.reloptions), '[]') AS parameters,
  pg_relation_size(c.oid)::float8 AS bytes
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am AS am ON am.oid = c.relam
WHERE i.indrelid = $1::regclass AND am.amname = $2 AND i.indisvalid
ORDER BY c.relname`,
    [store, spec.index.kind],
  )
  return rows
}

/** The one of `indexes` that the plan of `statement` scans. */
export async function usedIndex(
  connection: Queryable,
  statement: string,
  query: string,
  indexes: readonly StoreIndex[],
): Promise<StoreIndex | undefined> {
  const [row] = await connection.query(`EXPLAIN (FORMAT JSON) ${statement}`, [query])
  const plan = row?.['QUERY PLAN']
  const scanned = indexNames(typeof plan === 'string' ? JSON.parse(plan) : plan)
  return indexes.find(({ name }) => scanned.includes(name))
}

function indexNames(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(indexNames)
  if (typeof node !== 'object' || node === null) return []
  const own = 'Index Name' in node && typeof node['Index Name'] === 'string' ? [node['Index Name']] : []
  return [...own, ...Object.values(node).flatMap(indexNames)]
}
