// findSimilar with a vector and take 10, against the same work written by hand for `pg`: our own search statement, prepared,
// binary vector. 25,000 posts, some 100,000 chunks × 768.
import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { vectorToBinary, vectorToText } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { withDatabase } from './support/database.ts'
import { type Line, median, printRatios } from './support/measure.ts'
import { dimensions, filters, loadCorpus } from './support/search-corpus.ts'
import { corpusQueries } from './support/vectors.ts'

const rounds = 12
const callsPerRound = 15
const take = 10

export async function run(serverUrl: string): Promise<void> {
  // Written by `prisma generate`; `npm run bench` sees to that.
  const { PrismaClient } = await import('../examples/docs-search/generated/prisma/client.ts')
  const { vectorizer } = await import('../examples/docs-search/generated/vectorizer/index.ts')

  await withDatabase(serverUrl, async (url, client) => {
    await loadCorpus(client)
    const adapter = (options = {}) => new PrismaPg({ connectionString: url, max: 1 }, options)
    const plain = new PrismaClient({ adapter: adapter(), log: [{ emit: 'event', level: 'query' }] })
    const named = new PrismaClient({ adapter: adapter({ statementNameGenerator }) })
    const db = plain.$extends(vectorizer())
    const dbNamed = named.$extends(vectorizer())
    const queries = corpusQueries(60, dimensions)
    const prepared = (text: string, parameters: unknown[]) =>
      client.query({ name: statementNameGenerator({ sql: text }), text, values: parameters })

    for (const [label, where] of Object.entries(filters)) {
      const args = { take, ...(where && { where }) }
      const statement = await statementOf(plain, () => db.blogPost.findSimilar(queries[0] as number[], args))
      const values = Object.values(where ?? {})
      const taken = await perCall(
        {
          byHand: (vector) => prepared(statement, [Buffer.from(vectorToBinary(vector).buffer), ...values]),
          raw: (vector) => plain.$queryRawUnsafe(statement, vectorToBinary(vector), ...values),
          rawNamed: (vector) => named.$queryRawUnsafe(statement, vectorToBinary(vector), ...values),
          findSimilar: (vector) => db.blogPost.findSimilar(vector, args),
          findSimilarNamed: (vector) => dbNamed.blogPost.findSimilar(vector, args),
        },
        queries,
      )
      const line = (what: string, milliseconds: number, floor: number, target?: number): Line => ({
        what,
        ratio: milliseconds / floor,
        ...(target !== undefined && { target }),
      })
      printRatios(
        `findSimilar, ${label}, median of ${rounds * callsPerRound} calls`,
        `pg, the same statement prepared, binary vector: ${taken.byHand.toFixed(2)} ms`,
        [
          line('findSimilar, adapter with statementNameGenerator', taken.findSimilarNamed, taken.byHand, 1.15),
          line('findSimilar', taken.findSimilar, taken.byHand, 1.35),
          line(
            'findSimilar named / $queryRawUnsafe named of its statement',
            taken.findSimilarNamed,
            taken.rawNamed,
            1.03,
          ),
          line('findSimilar / $queryRawUnsafe of its statement', taken.findSimilar, taken.raw, 1.03),
        ],
      )
    }
    // As an application that sets what its searches need for the whole session.
    const tuned = new PrismaClient({ adapter: adapter({ statementNameGenerator }) })
    await tuned.$executeRawUnsafe('set hnsw.ef_search = 100')
    await againstByHand(dbNamed, tuned, client, queries, prepared)
    await tuned.$disconnect()
    await plain.$disconnect()
    await named.$disconnect()
  })
}

