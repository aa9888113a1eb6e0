// One search, from what the caller wrote to their typed rows.
import { type Embedder, VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import type { ModelConnection } from '../prisma/connection.ts'
import type { FindManyArguments, InterceptedFindMany, Interceptor } from '../prisma/intercept.ts'
import { parseArguments } from './arguments.ts'
import { explainDatabaseError } from './database-errors.ts'
import { hydration } from './hydrate.ts'
import { queryParameter } from './query-parameter.ts'
import { parseQuery, type QueryVector } from './query-vector.ts'
import type { Hit } from './rows.ts'
import { search as runSearch } from './search.ts'
import { keyFields, type Searchable, type SearchTarget } from './search-target.ts'

interface AskedSearch {
  readonly model: string
  readonly search: Searchable
  readonly take: number
  readonly query: QueryVector
  readonly connection: ModelConnection
  readonly name: string
}

const maxParameters = 65_535

export function createFindSimilar(
  interceptor: Interceptor,
  embedderOf: (spec: VectorizerSpec, where: string) => Promise<Embedder>,
) {
  /** The method. Throws VZ301 to VZ307 and VZ4xx. */
  return async function findSimilar(target: SearchTarget, connection: ModelConnection, query: unknown, args: unknown) {
    const name = `${target.model}.findSimilar`
    const { search, take, rows } = parseArguments(target, args)
    const queryVector = parseQuery(query, search.spec, name, embedderOf)
    const asked: AskedSearch = { model: target.model, search, take, query: queryVector, connection, name }
    return interceptor.through(connection.findMany, { ...rows, take }, (call) => answer(asked, call))
  }
}

async function answer(asked: AskedSearch, call: InterceptedFindMany): Promise<unknown[]> {
  const { connection } = asked
  // Order and page are the search's; whatever else an extension added goes on to the rows.
  const { take: limit, skip: _skip, cursor: _cursor, orderBy: _orderBy, ...rowArgs } = call.args
  const take = typeof limit === 'number' && limit >= 0 ? Math.min(limit, asked.take) : asked.take
  const final = (await call.hooks(call.args)).args as FindManyArguments
  const hits = take === 0 ? [] : await findHits(asked, final.where, take)
  if (hits.length === 0) return []
  const { globallyOmitted } = connection
  const { args: hitArgs, attach } = hydration({ search: asked.search, args: rowArgs, globallyOmitted }, hits)
  return attach((await call.read(hitArgs)) as readonly unknown[])
}

async function findHits(asked: AskedSearch, where: object | undefined, take: number): Promise<readonly Hit[]> {
  const { model, search, connection, name } = asked
  const { spec, results } = search
  const fields = keyFields(search).map(({ field }) => field)
  // The filter before the query's text: a wrong one must not cost a provider call.
  const filter = await connection.compileWhere(model, where, fields)
  if (filter && filter.values.length >= maxParameters) throw tooManyValues(filter.values.length, name)
  const query = queryParameter(await asked.query(), spec, connection.vectorFormat)
  const { schema, run } = connection
  try {
    return await runSearch(run, { spec, results, schema, query, filter, take })
  } catch (error) {
    throw explainDatabaseError(error, spec, name)
  }
}

function tooManyValues(count: number, name: string): VectorizerError {
  return new VectorizerError('VZ306', {
    fact: `${name}: \`where\` holds ${count} values.`,
    why: `PostgreSQL takes at most ${maxParameters} in one statement, and a search cannot be cut into several.`,
    fix: 'Filter by a relation or a range instead of a list.',
  })
}
