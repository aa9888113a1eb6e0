// What is near the queries, by the statement of their mode.
import { sparseVector, storeFields, type VectorInput, VectorizerError } from '@prisma-vectorizer/spec'
import { invalid } from '../arguments/argument-readers.ts'
import type { InterceptedFindMany } from '../prisma/intercept.ts'
import { type QueryParameter, queryParameter } from '../query/query-parameter.ts'
import { isSparse } from '../query/query-vector.ts'
import type { ResolvedQuery, ResolveQueries } from '../query/query-vectors.ts'
import type { RowSource } from '../rows/row-source.ts'
import { type Hit, readAnswer } from '../rows/rows.ts'
import { keyText } from '../scope/row-key.ts'
import { manyStatement } from '../statement/many-statement.ts'
import { vectorsToRead } from '../statement/scan-settings.ts'
import type { StatementInput } from '../statement/statement.ts'
import type { StoreFilter } from '../statement/statement-parts.ts'
import { hybridStatement, wordStatement } from '../statement/word-statement.ts'
import { explainDatabaseError } from './database-errors.ts'
import type { AskedSearch } from './find-similar.ts'
import { type RunQuery, search as runSearch } from './search.ts'
import { keyFields } from './search-target.ts'

export interface HitsWanted {
  /** As every other extension left it. */
  readonly where: object | undefined
  readonly take: number
  readonly skip: number
  readonly row: RowSource | undefined
}

type Hits = readonly (readonly Hit[])[]

const maxParameters = 65_535

/** One list of hits per query, each of at most `take`, nearest first. */
export async function findHits(
  asked: AskedSearch,
  resolve: ResolveQueries,
  call: InterceptedFindMany,
  wanted: HitsWanted,
): Promise<Hits> {
  const { connection, options, queries, name } = asked
  if (wanted.take <= 0) return queries.map(() => [])
  // The filter before the query's text: a wrong one must not cost a provider call.
  const filter = await filterOf(asked, wanted.where)
  if (filter && filter.compiled.values.length >= maxParameters) throw tooManyValues(filter.compiled.values.length, name)
  const batch = call.transaction?.kind === 'batch'
  if (batch && queries.length > 1 && options.mode.kind !== 'vector') throw severalStatements(asked)
  const resolved = options.mode.kind === 'keyword' ? [] : await resolve()
  options.signal?.throwIfAborted()
  // One more where a query is like a row of the table: that row is the nearest to itself.
  const extra = resolved.some(({ except }) => except) ? 1 : 0
  const { take, skip, row } = wanted
  const input = {
    ...options.search,
    schema: connection.schema,
    distance: options.distance,
    filter,
    chunks: options.chunks,
    embedding: options.embedding ? connection.vectorFormat : undefined,
    row,
    take: extra ? take + skip + extra : take,
    skip: extra ? 0 : skip,
    maxDistance: reachable(options.maxDistance),
    tuning: options.tuning,
  }
  const run: RunQuery = batch ? connection.runIn(call.transaction) : connection.run
  try {
    const lists = await listsOf(asked, run, input, resolved, batch)
    return lists.map((list, index) => withoutItself(list, resolved[index], wanted, extra))
  } catch (error) {
    throw explainDatabaseError(error, options.search.spec, name)
  }
}

type Input = Omit<StatementInput, 'read' | 'complete'>

async function listsOf(
  { options, queries, connection, name }: AskedSearch,
  run: RunQuery,
  input: Input,
  resolved: readonly ResolvedQuery[],
  once: boolean,
): Promise<Hits> {
  const { mode } = options
  const paged = options.skip !== undefined
  const keyLength = keyFields(input).length
  const hitsOf = (rows: Parameters<typeof readAnswer>[0]) => readAnswer(rows, keyLength, input.row?.columns.length).hits
  const parameters = resolved.map(({ vector }) => queryParameter(vector, input.spec, connection.vectorFormat))
  if (mode.kind !== 'vector') {
    const lists: (readonly Hit[])[] = []
    for (const [index, query] of queries.entries()) {
      const words = { ...input, ...mode, words: query.kind === 'text' ? query.text : '', complete: true }
      const statement =
        mode.kind === 'keyword'
          ? wordStatement({ ...words, read: 'all' })
          : hybridStatement({ ...words, ...mode, ...fusion(input, paged), query: parameters[index] as QueryParameter })
      lists.push(hitsOf(await run(statement)))
    }
    return lists
  }
  const [query] = parameters
  if (query && queries.length === 1) return [(await runSearch(run, { ...input, query, paged, once })).hits]
  const texts = asText(resolved, input, name)
  const rows = await run(manyStatement({ ...input, ...texts, read: readOf(input, input.skip + input.take, paged) }))
  const lists: Parameters<typeof readAnswer>[0][] = queries.map((_, index) =>
    rows.filter((row) => row['query'] === index + 1),
  )
  return lists.map(hitsOf)
}