/** What a careful user writes without us, and an include. */
async function againstByHand(
  // biome-ignore lint/suspicious/noExplicitAny: two generated clients, one extended
  db: any,
  // biome-ignore lint/suspicious/noExplicitAny: the same
  prisma: any,
  client: pg.Client,
  queries: readonly number[][],
  prepared: (text: string, parameters: unknown[]) => Promise<{ rows: { id: number }[] }>,
): Promise<void> {
  const nearest = `select c.id, c.chunk_seq, c.chunk, c.embedding <=> $1::vector as distance
    from "BlogPost_embedding_store" c order by c.embedding::halfvec(${dimensions}) <=> $1::halfvec(${dimensions}) limit 100`
  const oneStatement = `select p.*, t.chunk, t.distance from (select * from (select distinct on (n.id) n.* from (${nearest}) n
    order by n.id, n.distance) d order by distance limit ${take}) t join "BlogPost" p on p.id = t.id order by t.distance`
  const settings = [`set local hnsw.ef_search = 100`, `set local hnsw.iterative_scan = relaxed_order`] as const
  const include = { author: true } as const
  const searchOf = (vector: readonly number[]) => prepared(oneStatement, [vectorToText(vector)])
  await client.query(`set hnsw.ef_search = 100; set hnsw.iterative_scan = relaxed_order`)
  const taken = await perCall(
    {
      findSimilar: (vector) => db.blogPost.findSimilar(vector, { take }),
      inTransaction: (vector) =>
        // biome-ignore lint/suspicious/noExplicitAny: as above
        prisma.$transaction(async (tx: any) => {
          for (const setting of settings) await tx.$executeRawUnsafe(setting)
          return tx.$queryRawUnsafe(oneStatement, vectorToText(vector))
        }),
      inJavaScript: async (vector) => {
        const rows = await prisma.$queryRawUnsafe(nearest, vectorToText(vector))
        const ids = [...new Set(rows.map((row: { id: number }) => row.id))].slice(0, take)
        return prisma.blogPost.findMany({ where: { id: { in: ids } } })
      },
      withVectors: (vector) => db.blogPost.findSimilar(vector, { take, embedding: true }),
      included: (vector) => db.blogPost.findSimilar(vector, { take, include }),
      statementAndInclude: async (vector) => {
        const { rows } = await searchOf(vector)
        return prisma.blogPost.findMany({ where: { id: { in: rows.map(({ id }) => id) } }, include })
      },
    },
    queries,
  )
  printRatios('findSimilar, no filter, beside what one writes by hand', `itself: ${taken.findSimilar.toFixed(2)} ms`, [
    {
      what: 'findSimilar / $transaction, SET LOCAL, text vector',
      ratio: taken.findSimilar / taken.inTransaction,
      target: 0.8,
    },
    {
      what: 'findSimilar / raw chunks, deduped in JavaScript, findMany',
      ratio: taken.findSimilar / taken.inJavaScript,
      target: 0.65,
    },
    {
      what: 'findSimilar with `embedding: true` / without',
      ratio: taken.withVectors / taken.findSimilar,
      target: 1.15,
    },
    {
      what: 'findSimilar with include / statement by pg and findMany with include',
      ratio: taken.included / taken.statementAndInclude,
      target: 1.15,
    },
  ])
}

const statementNameGenerator = ({ sql }: { sql: string }) => createHash('sha1').update(sql).digest('hex').slice(0, 20)

/** The search statement that findSimilar sends: the only one. */
async function statementOf(
  client: { $on(event: 'query', listener: (event: { query: string }) => void): unknown },
  call: () => PromiseLike<unknown>,
): Promise<string> {
  const seen: string[] = []
  client.$on('query', (event) => seen.push(event.query))
  await call()
  if (seen.length !== 1) throw new Error(`${seen.length} statements`)
  return seen[0] as string
}

async function perCall<K extends string>(
  variants: Readonly<Record<K, (vector: readonly number[]) => PromiseLike<unknown>>>,
  queries: readonly number[][],
): Promise<Record<K, number>> {
  const names = Object.keys(variants) as K[]
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>
  for (let round = -1; round < rounds; round++) {
    const turn = Math.max(0, round) % names.length
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      for (let call = 0; call < callsPerRound; call++) {
        const vector = queries[((round + 1) * callsPerRound + call) % queries.length] as number[]
        const started = performance.now()
        await variants[name](vector)
        if (round >= 0) taken[name].push(performance.now() - started)
      }
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(taken[name])])) as Record<K, number>
}
