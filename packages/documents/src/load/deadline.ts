// One limit of time over everything a load does.
import { cannotLoad } from './refusals.ts'

/**
 * What `work` resolves to. Rejects with VZ602 after `timeout` milliseconds and with the reason of `signal` once it is
 * aborted, at once, even where `work` cannot be stopped (a lookup, a hanging network file system).
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeout, shown }: { readonly timeout: number; readonly shown: string },
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted()
  // Not AbortSignal.any: in Node 20 it keeps a trace of each call on a long-lived signal.
  const controller = new AbortController()
  const forward = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', forward, { once: true })
  const timer = setTimeout(
    () => controller.abort(cannotLoad(`${shown} was not loaded within ${timeout} ms.`, 'Raise `timeout`.')),
    timeout,
  )
  try {
    return await new Promise<T>((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
      work(controller.signal).then(resolve, reject)
    })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', forward)
  }
}
