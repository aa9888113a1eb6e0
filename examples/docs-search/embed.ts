// Lets the worker embed what is queued, with its progress bar. An application runs `prisma-vectorizer worker` instead.
import type { EmbedderResolver } from '@prisma-vectorizer/spec'
import { createProgressBar, createWorker } from '@prisma-vectorizer/worker'
import { say } from './print.ts'

export async function embedPending(database: string, embedder: EmbedderResolver): Promise<void> {
  const bar = createProgressBar(process.stderr)
  const worker = createWorker({ database, embedder, onProgress: (batch) => bar.add(batch.claimed) })
  try {
    const [status] = await worker.status({ stores: false })
    if (!status || status.pending === 0) return
    const started = performance.now()
    bar.setRemaining(status.pending)
    const { embedded, chunks, failed, vectorizers } = await worker.drain()
    bar.setRemaining(0)
    for (const { error } of vectorizers) if (error) throw new Error(error)
    const seconds = (performance.now() - started) / 1000
    say(`embedded  ${embedded} documents in ${chunks} chunks (${seconds.toFixed(1)} s)`)
    if (failed > 0) say(`failed    ${failed} documents; see \`npx prisma-vectorizer status\``)
  } finally {
    await worker.stop()
  }
}