/** Vectors to read from the index for `rows` rows, or all of them where it does not serve. */
function readOf({ spec, results, distance, tuning }: Input, rows: number, paged: boolean): number | 'all' {
  const exact = spec.index.kind === 'none' || distance !== spec.distance || tuning?.exact === true
  return exact ? 'all' : vectorsToRead(spec, results, rows, paged)
}

// Far down a ranking a place counts little; but a page must not end where the ranking does.
const leastPlaces = 50

function fusion(input: Input, paged: boolean) {
  const rows = input.skip + input.take
  // Of a page the same number as of its neighbours, or a row's score would be another on the next.
  const pages = [200, 2000, 20_000].find((each) => each >= 2 * rows) ?? 20_000
  const places = paged ? pages : Math.max(leastPlaces, 2 * rows)
  return { places, read: readOf(input, places, false) }
}

/** All in one form: vectors of type `sparsevec` may be given as a Map and as an array. */
function asText(resolved: readonly ResolvedQuery[], { spec }: Input, name: string) {
  const sparse = resolved.some(({ vector }) => isSparse(vector))
  const parameters = resolved.map(({ vector }) =>
    queryParameter(sparse && !isSparse(vector) ? sparseVector(vector as VectorInput, name) : vector, spec, 'text'),
  )
  return { form: (parameters[0] as QueryParameter).form, queries: parameters.map(({ value }) => String(value)) }
}

function withoutItself(
  hits: readonly Hit[],
  query: ResolvedQuery | undefined,
  { take, skip }: HitsWanted,
  extra: number,
): readonly Hit[] {
  if (extra === 0) return hits
  const except = query?.except && keyText(query.except)
  return hits.filter(({ key }) => keyText(key) !== except).slice(skip, skip + take)
}

/** JSON, which parameters pass through, has no infinity. */
function reachable(maxDistance: number | undefined): number | undefined {
  if (maxDistance === Number.POSITIVE_INFINITY) return undefined
  return maxDistance === Number.NEGATIVE_INFINITY ? -Number.MAX_VALUE : maxDistance
}

/** With a condition on chunks, one filter of chunks: those of rows that pass, too. */
async function filterOf(
  { connection, model, options }: AskedSearch,
  where: object | undefined,
): Promise<StoreFilter | undefined> {
  const { search, chunkWhere } = options
  const { store } = search.spec
  if (!chunkWhere || store.kind !== 'table') {
    const compiled = await connection.compileWhere(
      model,
      where,
      keyFields(search).map(({ field }) => field),
    )
    return compiled && { compiled, on: 'row' }
  }
  const both = where ? { AND: [chunkWhere, { [store.parentField]: where }] } : chunkWhere
  const compiled = await connection.compileWhere(store.model, both, [storeFields.embeddingUuid])
  return compiled && { compiled, on: 'chunk' }
}

function tooManyValues(count: number, name: string): VectorizerError {
  return new VectorizerError('VZ306', {
    fact: `${name}: \`where\` holds ${count} values.`,
    why: `PostgreSQL takes at most ${maxParameters} in one statement, and a search cannot be cut into several.`,
    fix: 'Filter by a relation or a range instead of a list.',
  })
}

const severalStatements = ({ name, options }: AskedSearch) =>
  invalid(
    name,
    `in \`$transaction([…])\` it takes one query with \`mode: '${options.mode.kind}'\`.`,
    'Use findSimilar for each, or an interactive transaction.',
    'An element of that array is one statement.',
  )
