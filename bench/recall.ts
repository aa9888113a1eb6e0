// What findSimilar finds with its defaults: recall@10 against exact search, full pages, and what filtering costs beside the
// better of exact search and the index alone.
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { withDatabase } from './support/database.ts'
import { type Line, median, printRatios } from './support/measure.ts'
import { dimensions, filters, loadCorpus } from './support/search-corpus.ts'
import { corpusQueries } from './support/vectors.ts'

const take = 10
const exactQueries = 60
const pages = 1000

export async function run(serverUrl: string): Promise<void> {
  const { PrismaClient } = await import('../examples/docs-search/generated/prisma/client.ts')
  const { vectorizer } = await import('../examples/docs-search/generated/vectorizer/index.ts')

  await withDatabase(serverUrl, async (url, client) => {
    await loadCorpus(client)
    const prisma = new PrismaClient({
      adapter: new PrismaPg({ connectionString: url, max: 1 }),
      log: [{ emit: 'event', level: 'query' }],
    })
    const statements: string[] = []
    prisma.$on('query', ({ query }) => statements.push(query))
    const db = prisma.$extends(vectorizer())
    const queries = corpusQueries(pages / 5, dimensions)
    const short = { pages: 0 }
    console.log(`\nrecall@${take} of findSimilar's defaults, ${exactQueries} queries; 1.00 = what exact search finds`)
    for (const [label, where] of Object.entries(filters)) {
      const args = { take, select: { id: true }, ...(where && { where }) }
      const [found, ours, exact, recalls] = [{ short: 0 }, [] as number[], [] as number[], [] as number[]]
      for (const [index, query] of queries.entries()) {
        const [rows, milliseconds] = await timed(() => db.blogPost.findSimilar(query, args))
        ours.push(milliseconds)
        if (rows.length < take) found.short++
        if (index >= exactQueries) continue
        const [right, exactly] = await timed(() => db.blogPost.findSimilar(query, { ...args, exact: true }))
        exact.push(exactly)
        const ids = new Set(right.map(({ id }) => id))
        recalls.push(rows.filter(({ id }) => ids.has(id)).length / take)
      }
      short.pages += found.short
      const recall = recalls.reduce((sum, each) => sum + each, 0) / recalls.length
      const target = where ? 0.97 : 0.98
      console.log(
        `  ${label.padEnd(24)} ${recall.toFixed(3)}   target ${target} ${recall >= target ? 'held' : 'MISSED'}   ` +
          `${median(ours).toFixed(1)} ms, exact ${median(exact).toFixed(1)} ms, short pages ${found.short} of ${queries.length}`,
      )
      if (where) {
        printRatios(`  ${label}: the statement`, `the better of exact search and the index alone`, [
          await filterCost(client, statements, db as unknown as Searching, queries, where),
        ])
      }
    }
    console.log(`  short pages in all: ${short.pages}`)
    await db.$disconnect()
  })
}

async function timed<T>(work: () => PromiseLike<T>): Promise<[T, number]> {
  const started = performance.now()
  const value = await work()
  return [value, performance.now() - started]
}

/** Our statement, the index alone, and exact search: all three by `pg`, as they are. */
async function filterCost(
  client: pg.Client,
  statements: string[],
  db: Searching,
  queries: readonly number[][],
  where: object,
): Promise<Line> {
  const sqlOf = async (args: object) => {
    statements.length = 0
    await db.blogPost.findSimilar(queries[0] as number[], { take, where, select: { id: true }, ...args })
    return statements[0] as string
  }
  const [column, value] = Object.entries(where)[0] as [string, unknown]
  const indexOnly = `with near as materialized (select c.id, c.embedding_uuid, c.embedding::halfvec(${dimensions}) <=>
      (select $1::vector::halfvec(${dimensions}) from set_config('hnsw.ef_search', '100', true) a,
        set_config('hnsw.iterative_scan', 'relaxed_order', true) b) as distance
    from "BlogPost_embedding_store" c where c.id in (select id from "BlogPost" where "${column}" = $2) order by distance limit 100)
    select c.id, c.chunk from (select distinct on (id) * from near order by id, distance) b
    join "BlogPost_embedding_store" c using (embedding_uuid) order by b.distance limit ${take}`
  const variants = { ours: await sqlOf({}), exact: await sqlOf({ exact: true }), indexOnly }
  const taken = { ours: [] as number[], exact: [] as number[], indexOnly: [] as number[] }
  const names = ['ours', 'exact', 'indexOnly'] as const
  for (const [index, query] of queries.slice(0, exactQueries).entries()) {
    // In turn: what comes second finds the pages of the same part of the graph in the processor's cache.
    const turn = index % names.length
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const [, milliseconds] = await timed(() =>
        client.query({
          name: `${name} ${column} ${value}`,
          text: variants[name],
          values: [JSON.stringify(query), value],
        }),
      )
      taken[name].push(milliseconds)
    }
  }
  const better = Math.min(median(taken.indexOnly), median(taken.exact))
  return {
    what: `the statement (${median(taken.ours).toFixed(1)} ms; exact ${median(taken.exact).toFixed(1)}, index alone ${median(taken.indexOnly).toFixed(1)})`,
    ratio: median(taken.ours) / better,
    target: 1.35,
  }
}

interface Searching {
  readonly blogPost: { findSimilar(query: number[], args: object): PromiseLike<unknown> }
}
