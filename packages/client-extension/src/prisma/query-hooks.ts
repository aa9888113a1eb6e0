// Which other extensions have a say in a findMany, found out from inside our own hook on it.
import type { FindManyHook } from './client.ts'

export interface OtherHooks {
  /** Whether any other extension hooks this findMany. True where that cannot be told. */
  readonly present: boolean
  /** Whether one does that was applied after ours: it still waits behind `query`. True where that cannot be told. */
  readonly behind: boolean
  /** Whether one reads the rows from elsewhere unless it is in a transaction, as one for read replicas does. */
  readonly elsewhere: boolean
  /** The arguments as those behind ours leave them: what Prisma would run. */
  readonly args: object
}

interface Params {
  readonly transaction?: unknown
  readonly customDataProxyFetch?: unknown
}

/** For asking what hooks do in a transaction: nothing of it reaches the database. */
export const askedTransaction = { kind: 'itx', id: 'prisma-vectorizer: only asked' }

/** See `OtherHooks`. */
export async function otherHooks(call: FindManyHook, args: object): Promise<OtherHooks> {
  const { before, behind, last } = await asked(call, args)
  const elsewhere = call.__internalParams !== undefined && last === undefined && !isInTransaction(call)
  if (!elsewhere) return { present: before || behind, behind, elsewhere, args: last ?? args }
  const inside = { ...call, __internalParams: { ...call.__internalParams, transaction: askedTransaction } }
  // What it refuses in a transaction it does not pass on.
  const passed = await asked(inside, args).catch(() => undefined)
  return { present: true, behind, elsewhere: passed?.last !== undefined, args }
}

const isInTransaction = ({ __internalParams }: FindManyHook) => (__internalParams as Params).transaction !== undefined

/**
 * Runs the hooks behind ours with `args`, and stops where Prisma would build the query: nothing reaches the database.
 * Prisma itself passes `argsMapper` with raw queries and calls it last of all; each hook that goes on sets `args` once.
 */
async function asked({ query, __internalParams }: FindManyHook, args: object) {
  if (__internalParams === undefined) return { before: true, behind: true, last: undefined }
  const before = (__internalParams as Params).customDataProxyFetch !== undefined
  let current: unknown
  let passed = 0
  let last: object | undefined
  const stop = new Error('prisma-vectorizer: only asked which arguments would be run')
  const params = {
    ...__internalParams,
    get args() {
      return current
    },
    set args(value) {
      passed++
      current = value
    },
    argsMapper(final: object) {
      const { take: _none, ...others } = final as { readonly take?: unknown }
      last = { ...others, ...('take' in args && { take: args.take }) }
      throw stop
    },
  }
  try {
    // No rows: an extension that reads from elsewhere reads all the same.
    await query({ ...args, take: 0 }, params)
  } catch (error) {
    // A hook may refuse, and then it refuses the search. It may also wrap what it catches: `last` tells.
    if (last === undefined) throw error
  }
  const behind = last === undefined || passed !== 1
  return { before, behind, last }
}
