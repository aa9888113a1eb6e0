// The caller's own methods inside a transaction of ours.
import type { Client, ModelContext, RawPromise } from './client.ts'

/** The interactive transaction that `client` stands for, as Prisma describes it; undefined outside one. */
export function interactiveTransaction(client: Client): unknown {
  let found: unknown
  // Prisma calls back before `then` returns.
  client
    ._createPrismaPromise?.(async (transaction) => {
      found = transaction
    })
    .then(() => {})
  return found
}

/**
 * The same model in the interactive transaction `inside`. Not `inside`'s own: that was made from the client that was
 * extended last but one, so it would pass by whatever that last extension hides.
 */
export function within(context: ModelContext, inside: Client): ModelContext {
  const transaction = interactiveTransaction(inside)
  const moved = (promise: RawPromise<unknown>) => promise.requestTransaction?.(transaction) ?? promise
  return {
    findMany: (args) => moved(context.findMany(args)),
    create: (args) => moved(context.create(args)),
    update: (args) => moved(context.update(args)),
    $parent: inside,
  }
}
