// The worker with a provider that takes no time, against one binary COPY of the same chunks and vectors.
import type { Embedder } from '@prisma-vectorizer/spec'
import { createWorker } from '@prisma-vectorizer/worker'
import type pg from 'pg'
import { blogSpec, blogTables, migrate } from './support/blog.ts'
import { type ChunkRow, copyRows } from './support/copy-rows.ts'
import { withDatabase } from './support/database.ts'
import { interleaved, printRatios, wall } from './support/measure.ts'
import { randomVectors } from './support/vectors.ts'

const documents = 10_000
const chunksEach = 3
const dimensions = 768
const rounds = 3

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (url, client) => {
    await client.query(blogTables)
    await migrate(client, {
      ...blogSpec({ dimensions }),
      index: { kind: 'none' },
      chunking: { kind: 'character', size: 800, overlap: 0, separator: '\n\n', regex: false, keepSeparator: false },
    })
    await client.query(
      `insert into "BlogPost" (title, content)
       select 'title ' || i, string_agg(rpad('chunk ' || c || ' of ' || i || ' ', 780, 'lorem ipsum '), E'\\n\\n')
       from generate_series(1, $1) i, generate_series(1, $2) c group by i`,
      [documents, chunksEach],
    )
    const vectors = randomVectors(1000, dimensions)
    const embedder: Embedder = {
      name: 'bench/instant',
      embed: async (texts) => ({
        vectors: texts.map((_, index) => vectors[index % vectors.length] as number[]),
        tokens: 0,
      }),
    }

    const worker = (batchSize: number, concurrency: number) => async () => {
      await client.query('truncate "BlogPost_embedding_store"')
      await client.query(
        `insert into vectorizer."BlogPost_embedding_store_queue" (key_id) select id from "BlogPost" on conflict do nothing`,
      )
      const instance = createWorker({ database: url, embedder: async () => embedder, batchSize, concurrency })
      const taken = await wall(() => instance.drain())
      await instance.stop()
      await expectStored(client)
      return taken
    }
    const taken = await interleaved(
      {
        copy: () => copy(client, vectors),
        oneOf50: worker(50, 1),
        twoOf50: worker(50, 2),
        fourOf50: worker(50, 4),
        fourOf200: worker(200, 4),
      },
      rounds,
    )
    printRatios(
      `Worker without provider latency, ${documents} documents, ${documents * chunksEach} chunks × ${dimensions}, wall time`,
      'one binary COPY of the same rows (keys, chunks, vectors)',
      [
        { what: 'batches of 50, one in flight', ratio: taken.oneOf50 / taken.copy },
        { what: 'batches of 50, two in flight', ratio: taken.twoOf50 / taken.copy },
        { what: 'batches of 50, four in flight (the default)', ratio: taken.fourOf50 / taken.copy, target: 4 },
        { what: 'batches of 200, four in flight', ratio: taken.fourOf200 / taken.copy },
      ],
    )
  })
}

async function copy(client: pg.Client, vectors: readonly number[][]): Promise<number> {
  await client.query('truncate "BlogPost_embedding_store"')
  const { rows } = await client.query<{ id: number; content: string }>('select id, content from "BlogPost" order by id')
  const taken = await wall(() => copyRows(client, 'BlogPost_embedding_store', chunksOf(rows, vectors)))
  await expectStored(client)
  return taken
}

function* chunksOf(
  rows: readonly { id: number; content: string }[],
  vectors: readonly number[][],
): Generator<ChunkRow> {
  let index = 0
  for (const { id, content } of rows) {
    for (const [chunkSeq, chunk] of content.split('\n\n').entries()) {
      yield { id, chunkSeq, chunk: chunk.trim(), embedding: vectors[index++ % vectors.length] as number[] }
    }
  }
}

async function expectStored(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ count: string }>('select count(*) from "BlogPost_embedding_store"')
  if (Number(rows[0]?.count) !== documents * chunksEach) throw new Error(`stored ${rows[0]?.count} chunks`)
}
