// The worker with a provider that takes no time, against one binary COPY of the same chunks and vectors.
import type { Embedder } from '@prisma-vectorizer/spec'
import { createWorker } from '@prisma-vectorizer/worker'
import type pg from 'pg'
import { expectStored, queueAll } from './support/backlog.ts'
import { blogSpec, blogTables, migrate } from './support/blog.ts'
import { type ChunkRow, copyRows } from './support/copy-rows.ts'
import { withDatabase } from './support/database.ts'
import { fakeProvider } from './support/fake-provider.ts'
import { interleaved, printRatios, wall } from './support/measure.ts'
import { drainAsOftenWritten } from './support/often-written.ts'
import { scaled } from './support/scale.ts'

const chunksEach = 3
const dimensions = 768
const rounds = 3
const separator = '\n\n'

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (url, client) => {
    const documents = scaled(10_000)
    const { copy, worker, oftenWritten } = await posts(url, client, { documents, indexed: false })
    const taken = await interleaved(
      {
        copy,
        oneOf50: worker(50, 1),
        twoOf50: worker(50, 2),
        fourOf50: worker(50, 4),
        fourOf200: worker(200, 4),
        oftenWritten,
      },
      rounds,
    )
    printRatios(
      `Worker without provider latency, ${sizeOf(documents)}, wall time`,
      'one binary COPY of the same rows (keys, chunks, vectors)',
      [
        { what: 'batches of 50, one in flight', ratio: taken.oneOf50 / taken.copy },
        { what: 'batches of 50, two in flight', ratio: taken.twoOf50 / taken.copy },
        { what: 'batches of 50, four in flight (the default)', ratio: taken.fourOf50 / taken.copy, target: 2.2 },
        { what: 'batches of 200, four in flight', ratio: taken.fourOf200 / taken.copy },
      ],
    )
    printRatios(
      'The same, against a worker as it is often written',
      'a transaction held while embedding, a SELECT, INSERTs of text vectors and a DELETE for each row; batches of 50',
      [
        { what: 'batches of 50, one in flight', ratio: taken.oneOf50 / taken.oftenWritten },
        {
          what: 'batches of 50, four in flight (the default)',
          ratio: taken.fourOf50 / taken.oftenWritten,
          target: 0.12,
        },
      ],
    )
  })
  await withDatabase(serverUrl, async (url, client) => {
    const documents = scaled(3_000)
    const { copy, worker } = await posts(url, client, { documents, indexed: true })
    const taken = await interleaved({ copy, oneOf50: worker(50, 1), fourOf50: worker(50, 4) }, rounds)
    printRatios(
      `Worker with the HNSW index in place, ${sizeOf(documents)}, wall time`,
      'one binary COPY into the same indexed table',
      [
        { what: 'batches of 50, one in flight', ratio: taken.oneOf50 / taken.copy, target: 1.15 },
        { what: 'batches of 50, four in flight (the default)', ratio: taken.fourOf50 / taken.copy, target: 1.15 },
      ],
    )
  })
}

const sizeOf = (documents: number) => `${documents} documents, ${documents * chunksEach} chunks × ${dimensions}`

/** Posts of three chunks, and the ways to fill their store, each of which measures itself in milliseconds. */
async function posts(
  url: string,
  client: pg.Client,
  { documents, indexed }: { readonly documents: number; readonly indexed: boolean },
) {
  const spec = blogSpec({ dimensions })
  await client.query(blogTables)
  await migrate(client, {
    ...spec,
    index: indexed ? spec.index : { kind: 'none' },
    chunking: { kind: 'character', size: 800, overlap: 0, separator, regex: false, keepSeparator: false },
  })
  await client.query(
    `insert into "BlogPost" (title, content)
     select 'title ' || i, string_agg(rpad('chunk ' || c || ' of ' || i || ' ', 780, 'lorem ipsum '), $3)
     from generate_series(1, $1) i, generate_series(1, $2) c group by i`,
    [documents, chunksEach, separator],
  )
  const embedder: Embedder = await fakeProvider({ dimensions })({ model: null, dimensions })
  const measured = async (work: () => Promise<unknown>) => {
    const taken = await wall(work)
    await expectStored(client, documents * chunksEach)
    return taken
  }

  const worker = (batchSize: number, concurrency: number) => async () => {
    await queueAll(client)
    const instance = createWorker({ database: url, embedder: async () => embedder, batchSize, concurrency })
    const taken = await measured(() => instance.drain())
    await instance.stop()
    return taken
  }
  const oftenWritten = async () => {
    await queueAll(client)
    return measured(() => drainAsOftenWritten(client, { embedder, batchSize: 50, split }))
  }
  const copy = async () => {
    await client.query('truncate "BlogPost_embedding_store", vectorizer."BlogPost_embedding_store_queue"')
    const { rows } = await client.query<Post>('select id, content from "BlogPost" order by id')
    const { vectors } = await embedder.embed(
      rows.flatMap(({ content }) => split(content)),
      { purpose: 'document' },
    )
    return measured(() => copyRows(client, 'BlogPost_embedding_store', chunksOf(rows, vectors)))
  }
  return { copy, worker, oftenWritten }
}

interface Post {
  readonly id: number
  readonly content: string
}

const split = (content: string): string[] => content.split(separator).map((chunk) => chunk.trim())

function* chunksOf(rows: readonly Post[], vectors: readonly (readonly number[])[]): Generator<ChunkRow> {
  let index = 0
  for (const { id, content } of rows) {
    for (const [chunkSeq, chunk] of split(content).entries()) {
      yield { id, chunkSeq, chunk, embedding: vectors[index++] ?? [] }
    }
  }
}
