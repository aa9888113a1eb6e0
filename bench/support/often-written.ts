// A worker as it is often written: in one transaction that is open while the provider is asked, a statement for each row
// and each chunk, vectors as text. Lenient: one call for all texts of a batch, and chunks that a shorter text no longer
// has are left behind, which a worker that is right has to look for.
import type { Embedder } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { queue, store } from './backlog.ts'

export interface OftenWritten {
  readonly embedder: Embedder
  readonly batchSize: number
  readonly split: (content: string) => readonly string[]
}

/** Works until the queue is empty. */
export async function drainAsOftenWritten(client: pg.Client, worker: OftenWritten): Promise<void> {
  while (await oneBatch(client, worker)) {}
}

async function oneBatch(client: pg.Client, { embedder, batchSize, split }: OftenWritten): Promise<boolean> {
  await client.query('begin')
  const { rows: jobs } = await client.query<{ key_id: number }>(
    `select key_id from ${queue} order by queued_at limit $1 for update skip locked`,
    [batchSize],
  )
  const chunks: { readonly id: number; readonly chunkSeq: number; readonly chunk: string }[] = []
  for (const { key_id: id } of jobs) {
    const { rows } = await client.query<{ content: string }>('select content from "BlogPost" where id = $1', [id])
    for (const { content } of rows) {
      chunks.push(...split(content).map((chunk, chunkSeq) => ({ id, chunkSeq, chunk })))
    }
  }
  const { vectors } = await embedder.embed(
    chunks.map(({ chunk }) => chunk),
    { purpose: 'document', signal: undefined },
  )
  for (const [index, { id, chunkSeq, chunk }] of chunks.entries()) {
    await client.query(
      `insert into ${store} (id, chunk_seq, chunk, embedding) values ($1, $2, $3, $4)
       on conflict (id, chunk_seq) do update set chunk = excluded.chunk, embedding = excluded.embedding`,
      [id, chunkSeq, chunk, JSON.stringify(vectors[index])],
    )
  }
  for (const { key_id: id } of jobs) await client.query(`delete from ${queue} where key_id = $1`, [id])
  await client.query('commit')
  return jobs.length > 0
}
