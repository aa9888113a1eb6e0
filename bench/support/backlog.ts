// Posts that wait to be embedded, again and again.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { blogSpec, blogTables, migrate } from './blog.ts'

export const store = '"BlogPost_embedding_store"'
export const queue = 'vectorizer."BlogPost_embedding_store_queue"'

export interface Backlog {
  readonly posts: number
  /** Of each post. */
  readonly characters: number
  readonly dimensions: number
  /** Default: no vector index. */
  readonly indexed?: boolean
}

/** A vectorizer whose posts are one chunk each. Inserting them has queued them. Returns its spec. */
export async function createBacklog(
  client: pg.Client,
  { posts, characters, dimensions, indexed }: Backlog,
): Promise<VectorizerSpec> {
  const spec = blogSpec({ dimensions })
  const whole: VectorizerSpec = {
    ...spec,
    chunking: { kind: 'none' },
    index: indexed ? spec.index : { kind: 'none' },
  }
  await client.query(blogTables)
  await migrate(client, whole)
  await client.query(
    `insert into "BlogPost" (title, content)
     select 'title ' || i, rpad('post ' || i || ' ', $2, 'lorem ipsum dolor sit amet ') from generate_series(1, $1::int) i`,
    [posts, characters],
  )
  return whole
}

/** As after `createBacklog`: an empty store, a queue that holds every post. */
export async function queueAll(client: pg.Client): Promise<void> {
  await client.query(`truncate ${store}, ${queue}`)
  await client.query(`insert into ${queue} (key_id) select id from "BlogPost"`)
}

/** A benchmark of work that was not done is worth nothing. */
export async function expectStored(client: pg.Client, chunks: number): Promise<void> {
  const { rows } = await client.query<{ stored: number; queued: number }>(
    `select (select count(*) from ${store})::int as stored, (select count(*) from ${queue})::int as queued`,
  )
  const { stored, queued } = rows[0] ?? { stored: 0, queued: 0 }
  if (stored !== chunks || queued > 0) throw new Error(`${stored} of ${chunks} chunks stored, ${queued} rows queued`)
}
