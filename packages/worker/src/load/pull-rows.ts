// The caller's rows, one by one; stops in the midst of waiting for the next when `stop` is aborted.

/** Throws `stop.reason`, or what the iterable throws. Ends the iterable however the loop over it ends. */
export async function* pullRows<T>(rows: Iterable<T> | AsyncIterable<T>, stop: AbortSignal): AsyncGenerator<T> {
  const iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  let interrupt: (reason: unknown) => void = () => {}
  // One listener for all rows: a race with a promise that lives as long as the load would keep a reaction for each.
  const onStop = () => interrupt(stop.reason)
  stop.addEventListener('abort', onStop)
  let state: 'ready' | 'waiting' | 'ended' = 'ready'
  try {
    while (true) {
      stop.throwIfAborted()
      const next = iterator.next()
      if ('then' in next) state = 'waiting'
      const result = 'then' in next ? await interruptible(next) : next
      state = result.done ? 'ended' : 'ready'
      if (result.done) return
      yield result.value
    }
  } finally {
    stop.removeEventListener('abort', onStop)
    // A generator that is still busy with the next row would end only after it.
    const ending = state === 'ended' ? undefined : Promise.resolve(iterator.return?.()).catch(() => {})
    if (state === 'ready') await ending
  }

  function interruptible<R>(pending: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      interrupt = reject
      pending.then(resolve, reject)
    })
  }
}
