// A search, from what the caller wrote to their typed rows.
import { invalid } from '../arguments/argument-readers.ts'
import { maxTake, parseArguments, type SearchArguments } from '../arguments/arguments.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import type { Caller, InterceptedFindMany, Interceptor } from '../prisma/intercept.ts'
import { type LazyPromise, lazily } from '../prisma/lazy-promise.ts'
import { type ParsedQuery, parseQuery } from '../query/query-vector.ts'
import type { QueryVectors, ResolveQueries } from '../query/query-vectors.ts'
import { readRows } from '../rows/read-rows.ts'
import { addResult } from '../rows/result-row.ts'
import { findHits } from './find-hits.ts'
import type { SearchTarget } from './search-target.ts'
import type { Shortcuts } from './shortcuts.ts'
import type { Warn } from './warnings.ts'

export interface SearchServices {
  readonly interceptor: Interceptor
  readonly shortcuts: Shortcuts
  readonly vectors: QueryVectors
  readonly warn: Warn
}

/** What one call of a method asks for. */
export interface AskedSearch {
  readonly name: string
  readonly model: string
  readonly connection: ModelConnection
  readonly options: SearchArguments
  readonly queries: readonly ParsedQuery[]
}

type Row = Record<string, unknown>

/** `(…) → one list of rows per query`, nearest first. Rejects with VZ301 to VZ309 and VZ4xx. */
export function createSearches(services: SearchServices) {
  async function searchAll(
    asked: AskedSearch,
    transaction: unknown,
    vectors = services.vectors.of(asked),
  ): Promise<Row[][]> {
    const { connection, options } = asked
    const { skip = 0, take, rerank, candidates, rows: rowArguments } = options
    const caller = inTransaction(connection, transaction)
    const shortcut = services.shortcuts.of(connection, rowArguments)
    let want = rerank ? candidates : skip + take
    for (;;) {
      const round = searchRound(asked, vectors, want)
      const lists: Row[][] = []
      for (const index of asked.queries.keys()) {
        const args = { ...rowArguments, take: want }
        const answer = (call: InterceptedFindMany) => round.answer(index, call)
        if (shortcut.known()) {
          lists.push(await answer(unhooked(connection, args, transaction)))
          continue
        }
        const list = (await services.interceptor.through(caller, args, answer)) as Row[]
        if (round.isUntouched(index, list)) shortcut.learn()
        lists.push(list)
      }
      if (round.isElsewhere()) return searchInTransaction(asked, vectors)
      // Rows that another extension took out of the result are made up for by more of them.
      const short = lists.some((list, index) => list.length < want && round.hasMore(index))
      if (!short || round.skipped() || want >= maxTake) {
        return Promise.all(lists.map((list, index) => pageOf(asked, index, list, round.skipped())))
      }
      want = Math.min(maxTake, want * 4)
    }
  }

  /**
   * Another extension reads the rows from somewhere else, a replica: then hits and rows would not be of one side. In a
   * transaction it leaves them on the primary, where raw queries are always run.
   */
  async function searchInTransaction(asked: AskedSearch, vectors: ResolveQueries): Promise<Row[][]> {
    const { connection, queries, options } = asked
    // Texts are embedded before: a transaction keeps a connection.
    const first = queries.every(({ kind }) => kind !== 'row') && options.mode.kind !== 'keyword'
    if (first) await vectors()
    return connection.transaction((inside) =>
      searchAll({ ...asked, connection: inside }, undefined, first ? vectors : undefined),
    )
  }

  return {
    findSimilar(target: SearchTarget, connection: ModelConnection, query: unknown, args: unknown): LazyPromise<Row[]> {
      return lazily(async (transaction) => {
        const asked = parseSearch(target, connection, 'findSimilar', [query], args)
        services.warn.ofDistance(asked)
        return (await searchAll(asked, transaction))[0] as Row[]
      })
    },
    findSimilarMany(
      target: SearchTarget,
      connection: ModelConnection,
      queries: unknown,
      args: unknown,
    ): LazyPromise<Row[][]> {
      return lazily(async (transaction) => {
        const name = `${target.model}.findSimilarMany`
        if (!Array.isArray(queries)) {
          throw invalid(name, 'the queries are not an array.', "Write findSimilarMany(['one', 'other'], { take: 5 }).")
        }
        const asked = parseSearch(target, connection, 'findSimilarMany', queries, args)
        services.warn.ofDistance(asked)
        return queries.length === 0 ? [] : searchAll(asked, transaction)
      })
    },
  }
}

