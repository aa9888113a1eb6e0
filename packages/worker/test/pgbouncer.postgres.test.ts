// Workers through PgBouncer in transaction mode: statements of one worker run on any of its connections.
import { expect, test } from 'vitest'
import { startPgBouncer } from '../../../test/support/pgbouncer.ts'
import { eventually, openBlog } from './support/blog.ts'
import { recordingLogger } from './support/fake-embedders.ts'

test('workers behind PgBouncer embed what is written while they run, each row once', async () => {
  await using blog = await openBlog()
  const bouncer = await startPgBouncer(blog.url, 3)
  try {
    const logger = recordingLogger()
    const workers = Array.from({ length: 2 }, () =>
      blog.worker({ database: bouncer.url, logger, batchSize: 5, concurrency: 4, pollInterval: 20 }),
    )
    const running = workers.map((worker) => worker.run())
    for (let round = 0; round < 5; round++) {
      await blog.insert(Array.from({ length: 20 }, (_, number) => `Round ${round}, text ${number}.`))
      await blog.query(`UPDATE "BlogPost" SET title = 'Round ${round}' WHERE id % 3 = 0`)
    }
    await eventually(async () => (await blog.queued()).length === 0)
    await Promise.all(workers.map((worker) => worker.stop()))
    await Promise.all(running)
    const [counts] = await blog.query(`SELECT count(*)::int AS stored, count(DISTINCT p.id)::int AS rows
      FROM "BlogPost_embedding_store" s JOIN "BlogPost" p ON p.id = s.id AND s.chunk = p.title || ' - ' || p.content`)
    expect(counts).toEqual({ stored: 100, rows: 100 })
    expect(logger.lines.filter((line) => /^(warn|error)/.test(line))).toEqual([])
    const [told] = await blog.query('SELECT embedded >= 100 AS enough FROM vectorizer.progress')
    expect(told).toEqual({ enough: true })
  } finally {
    await bouncer.stop()
  }
})
