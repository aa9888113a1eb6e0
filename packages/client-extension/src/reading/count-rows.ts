// `countSimilar` as it is called: the query's vector first, then the count.
import type { MethodContext } from '../prisma/method-context.ts'
import { queryParameter } from '../query/query-parameter.ts'
import { parseQuery } from '../query/query-vector.ts'
import type { QueryVectors, ResolvedQuery } from '../query/query-vectors.ts'
import { visibleRows } from '../scope/visible-rows.ts'
import { countSimilar, parseCountArguments } from './count-similar.ts'

/** Rejects with VZ301 to VZ308, and VZ4xx when a text cannot be embedded. */
export async function countRows(
  context: MethodContext,
  vectors: QueryVectors,
  asked: unknown,
  args: unknown,
): Promise<number> {
  const { target, connection, interceptor } = context
  const name = `${target.model}.countSimilar`
  const { search, where, bounds } = parseCountArguments(target, args)
  const queries = [parseQuery(asked, search.spec, name)]
  // Before the query's text: a wrong filter must not cost a provider call.
  const scope = await visibleRows(interceptor, connection, target.model, search, where)
  const resolved = await vectors.of({ name, connection, queries, options: { search, signal: undefined } })()
  const { vector } = resolved[0] as ResolvedQuery
  const query = queryParameter(vector, search.spec, connection.vectorFormat)
  return countSimilar(context, search, query, bounds, scope)
}
