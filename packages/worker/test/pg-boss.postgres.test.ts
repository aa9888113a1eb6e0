// The example that drives the worker from pg-boss, on a real server.
import PgBoss from 'pg-boss'
import { expect, test } from 'vitest'
import { embedSoon, embedWithPgBoss } from '../../../examples/pg-boss/embed.ts'
import { eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder } from './support/fake-embedders.ts'

test('jobs of pg-boss drain the queues on schedule, and embed a batch at once where asked', async () => {
  await using blog = await openBlog()
  const boss = new PgBoss({ connectionString: blog.url, schedule: false, supervise: false })
  boss.on('error', () => {})
  await boss.start()
  try {
    const embedder = fakeEmbedder()
    const worker = blog.worker({ embedder: always(embedder), batchSize: 2 })
    await embedWithPgBoss(boss, worker, '*/5 * * * *')
    expect(await boss.getSchedules()).toMatchObject([{ name: 'vectorizer-drain', cron: '*/5 * * * *' }])

    // What the schedule sends.
    await blog.insert(['One.', 'Two.', 'Three.'])
    const id = (await boss.send('vectorizer-drain', {})) ?? ''
    await eventually(async () => (await boss.getJobById('vectorizer-drain', id))?.state === 'completed')
    expect(await boss.getJobById('vectorizer-drain', id)).toMatchObject({
      output: { embedded: 3, failed: 0, drained: true },
    })

    // Five rows are three batches: each job asks for the next.
    await blog.insert(['Four.', 'Five.', 'Six.', 'Seven.', 'Eight.'])
    await Promise.all([1, 2, 3].map(() => embedSoon(boss, 'BlogPost.contentEmbeddings')))
    expect(await boss.getQueueSize('vectorizer-batch')).toBeLessThanOrEqual(1)
    await eventually(async () => (await blog.stored()).length === 8)
    expect(embedder.calls.map((texts) => texts.length).slice(-3)).toEqual([2, 2, 1])
    await worker.stop()
  } finally {
    await boss.stop({ graceful: false, wait: true })
  }
})
