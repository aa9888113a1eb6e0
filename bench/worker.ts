// The worker with a provider that takes no time, against one binary COPY of the same chunks and vectors.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Embedder, storeColumns, vectorToBinary } from '@prisma-vectorizer/spec'
import { createWorker } from '@prisma-vectorizer/worker'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { blogSpec, blogTables, migrate } from './support/blog.ts'
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
      chunking: { kind: 'character', size: 800, overlap: 0, separator: '\n\n', regex: false },
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
  const columns = ['id', storeColumns.chunkSeq, storeColumns.chunk, storeColumns.embedding].map((name) => `"${name}"`)
  const statement = `copy "BlogPost_embedding_store" (${columns.join(', ')}) from stdin (format binary)`
  const taken = await wall(() => pipeline(Readable.from(binaryRows(rows, vectors)), client.query(copyFrom(statement))))
  await expectStored(client)
  return taken
}

/** PostgreSQL's binary COPY: signature, then for each row a count of fields and each field's length and bytes. */
function* binaryRows(
  rows: readonly { id: number; content: string }[],
  vectors: readonly number[][],
): Generator<Buffer> {
  yield Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
  let index = 0
  for (const { id, content } of rows) {
    const parts: Buffer[] = []
    for (const [sequence, chunk] of content.split('\n\n').entries()) {
      const text = Buffer.from(chunk.trim())
      const vector = vectorToBinary(vectors[index++ % vectors.length] as number[])
      const head = Buffer.alloc(2 + 8 + 8 + 4)
      head.writeInt16BE(4, 0)
      head.writeInt32BE(4, 2)
      head.writeInt32BE(id, 6)
      head.writeInt32BE(4, 10)
      head.writeInt32BE(sequence, 14)
      head.writeInt32BE(text.length, 18)
      const length = Buffer.alloc(4)
      length.writeInt32BE(vector.length)
      parts.push(head, text, length, Buffer.from(vector.buffer))
    }
    yield Buffer.concat(parts)
  }
  yield Buffer.from([0xff, 0xff])
}

async function expectStored(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ count: string }>('select count(*) from "BlogPost_embedding_store"')
  if (Number(rows[0]?.count) !== documents * chunksEach) throw new Error(`stored ${rows[0]?.count} chunks`)
}
