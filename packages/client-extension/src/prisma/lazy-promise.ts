// A promise as Prisma's own: it runs when it is awaited, or as an element of `$transaction([…])`.

export interface LazyPromise<T> extends Promise<T> {
  requestTransaction(transaction: unknown): Promise<T>
}

/** `start` is called once for all who await it, with the transaction it is to be part of where there is one. */
export function lazily<T>(start: (transaction: unknown) => Promise<T>): LazyPromise<T> {
  let started: Promise<T> | undefined
  const run = () => {
    started ??= start(undefined)
    return started
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is a promise
    then: (resolved, rejected) => run().then(resolved, rejected),
    catch: (rejected) => run().catch(rejected),
    finally: (settled) => run().finally(settled),
    requestTransaction: (transaction) => start(transaction),
    [Symbol.toStringTag]: 'PrismaPromise',
  }
}
