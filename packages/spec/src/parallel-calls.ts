// Several calls of one request at once: results in order, and the first failure ends the rest.

/**
 * Runs `run` for every item, at most `limit` at a time. Each gets a signal that is aborted with `signal`, or when
 * another one has failed: its answer could not be used any more, and would be paid for. A single item gets `signal`.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal | undefined,
  run: (item: Item, signal: AbortSignal | undefined) => Promise<Result>,
): Promise<Result[]> {
  signal?.throwIfAborted()
  const [only] = items
  if (only !== undefined && items.length === 1) return [await run(only, signal)]
  const results: Result[] = []
  // A signal each: more than ten listeners to one of them make Node warn of a leak. Nor AbortSignal.any: `signal` may
  // live as long as the process, and would remember every signal made from it.
  const running = new Set<AbortController>()
  const stop = (reason: unknown) => {
    for (const controller of running) controller.abort(reason)
  }
  const stopWithSignal = () => stop(signal?.reason)
  signal?.addEventListener('abort', stopWithSignal, { once: true })
  const rest = items.entries()
  let failed = false

  async function work(): Promise<void> {
    for (const [index, item] of rest) {
      signal?.throwIfAborted()
      if (failed) return
      const controller = new AbortController()
      running.add(controller)
      try {
        results[index] = await run(item, controller.signal)
      } finally {
        running.delete(controller)
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
    return results
  } catch (error) {
    failed = true
    stop(undefined)
    throw error
  } finally {
    signal?.removeEventListener('abort', stopWithSignal)
  }
}
