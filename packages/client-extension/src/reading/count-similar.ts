// `countSimilar`: how many rows are within a distance.
import { metrics, quoteIdentifier, quoteTable, type SqlQuery, vectorColumn } from '@prisma-vectorizer/spec'
import { assertKnown, invalid, number, objectOf } from '../arguments/argument-readers.ts'
import { chooseVectorizer } from '../arguments/arguments.ts'
import { keyFields, type Searchable, type SearchTarget } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import type { MethodContext } from '../prisma/method-context.ts'
import { type QueryParameter, queryExpression } from '../query/query-parameter.ts'
import { scopeCondition } from '../scope/scope-condition.ts'
import type { Scope } from '../scope/visible-rows.ts'
import { whereArgument } from './aggregate-arguments.ts'
import { runReading } from './run-reading.ts'

export interface CountBounds {
  readonly maxDistance: number
}

export interface CountArguments {
  readonly search: Searchable
  readonly where: object | undefined
  readonly bounds: CountBounds
}

/** Throws VZ305 (vectorizer) or VZ306. */
export function parseCountArguments(target: SearchTarget, args: unknown): CountArguments {
  const name = `${target.model}.countSimilar`
  const given = objectOf(args, name)
  for (const each of Object.keys(given)) assertKnown(each, ['where', 'vectorizer', 'maxDistance', 'minScore'], name)
  const search = chooseVectorizer(target, given['vectorizer'], name)
  const maxDistance = number(given['maxDistance'], 'maxDistance', name)
  const minScore = number(given['minScore'], 'minScore', name)
  if ((maxDistance === undefined) === (minScore === undefined)) {
    throw invalid(
      name,
      `${maxDistance === undefined ? 'neither `maxDistance` nor `minScore` is' : '`maxDistance` and `minScore` are both'} given.`,
      'Write one of them, e.g. `{ minScore: 0.8 }`.',
      'One of them says how near a row must be to be counted.',
    )
  }
  return {
    search,
    where: whereArgument(given['where'], name),
    bounds: { maxDistance: maxDistance ?? metrics[search.spec.distance].distanceOf(minScore as number) },
  }
}

/**
 * The number of rows that the caller may see, each once, of which a vector is at most that far from the query. Exact:
 * the distance of every vector that passes `where` is computed, for which no index helps.
 *
 * Rejects with VZ306 (too many values), VZ307, or as findMany does.
 */
export async function countSimilar(
  { target, connection }: Pick<MethodContext, 'target' | 'connection'>,
  search: Searchable,
  query: QueryParameter,
  bounds: CountBounds,
  scope: Scope,
): Promise<number> {
  const statement = countStatement(search, connection, query, bounds, scope)
  const [row] = await runReading(connection, search.spec, `${target.model}.countSimilar`, statement)
  return Number(row?.['count'])
}

function countStatement(
  search: Searchable,
  { schema }: Pick<ModelConnection, 'schema'>,
  query: QueryParameter,
  { maxDistance }: CountBounds,
  scope: Scope,
): SqlQuery {
  const { spec, results } = search
  const fields = keyFields(search)
  const key = fields.map(({ storeColumn }) => `c.${quoteIdentifier(storeColumn)}`)
  const vector = `c.${quoteIdentifier(vectorColumn(spec.store))}`
  const { operator } = metrics[spec.distance]
  // The sub-select makes PostgreSQL cast the query once instead of for every row.
  const distance = `${vector} ${operator} (select ${queryExpression(query.form, spec.type, spec.dimensions)})`
  const condition = scopeCondition(scope, key, fields, 2)
  const conditions = [condition.text, `${distance} <= $2::float8`].filter((each) => each !== undefined)
  // Rows with a vector of their own are each there once.
  const rows = `select ${results === 'rows' ? '1' : `distinct ${key.join(', ')}`}
  from ${quoteTable({ schema: spec.store.schema ?? schema, table: spec.store.table })} c
  where ${conditions.join(' and ')}`
  // As text: JSON, on the way, has no Infinity.
  return {
    text: `select count(*) as count from (\n  ${rows}\n) n`,
    values: [query.value, String(maxDistance), ...condition.values],
  }
}
