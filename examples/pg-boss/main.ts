// An application with pg-boss whose jobs embed. DATABASE_URL names its database.
import { createWorker } from '@prisma-vectorizer/worker'
import PgBoss from 'pg-boss'
import { embedWithPgBoss } from './embed.ts'

const database = process.env['DATABASE_URL'] ?? ''
const boss = new PgBoss(database)
boss.on('error', console.error)
await boss.start()
const worker = createWorker({ database })
await embedWithPgBoss(boss, worker)

process.once('SIGTERM', async () => {
  // Both at once: pg-boss waits for its jobs, and the worker ends them: it claims no more and gives calls ten seconds.
  await Promise.all([boss.stop(), worker.stop()])
})
