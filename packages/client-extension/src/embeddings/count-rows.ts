// `countSimilar` as it is called: the query's vector first, then the count.
import { queryParameter } from '../find-similar/query-parameter.ts'
import { parseQuery } from '../find-similar/query-vector.ts'
import type { QueryVectors, ResolvedQuery } from '../find-similar/query-vectors.ts'
import { countSimilar, parseCountArguments } from './count-similar.ts'
import type { MethodContext } from './method-context.ts'

/** Rejects with VZ301 to VZ308, and VZ4xx when a text cannot be embedded. */
export async function countRows(
  context: MethodContext,
  vectors: QueryVectors,
  asked: unknown,
  args: unknown,
): Promise<number> {
  const { target, connection } = context
  const name = `${target.model}.countSimilar`
  const { search, where, bounds } = parseCountArguments(target, args)
  const queries = [parseQuery(asked, search.spec, name)]
  const resolved = await vectors.of({ name, connection, queries, options: { search, signal: undefined } })()
  const { vector } = resolved[0] as ResolvedQuery
  const query = queryParameter(vector, search.spec, connection.vectorFormat)
  return countSimilar(context, search, query, bounds, where)
}
