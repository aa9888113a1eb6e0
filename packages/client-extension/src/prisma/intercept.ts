// Every method of ours that reads goes through the caller's own findMany: extensions applied before ours may change its
// arguments, our hook then answers it, and those applied after ours are asked too. What they hide, no method of ours shows.
import type { RowArguments } from '../find-similar/arguments.ts'
import type { FindManyHook, ModelContext } from './client.ts'
import { type OtherHooks, otherHooks } from './query-hooks.ts'

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

export interface Interceptor {
  /** Calls the caller's findMany with `args`, and has it answered by `answer`. */
  through(findMany: ModelContext['findMany'], args: object, answer: Answer): Promise<readonly unknown[]>
  /** The hook on findMany: answers those that are ours, lets all others pass. */
  readonly hook: (call: FindManyHook) => PromiseLike<unknown>
}

interface Pending {
  readonly answer: Answer
  reached: boolean
}

export function createInterceptor(): Interceptor {
  const pending = new Map<string, Pending>()

  async function through(findMany: ModelContext['findMany'], args: object, answer: Answer) {
    const asked: Pending = { answer, reached: false }
    const token = crypto.randomUUID()
    pending.set(token, asked)
    try {
      const found = await findMany({ ...args, [marker]: token })
      if (asked.reached) return found as readonly unknown[]
    } catch (error) {
      if (asked.reached || !(error instanceof Error && error.message.includes(marker))) throw error
    } finally {
      pending.delete(token)
    }
    // Another extension answered by itself: then that is who reads the rows, and what it hides is not known beforehand.
    return answer({
      args,
      read: (own) => findMany(own),
      hooks: async (own) => ({ present: true, behind: true, args: own }),
      transaction: undefined,
      hooked: false,
    })
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
      hooks: (own) => otherHooks(call, own),
      transaction,
      hooked: true,
    })
  }

  return { through, hook }
}