function parseSearch(
  target: SearchTarget,
  connection: ModelConnection,
  method: string,
  queries: readonly unknown[],
  args: unknown,
): AskedSearch {
  const name = `${target.model}.${method}`
  const options = parseArguments(target, args, name)
  const asked = { mode: options.mode.kind, distance: options.distance }
  return {
    name,
    model: target.model,
    connection,
    options,
    queries: queries.map((query) => parseQuery(query, options.search.spec, name, asked)),
  }
}

/** What our hook would be given where there is no other. */
const unhooked = (connection: ModelConnection, args: object, transaction: unknown): InterceptedFindMany => ({
  args,
  read: (own) => inTransaction(connection, transaction).findMany(own),
  hooks: async (own) => ({ present: false, behind: false, elsewhere: false, args: own }),
  transaction: transaction as InterceptedFindMany['transaction'],
  hooked: true,
})

function inTransaction(connection: ModelConnection, transaction: unknown): Caller {
  if (transaction === undefined) return connection
  const { findMany, replaced } = connection
  return {
    replaced,
    findMany(args) {
      const promise = findMany(args)
      return promise.requestTransaction?.(transaction) ?? promise
    },
  }
}

/** One statement for all queries, asked by the first of them, and one reading of rows. */
function searchRound(asked: AskedSearch, vectors: ResolveQueries, want: number) {
  let found: Promise<Found> | undefined

  async function findAll(call: InterceptedFindMany): Promise<Found> {
    // Order and page are the search's; whatever else an extension added goes on to the rows.
    const { take: limit, skip: _skip, cursor: _cursor, orderBy: _orderBy, ...rowArguments } = call.args
    const capped = typeof limit === 'number' && limit >= 0 && limit < want
    const hooks = await call.hooks(call.args)
    if (hooks.elsewhere && call.transaction === undefined && !asked.connection.isInTransaction()) {
      elsewhere = true
      return { rows: () => undefined, hits: [], hasMore: [], skip: 0, alone: false }
    }
    const skip = hooks.present || asked.options.rerank ? 0 : (asked.options.skip ?? 0)
    const take = (capped ? limit : want) - skip
    const reading = await readRows(asked, call, rowArguments, hooks.behind)
    const { where } = hooks.args as { readonly where?: object }
    const hits = await findHits(asked, vectors, call, { where, take, skip, row: reading.source })
    return {
      rows: await reading.rowsOf(hits),
      hits,
      hasMore: hits.map((list) => !capped && list.length >= take),
      skip,
      alone: reading.source !== undefined && !hooks.present,
    }
  }

  let elsewhere = false
  let skipped = false
  let more: readonly boolean[] = []
  const answered = new Map<number, Row | undefined>()
  return {
    async answer(index: number, call: InterceptedFindMany): Promise<Row[]> {
      found ??= findAll(call)
      const { rows, hits, hasMore, skip, alone } = await found
      skipped = skip > 0
      more = hasMore
      const { search, distance } = asked.options
      const { vectorFormat } = asked.connection
      const answer = (hits[index] ?? []).flatMap((hit) => {
        const row = rows(hit)
        return row ? [addResult(row, hit, { search, distance, vectorFormat })] : []
      })
      if (alone) answered.set(index, answer[0])
      return answer
    },
    /** Whether no other extension had a say in the rows, nor added to them. */
    isUntouched: (index: number, list: readonly Row[]) => list[0] !== undefined && list[0] === answered.get(index),
    hasMore: (index: number) => more[index] === true,
    skipped: () => skipped,
    isElsewhere: () => elsewhere,
  }
}

type Hits = Awaited<ReturnType<typeof findHits>>

interface Found {
  readonly hits: Hits
  readonly rows: (hit: Hits[number][number]) => Row | undefined
  readonly hasMore: readonly boolean[]
  /** Rows that the statement itself passed over. */
  readonly skip: number
  /** Whether the rows came with the search, and no other extension hooks findMany. */
  readonly alone: boolean
}

async function pageOf({ name, options, queries }: AskedSearch, index: number, rows: Row[], skipped: boolean) {
  const { rerank, candidates, take, skip = 0 } = options
  if (skipped) return rows
  const query = queries[index] as ParsedQuery
  const ranked = rerank ? await rerank(queryAsGiven(query), rows.slice(0, candidates)) : rows
  if (Array.isArray(ranked)) return ranked.slice(skip, skip + take) as Row[]
  throw invalid(name, '`rerank` returned no array.', 'Return the hits in their new order: (query, hits) => hits.')
}

function queryAsGiven(query: ParsedQuery): unknown {
  if (query.kind === 'text') return query.text
  return query.kind === 'row' ? { to: query.to } : query.value
}
