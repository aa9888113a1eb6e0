// Many writers, many workers, random interleavings: in the end the store says what the source says.
import { expect, test } from 'vitest'
import { eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder } from './support/fake-embedders.ts'

test('workers converge while an application inserts, updates and deletes', async () => {
  await using blog = await openBlog()
  await blog.insert(Array.from({ length: 200 }, (_, number) => `Text ${number}.`))
  const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
  const workers = Array.from({ length: 3 }, () =>
    blog.worker({ embedder: always(fakeEmbedder(pause)), batchSize: 7, concurrency: 3, pollInterval: 20 }),
  )
  const running = workers.map((worker) => worker.run())

  const writers = Array.from({ length: 4 }, async (_, writer) => {
    const application = await blog.connect()
    for (let step = 0; step < 150; step++) {
      const id = 1 + Math.floor(Math.random() * 250)
      const text = `Writer ${writer} step ${step}. ${'word '.repeat(Math.random() * 400)}`
      // In order of their keys, so that the writers do not deadlock each other.
      const script = [
        [
          'INSERT INTO "BlogPost" (id, content) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET content = $2',
          [id, text],
        ],
        ['UPDATE "BlogPost" SET title = $2 WHERE id = $1', [id + 1, `Title ${step}`]],
        ['DELETE FROM "BlogPost" WHERE id = $1', [id + 2]],
      ] as const
      await application.query('BEGIN')
      for (const [sql, values] of script.slice(0, 1 + Math.floor(Math.random() * 3))) {
        await application.query(sql, [...values])
      }
      await application.query(Math.random() < 0.1 ? 'ROLLBACK' : 'COMMIT')
    }
  })
  await Promise.all(writers)
  await eventually(async () => (await blog.queued()).length === 0)
  await Promise.all(workers.map((worker) => worker.stop()))
  await Promise.all(running)

  // Embedding everything anew must change nothing.
  const stored = (await blog.stored()).map(({ id, chunk_seq, chunk }) => [id, chunk_seq, chunk])
  await blog.query('INSERT INTO vectorizer."BlogPost_embedding_store_queue" (key_id) SELECT id FROM "BlogPost"')
  await blog.worker().drain()
  const fresh = (await blog.stored()).map(({ id, chunk_seq, chunk }) => [id, chunk_seq, chunk])
  expect(stored).toEqual(fresh)
  expect(stored.length).toBeGreaterThan(100)
})
