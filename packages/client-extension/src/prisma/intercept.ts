// Every method of ours that reads goes through the caller's own findMany: extensions applied before ours may change its
// arguments, our hook then answers it, and those applied after ours are asked too. What they hide, no method of ours shows.
import type { RowArguments } from '../arguments/arguments.ts'
import type { FindManyHook, ModelContext } from './client.ts'
import { askedTransaction, type OtherHooks, otherHooks } from './query-hooks.ts'

// A property of the arguments, not an AsyncLocalStorage: it cannot be taken for another findMany that an extension runs
// on the way, and it keeps an extension that caches by arguments from giving one search the rows of another.
const marker = '$vectorizer'

/** Arguments as findMany has them. */
export interface FindManyArguments extends RowArguments {
  readonly take?: unknown
  readonly skip?: unknown
  readonly cursor?: unknown
  readonly orderBy?: unknown
  readonly distinct?: unknown
}

export interface InterceptedFindMany {
  /** As the extensions applied before ours left them. */
  readonly args: FindManyArguments
  /** Reads rows of the model through the extensions applied after ours. */
  read(args: object): PromiseLike<unknown>
  /** Which other extensions have a say, and what they make of `args`. */
  hooks(args: object): Promise<OtherHooks>
  /** The transaction it runs in, as Prisma describes it; undefined outside one. */
  readonly transaction: { readonly kind?: string } | undefined
  /** False when another extension answered in our place, as one that reads from replicas does. */
  readonly hooked: boolean
}

/** Answers a findMany with rows; what else it has to say it leaves where its maker finds it. */
export type Answer = (intercepted: InterceptedFindMany) => Promise<unknown[]>

/** Whose findMany is called. */
export interface Caller {
  readonly findMany: ModelContext['findMany']
  /** Whether a model extension put it in the place of Prisma's own: no hook, but it has a say as well. */
  readonly replaced: boolean
}

export interface Interceptor {
  /** Calls the caller's findMany with `args`, and has it answered by `answer`. */
  through(caller: Caller, args: object, answer: Answer): Promise<readonly unknown[]>
  /** The hook on findMany: answers those that are ours, lets all others pass. */
  readonly hook: (call: FindManyHook) => PromiseLike<unknown>
}

interface Pending {
  readonly answer: Answer
  readonly replaced: boolean
  reached: boolean
}

export function createInterceptor(): Interceptor {
  const pending = new Map<string, Pending>()

  async function through({ findMany, replaced }: Caller, args: object, answer: Answer) {
    const asked: Pending = { answer, replaced, reached: false }
    const token = crypto.randomUUID()
    pending.set(token, asked)
    let lazy = false
    try {
      const promise = findMany({ ...args, [marker]: token })
      lazy = promise.requestTransaction !== undefined
      const found = await promise
      if (asked.reached) return found as readonly unknown[]
    } catch (error) {
      if (asked.reached || !(error instanceof Error && error.message.includes(marker))) throw error
    } finally {
      pending.delete(token)
    }
    // Not where it is in a transaction already, or runs without one whatever it is told.
    const elsewhere = lazy && (await passesInTransaction(findMany, args))
    // Another extension answered by itself: then that is who reads the rows, and what it hides is not known beforehand.
    return answer({
      args,
      read: (own) => findMany(own),
      hooks: async (own) => ({ present: true, behind: true, elsewhere, args: own }),
      transaction: undefined,
      hooked: false,
    })
  }

  /** Whether what answered by itself would not in a transaction. */
  async function passesInTransaction(findMany: ModelContext['findMany'], args: object): Promise<boolean> {
    const asked: Pending = { answer: async () => [], replaced: false, reached: false }
    const token = crypto.randomUUID()
    pending.set(token, asked)
    try {
      await findMany({ ...args, [marker]: token }).requestTransaction?.(askedTransaction)
    } catch {
      // What it refuses in a transaction it does not pass on.
    } finally {
      pending.delete(token)
    }
    return asked.reached
  }

  async function hook(call: FindManyHook): Promise<unknown> {
    const { [marker]: token, ...args } = call.args as FindManyArguments & { readonly [marker]?: unknown }
    const asked = typeof token === 'string' ? pending.get(token) : undefined
    if (!asked) return call.query(call.args)
    asked.reached = true
    const { transaction } = (call.__internalParams ?? {}) as { readonly transaction?: { readonly kind?: string } }
    return asked.answer({
      args,
      read: (own) => call.query(own),
      async hooks(own) {
        const others = await otherHooks(call, own)
        return { ...others, present: others.present || asked.replaced }
      },
      transaction,
      hooked: true,
    })
  }

  return { through, hook }
}
