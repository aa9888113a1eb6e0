// Vectors that the application brings, into the store: against one binary COPY of the same rows. 20,000 rows × 768, key and
// text of 800 characters, unique index and foreign key in place.
import { PrismaPg } from '@prisma/adapter-pg'
import { loadEmbeddings } from '@prisma-vectorizer/worker'
import type pg from 'pg'
import { blogSpec, blogTables, migrate } from './support/blog.ts'
import { type ChunkRow, copyRows } from './support/copy-rows.ts'
import { withDatabase } from './support/database.ts'
import { interleaved, printRatios, wall } from './support/measure.ts'
import { randomVectors } from './support/vectors.ts'

const dimensions = 768
const chunksEach = 4
const table = 'BlogPost_embedding_store'

// biome-ignore lint/suspicious/noExplicitAny: the example's generated client, extended
type Client = any

async function openClient(url: string): Promise<Client> {
  // Written by `prisma generate`; `npm run bench` sees to that.
  const { PrismaClient } = await import('../examples/docs-search/generated/prisma/client.ts')
  const { vectorizer } = await import('../examples/docs-search/generated/vectorizer/index.ts')
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 1 }) }).$extends(vectorizer())
}

export async function run(serverUrl: string): Promise<void> {
  await withoutVectorIndex(serverUrl, 20_000, 5)
  await withVectorIndex(serverUrl, 4_000, 3)
}

async function withoutVectorIndex(serverUrl: string, count: number, rounds: number): Promise<void> {
  await withDatabase(serverUrl, async (url, client) => {
    const spec = { ...blogSpec({ dimensions }), index: { kind: 'none' } } as const
    const rows = await prepare(client, spec, count)
    const write = (work: () => Promise<unknown>) => () => written(client, count, work)
    const db = await openClient(url)
    const load = (options: { batchSize?: number; concurrency?: number; database?: string }) =>
      write(() => loadEmbeddings({ database: url, vectorizer: spec, rows, ...options }))
    const taken = await interleaved(
      {
        copy: write(() => copyRows(client, table, rows)),
        loaded: load({}),
        oneAtATime: load({ concurrency: 1 }),
        batchesOf50: load({ batchSize: 50 }),
        batchesOf1000: load({ batchSize: 1_000 }),
        loadedAgain: () => wall(() => loadEmbeddings({ database: url, vectorizer: spec, rows })),
        upserted: write(() => db.blogPost.upsertEmbeddings({ data: rows })),
      },
      rounds,
    )
    printRatios(
      `Vectors of one's own, ${count} rows × ${dimensions}, wall time`,
      `one binary COPY of the same rows: ${rate(count, taken.copy)}`,
      [
        { what: 'loadEmbeddings (200 rows, two batches at once)', ratio: taken.loaded / taken.copy, target: 1.7 },
        { what: 'loadEmbeddings, one batch at a time', ratio: taken.oneAtATime / taken.copy },
        { what: 'loadEmbeddings, batches of 50', ratio: taken.batchesOf50 / taken.copy },
        { what: 'loadEmbeddings, batches of 1000', ratio: taken.batchesOf1000 / taken.copy },
        { what: 'loadEmbeddings over rows that are stored', ratio: taken.loadedAgain / taken.copy },
        { what: 'upsertEmbeddings, through Prisma', ratio: taken.upserted / taken.copy, target: 3 },
      ],
    )
    await db.$disconnect()
  })
}

async function withVectorIndex(serverUrl: string, count: number, rounds: number): Promise<void> {
  await withDatabase(serverUrl, async (url, client) => {
    const spec = blogSpec({ dimensions })
    const rows = await prepare(client, spec, count)
    const write = (work: () => Promise<unknown>) => () => written(client, count, work)
    const taken = await interleaved(
      {
        copy: write(() => copyRows(client, table, rows)),
        loaded: write(() => loadEmbeddings({ database: url, vectorizer: spec, rows })),
        oneAtATime: write(() => loadEmbeddings({ database: url, vectorizer: spec, rows, concurrency: 1 })),
      },
      rounds,
    )
    printRatios(
      `The same with the HNSW index in place, ${count} rows × ${dimensions}, wall time`,
      `one binary COPY of the same rows: ${rate(count, taken.copy)}`,
      [
        { what: 'loadEmbeddings (200 rows, two batches at once)', ratio: taken.loaded / taken.copy, target: 1.15 },
        { what: 'loadEmbeddings, one batch at a time', ratio: taken.oneAtATime / taken.copy },
      ],
    )
  })
}

async function prepare(client: pg.Client, spec: ReturnType<typeof blogSpec>, count: number): Promise<ChunkRow[]> {
  await client.query(blogTables)
  await migrate(client, spec)
  await client.query(`insert into "BlogPost" (title, content) select 'title', 'content' from generate_series(1, $1)`, [
    count / chunksEach,
  ])
  const vectors = randomVectors(4_000, dimensions, 200)
  return Array.from({ length: count }, (_, index) => ({
    id: 1 + Math.floor(index / chunksEach),
    chunkSeq: index % chunksEach,
    chunk: `chunk ${index} `.padEnd(800, `lorem ipsum ${index * 7919} dolor `),
    embedding: vectors[index % vectors.length] as number[],
  }))
}

/** Milliseconds of `work`, which fills the empty store. */
async function written(client: pg.Client, count: number, work: () => Promise<unknown>): Promise<number> {
  await client.query(`truncate "${table}"`)
  const taken = await wall(work)
  const { rows } = await client.query<{ count: string }>(`select count(*) from "${table}"`)
  if (Number(rows[0]?.count) !== count) throw new Error(`stored ${rows[0]?.count} rows`)
  return taken
}

const rate = (count: number, milliseconds: number) => `${Math.round((count / milliseconds) * 1_000)} rows a second`
