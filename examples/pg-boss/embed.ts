// Embedding as jobs of pg-boss: the scheduler that the application has anyway does it, in no process of its own.
import type { Worker } from '@prisma-vectorizer/worker'
import type PgBoss from 'pg-boss'

const drainQueue = 'vectorizer-drain'
const batchQueue = 'vectorizer-batch'

export interface BatchJob {
  /** `BlogPost.contentEmbeddings`. */
  readonly vectorizer: string
}

/**
 * Drains all queues at each time of `cron`, and works off one batch per job that `embedSoon` sends. Call it in every
 * process that may do the work; pg-boss gives each job to one of them.
 */
export async function embedWithPgBoss(boss: PgBoss, worker: Worker, cron = '* * * * *'): Promise<void> {
  // Stately: a drain that takes longer than a minute is not joined by the next, of which one at most waits. Rows have their own attempts, so a
  // job that failed is not tried again; the next one takes up what is left.
  await boss.createQueue(drainQueue, { name: drainQueue, policy: 'stately', retryLimit: 0, expireInMinutes: 15 })
  await boss.work(drainQueue, async () => {
    const { embedded, failed, drained } = await worker.drain({ deadline: Date.now() + 10 * 60_000 })
    return { embedded, failed, drained }
  })
  await boss.schedule(drainQueue, cron)

  // Short: one job waits at most, however often it is sent.
  await boss.createQueue(batchQueue, { name: batchQueue, policy: 'short', retryLimit: 0 })
  await boss.work<BatchJob>(batchQueue, { pollingIntervalSeconds: 0.5 }, async (jobs) => {
    for (const { data } of jobs) {
      const { claimed } = await worker.processBatch(data.vectorizer)
      if (claimed > 0) await embedSoon(boss, data.vectorizer)
    }
  })
}

/** To be called where the application has written rows, so that they do not wait for the next minute. */
export async function embedSoon(boss: PgBoss, vectorizer: string): Promise<void> {
  await boss.send(batchQueue, { vectorizer } satisfies BatchJob, { singletonKey: vectorizer })
}
