// One search, from what the caller wrote to their typed rows. It goes through the caller's own findMany: extensions
// applied before ours may change its `where`, ours then answers it, and those applied after ours see the rows being read.
import { type Embedder, VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import type { WhereCompiler } from '../where/compile-where.ts'
import { parseArguments, type RowArguments } from './arguments.ts'
import { explainDatabaseError } from './database-errors.ts'
import { hydration } from './hydrate.ts'
import { queryParameter } from './query-parameter.ts'
import { parseQuery, type QueryVector } from './query-vector.ts'
import type { Hit } from './rows.ts'
import { type RunQuery, search as runSearch } from './search.ts'
import { keyFields, type Searchable, type SearchTarget } from './search-target.ts'

/** What a search needs of the client that it was called on. */
export interface SearchConnection {
  /** The caller's findMany of the searched model, every extension included. */
  findMany(args: object): PromiseLike<unknown>
  readonly run: RunQuery
  readonly compileWhere: WhereCompiler
  /** Postgres schema of models without `@@schema`. */
  readonly schema: string
  readonly vectorFormat: 'binary' | 'text'
  readonly globallyOmitted: ReadonlySet<string>
}

// A property of the arguments, not an AsyncLocalStorage: it cannot be taken for another findMany that an extension runs
// on the way, and it keeps an extension that caches by arguments from giving one search the rows of another.
const marker = '$findSimilar'

/** Arguments as findMany has them, our marker among them or not. */
interface FindManyArguments extends RowArguments {
  readonly take?: unknown
  readonly skip?: unknown
  readonly cursor?: unknown
  readonly orderBy?: unknown
  readonly [marker]?: unknown
}

type ReadRows = (args: object) => PromiseLike<unknown>

interface PendingSearch {
  readonly model: string
  readonly search: Searchable
  readonly take: number
  readonly query: QueryVector
  readonly connection: SearchConnection
  readonly name: string
  /** Set once our hook has taken over the findMany. */
  reached: boolean
}

const maxParameters = 65_535

export function createFindSimilar(embedderOf: (spec: VectorizerSpec, where: string) => Promise<Embedder>) {
  const pending = new Map<string, PendingSearch>()

  /** The method. Throws VZ301 to VZ307 and VZ4xx. */
  async function findSimilar(target: SearchTarget, connection: SearchConnection, query: unknown, args: unknown) {
    const name = `${target.model}.findSimilar`
    const { search, take, rows } = parseArguments(target, args)
    const queryVector = parseQuery(query, search.spec, name, embedderOf)
    const { model } = target
    const asked: PendingSearch = { model, search, take, query: queryVector, connection, name, reached: false }
    const token = crypto.randomUUID()
    pending.set(token, asked)
    try {
      const found = await connection.findMany({ ...rows, take, [marker]: token })
      if (asked.reached) return found
    } catch (error) {
      if (asked.reached || !(error instanceof Error && error.message.includes(marker))) throw error
    } finally {
      pending.delete(token)
    }
    // Another extension answered by itself, as one that reads from replicas does: then search first, and let it answer
    // for the rows that were found.
    return answer(asked, rows, (rowArgs) => connection.findMany(rowArgs))
  }

  /** The hook on every findMany of a searchable model: answers those that stand for a search. */
  async function answerFindMany(args: FindManyArguments, query: ReadRows): Promise<unknown> {
    const { [marker]: token, ...own } = args
    const asked = typeof token === 'string' ? pending.get(token) : undefined
    if (!asked) return query(args)
    asked.reached = true
    return answer(asked, own, query)
  }

  return { findSimilar, answerFindMany }
}

async function answer(asked: PendingSearch, args: FindManyArguments, read: ReadRows): Promise<unknown[]> {
  const { connection } = asked
  // Order and page are the search's; whatever else an extension added goes on to the rows.
  const { take: limit, skip: _skip, cursor: _cursor, orderBy: _orderBy, ...rowArgs } = args
  const take = typeof limit === 'number' && limit >= 0 ? Math.min(limit, asked.take) : asked.take
  const hits = take === 0 ? [] : await findHits(asked, rowArgs.where, take)
  if (hits.length === 0) return []
  const { globallyOmitted } = connection
  const { args: hitArgs, attach } = hydration({ search: asked.search, args: rowArgs, globallyOmitted }, hits)
  return attach((await read(hitArgs)) as readonly unknown[])
}

async function findHits(asked: PendingSearch, where: object | undefined, take: number): Promise<readonly Hit[]> {
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
