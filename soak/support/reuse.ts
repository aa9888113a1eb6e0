// A long text that gets one paragraph more keeps the chunks it had: the rows of the store, their vectors, and the money.
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Failures } from './failures.ts'

const paragraphs = Array.from({ length: 8 }, (_, number) => `Paragraph ${number} ${'of a long text '.repeat(6)}.`)

interface Chunk {
  readonly id: string
  readonly chunk: string
}

/** Needs a healthy worker. `textsSent` counts the texts that the provider was sent so far. */
export async function checkReuse(client: pg.Client, failures: Failures, textsSent: () => number): Promise<void> {
  const embedded = async (content: string): Promise<readonly Chunk[]> => {
    await client.query(
      `insert into "BlogPost" (id, title, content) values (-1, 'Reuse', $1)
       on conflict (id) do update set content = excluded.content`,
      [content],
    )
    for (let waited = 0; waited < 30_000; waited += 50) {
      await sleep(50)
      const { rows } = await client.query('select from vectorizer."BlogPost_embedding_store_queue" where key_id = -1')
      if (rows.length === 0) break
    }
    // The provider's side of it arrives with the next report.
    await sleep(400)
    const { rows } = await client.query<Chunk>(
      'select embedding_uuid as id, chunk from "BlogPost_embedding_store" where id = -1 order by chunk_seq',
    )
    return rows
  }
  const before = await embedded(paragraphs.slice(0, -1).join('\n\n'))
  const sentBefore = textsSent()
  const after = await embedded(paragraphs.join('\n\n'))
  const sent = textsSent() - sentBefore
  const ids = new Set(before.map(({ id }) => id))
  const texts = new Set(before.map(({ chunk }) => chunk))
  const lost = after.filter(({ id, chunk }) => texts.has(chunk) && !ids.has(id))
  const news = after.filter(({ chunk }) => !texts.has(chunk))
  if (before.length < 7 || after.length <= before.length) failures.fail('The text to be extended was not embedded.')
  if (lost.length > 0) failures.fail(`${lost.length} of ${before.length} chunks that did not change were written anew.`)
  if (sent !== news.length) failures.fail(`${sent} texts were embedded where ${news.length} were new.`)
  console.log(
    `  an appended paragraph: ${after.length - news.length} of ${before.length} chunks kept, ${sent} texts embedded`,
  )
}
