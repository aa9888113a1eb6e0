// findSimilar with a vector, a filter and take 10, against the same work written by hand for `pg`: our own search
// statement joined with the parents' columns, prepared, binary vector. 20k chunks × 768 in 5k posts, half published.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { vectorToBinary, vectorToText } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { withDatabase } from './support/database.ts'
import { type Line, median, printRatios } from './support/measure.ts'
import { randomVectors } from './support/vectors.ts'

const posts = 5_000
const chunksEach = 4
const dimensions = 768
const rounds = 12
const callsPerRound = 15

export async function run(serverUrl: string): Promise<void> {
  // Written by `prisma generate`; `npm run bench` sees to that.
  const { PrismaClient } = await import('../examples/docs-search/generated/prisma/client.ts')
  const { vectorizer } = await import('../examples/docs-search/generated/vectorizer/index.ts')

  await withDatabase(serverUrl, async (url, client) => {
    await load(client)
    const adapter = (options = {}) => new PrismaPg({ connectionString: url, max: 1 }, options)
    const plain = new PrismaClient({ adapter: adapter(), log: [{ emit: 'event', level: 'query' }] })
    const named = new PrismaClient({ adapter: adapter({ statementNameGenerator }) })
    const db = plain.$extends(vectorizer())
    const dbNamed = named.$extends(vectorizer())
    const queries = randomVectors(60, dimensions, 200, 7)

    for (const [label, where, target] of [
      ['half of the posts', { published: true }, 1.6],
      ['2 % of the posts, by author', { authorId: 2 }],
      ['no filter', undefined],
    ] as const) {
      const args = { take: 10, ...(where && { where }) }
      const statement = await statementOf(plain, () => db.blogPost.findSimilar(queries[0] as number[], args))
      const values = where === undefined ? [] : 'published' in where ? [true] : [2]
      const joined = `select p.*, t.distance, t.chunk from (${statement}) t join "BlogPost" p on p.id = t.key_0 order by t.distance`
      const prepared = (text: string, parameters: unknown[]) =>
        client.query({ name: statementNameGenerator({ sql: text }), text, values: parameters })
      const byHand = (vector: readonly number[]) => prepared(joined, [vectorToBinary(vector), ...values])
      const twoByHand = async (vector: readonly number[]) => {
        const found = await prepared(statement, [vectorToBinary(vector), ...values])
        return prepared('select * from "BlogPost" where id = any($1)', [found.rows.map((row) => row.key_0)])
      }
      const taken = await perCall(
        {
          byHand,
          twoByHand,
          raw: (vector) => plain.$queryRawUnsafe(joined, vectorToText(vector), ...values),
          findSimilar: (vector) => db.blogPost.findSimilar(vector, args),
          findSimilarNamed: (vector) => dbNamed.blogPost.findSimilar(vector, args),
        },
        queries,
      )
      const line = (what: string, milliseconds: number, target?: number): Line => ({
        what,
        ratio: milliseconds / taken.byHand,
        ...(target !== undefined && { target }),
      })
      printRatios(
        `findSimilar, ${label}, median of ${rounds * callsPerRound} calls`,
        `pg, one prepared statement: ${taken.byHand.toFixed(2)} ms`,
        [
          line('pg, search and parents in two prepared statements', taken.twoByHand),
          line('$queryRawUnsafe of the one statement, text vector', taken.raw),
          line('findSimilar', taken.findSimilar, target),
          line('findSimilar, adapter with statementNameGenerator', taken.findSimilarNamed, target),
        ],
      )
    }
    await plain.$disconnect()
    await named.$disconnect()
  })
}

const statementNameGenerator = ({ sql }: { sql: string }) => createHash('sha1').update(sql).digest('hex').slice(0, 20)

async function load(client: pg.Client): Promise<void> {
  const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url))
  for (const folder of readdirSync(migrations)
    .filter((name) => /^\d/u.test(name))
    .toSorted()) {
    await client.query(readFileSync(`${migrations}/${folder}/migration.sql`, 'utf8'))
  }
  await client.query(`insert into "Author" (name) select 'author ' || i from generate_series(1, 50) i`)
  await client.query(
    `insert into "BlogPost" (title, content, published, "authorId")
     select 'post ' || i, 'content of ' || i, i % 2 = 0, 1 + i % 50 from generate_series(1, $1) i`,
    [posts],
  )
  await client.query('create index on "BlogPost" ("authorId")')
  const vectors = randomVectors(posts * chunksEach, dimensions, 200)
  for (let start = 0; start < vectors.length; start += 500) {
    const batch = vectors.slice(start, start + 500)
    await client.query(
      `insert into "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding)
       select 1 + n / ${chunksEach}, n % ${chunksEach}, 'chunk ' || n, v::vector
       from unnest($1::int[], $2::text[]) as t (n, v)`,
      [batch.map((_, index) => start + index), batch.map((vector) => vectorToText(vector))],
    )
  }
  await client.query('vacuum analyze')
}

/** The search statement that findSimilar sends: the first of the two. */
async function statementOf(
  client: { $on(event: 'query', listener: (event: { query: string }) => void): unknown },
  call: () => Promise<unknown>,
): Promise<string> {
  const seen: string[] = []
  client.$on('query', (event) => seen.push(event.query))
  await call()
  return seen[0] as string
}

async function perCall<K extends string>(
  variants: Readonly<Record<K, (vector: readonly number[]) => Promise<unknown>>>,
  queries: readonly number[][],
): Promise<Record<K, number>> {
  const names = Object.keys(variants) as K[]
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>
  for (let round = -1; round < rounds; round++) {
    for (const name of [
      ...names.slice(Math.max(0, round) % names.length),
      ...names.slice(0, Math.max(0, round) % names.length),
    ]) {
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
