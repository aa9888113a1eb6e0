// Holds on to a batch while a slow provider works: without renewal a call that outlasts the lease would never be
// written, since another worker takes the rows over, and so on.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { renewLease } from '../sql/renew-lease.ts'
import { run } from '../sql/run.ts'
import type { ClaimedRow, Lease, PipelineContext } from './batch.ts'

/** A call that has not answered after this many leases is given up. */
const longestInLeases = 10

/** Milliseconds that work has to heed its signal. A splitter or reader of the application's may know nothing of signals. */
const heed = 1_000

/**
 * Runs `work`, renewing the lease every third of it. `work`'s signal is aborted with `signal`, or after 10 leases (50
 * minutes by default), when a provider that hangs is treated like one that is down. Rejects with the signal's reason where
 * `work` does not end by itself then.
 */
export async function keepLease<T>(
  { database, leaseSeconds, logger }: PipelineContext,
  { vectorizer, token }: Lease,
  rows: readonly ClaimedRow[],
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const held = { lease: token, keys: rows.map(({ key }) => key) }
  const renewal = setInterval(
    () => {
      run(database, renewLease(vectorizer, held, leaseSeconds)).catch((error: unknown) => {
        logger.warn({ vectorizer: vectorizer.label, err: error }, 'the lease could not be renewed')
      })
    },
    (leaseSeconds * 1_000) / 3,
  )
  const patience = new AbortController()
  const longest = leaseSeconds * longestInLeases
  const giveUp = setTimeout(() => patience.abort(noAnswer(vectorizer.label, longest)), longest * 1_000)
  const either = AbortSignal.any([signal, patience.signal])
  let stopWaiting = () => {}
  const tooLate = new Promise<never>((_, reject) => {
    let timer: NodeJS.Timeout | undefined
    const onAbort = () => {
      timer = setTimeout(() => reject(either.reason), heed)
    }
    either.addEventListener('abort', onAbort, { once: true })
    stopWaiting = () => {
      either.removeEventListener('abort', onAbort)
      clearTimeout(timer)
    }
  })
  try {
    return await Promise.race([work(either), tooLate])
  } finally {
    stopWaiting()
    clearInterval(renewal)
    clearTimeout(giveUp)
  }
}

function noAnswer(label: string, seconds: number): VectorizerError {
  return new VectorizerError('VZ405', {
    fact: `${label}: the provider has not answered for ${Math.round(seconds)} seconds.`,
    fix: 'Check the provider; smaller batches (`batchSize`) are answered sooner.',
  })
}
