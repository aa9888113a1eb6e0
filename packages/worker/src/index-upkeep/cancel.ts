// Ends a statement in the server: a client that merely leaves would let CREATE INDEX CONCURRENTLY go on without it.
import type { Queryable } from '@prisma-vectorizer/spec'

/** One that comes between two statements is lost, so it is repeated. */
const interval = 250

/**
 * Cancels what the backend `pid` runs, from another connection, as long as `signal` is aborted and the function returned was
 * not called. PGlite has no other connection: there the statement ends first.
 */
export function cancelOnAbort(connection: Queryable, pid: number, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined
  const cancel = () => {
    connection.query('SELECT pg_cancel_backend($1) WHERE $1 <> pg_backend_pid()', [pid]).catch(() => {})
  }
  const start = () => {
    cancel()
    timer = setInterval(cancel, interval)
  }
  if (signal?.aborted) start()
  else signal?.addEventListener('abort', start, { once: true })
  return () => {
    clearInterval(timer)
    signal?.removeEventListener('abort', start)
  }
}
