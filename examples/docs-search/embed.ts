// Lets the worker embed what is queued, with its progress bar. An application runs `prisma-vectorizer worker` instead.
import type { EmbedderResolver } from '@prisma-vectorizer/spec'
import { createWorker } from '@prisma-vectorizer/worker'
import { say } from './print.ts'

export async function embedPending(database: string, embedder: EmbedderResolver): Promise<void> {
  const worker = createWorker({ database, embedder })
  try {
    const started = performance.now()
    const summary = await worker.drain()
    say(JSON.stringify(summary) + started)
  } finally {
    await worker.stop()
  }
}
