// A database with vectorizers, a connection to look at it, and workers that are stopped with it.
import { objectNames, type VectorizerSpec } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { createDatabase } from '../../../../test/support/databases.ts'
import { createWorker, type Worker, type WorkerOptions } from '../../src/index.ts'
import { always, fakeEmbedder } from './fake-embedders.ts'
import { blogPost, blogPostTable, type InstallOptions, installVectorizer } from './vectorizers.ts'

export interface StoredChunk {
  readonly id: number
  readonly chunk_seq: number
  readonly chunk: string
  readonly embedding: string
}

export interface QueuedRow {
  readonly key_id: number
  readonly lease: string | null
  readonly attempts: number
  readonly failed: boolean
  readonly error: string | null
  readonly claimable: boolean
}

export interface Blog extends AsyncDisposable {
  readonly url: string
  query<R extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>
  /** New posts with ids from 1. */
  insert(contents: readonly (string | null)[]): Promise<void>
  stored(): Promise<StoredChunk[]>
  /** Of a vectorizer whose vectors are a column: the text of each, by the posts' ids. */
  vectors(): Promise<(string | null)[]>
  queued(): Promise<QueuedRow[]>
  worker(options?: Partial<WorkerOptions>): Worker
  /** Another connection, for a transaction of the application's. */
  connect(): Promise<pg.Client>
}

/** `BlogPost` and its vectorizer, unless `sql` says otherwise. */
export async function openBlog(
  options: InstallOptions & { readonly sql?: string; readonly spec?: VectorizerSpec } = {},
): Promise<Blog> {
  const spec = options.spec ?? blogPost
  const sql = options.sql ?? `${blogPostTable}\n${installVectorizer(spec, options)}`
  const database = await createDatabase({ sql })
  const workers: Worker[] = []
  const clients: pg.Client[] = []

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(database.url)
    await client.connect()
    clients.push(client)
    return client
  }

  const client = await connect()

  async function query<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    // Without values as a script, which may hold several statements.
    return (await (values.length > 0 ? client.query<R>(text, values) : client.query<R>(text))).rows
  }

  return {
    url: database.url,
    query,
    async insert(contents) {
      await query('INSERT INTO "BlogPost" (content) SELECT * FROM unnest($1::text[])', [contents])
    },
    stored: () =>
      query('SELECT id, chunk_seq, chunk, embedding::text FROM "BlogPost_embedding_store" ORDER BY id, chunk_seq'),
    queued: () =>
      query(`SELECT key_id, lease, attempts, failed_at IS NOT NULL AS failed, error, not_before <= now() AS claimable
        FROM vectorizer."${objectNames(spec).queue}" ORDER BY key_id`),
    async vectors() {
      const rows = await query<{ embedding: string | null }>('SELECT embedding::text FROM "BlogPost" ORDER BY id')
      return rows.map(({ embedding }) => embedding)
    },
    worker(workerOptions = {}) {
      const worker = createWorker({ database: database.url, embedder: always(fakeEmbedder()), ...workerOptions })
      workers.push(worker)
      return worker
    },
    connect,
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((connection) => connection.end()))
      await Promise.all(workers.map((worker) => worker.stop()))
      await database.close()
    },
  }
}

/** Waits until `condition` holds, asking every 10 ms, for at most 20 s. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come true: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
