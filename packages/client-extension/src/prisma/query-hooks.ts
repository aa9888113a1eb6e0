// Which other extensions have a say in a findMany, found out from inside our own hook on it.
import type { FindManyHook } from './client.ts'

export interface OtherHooks {
  /** Whether any other extension hooks this findMany. True where that cannot be told. */
  readonly present: boolean
  /** Whether one does that was applied after ours: it still waits behind `query`. True where that cannot be told. */
  readonly behind: boolean
  /** The arguments as those behind ours leave them: what Prisma would run. */
  readonly args: object
}

interface Params {
  readonly customDataProxyFetch?: unknown
}

/**
 * Runs the hooks behind ours with `args`, and stops where Prisma would build the query: nothing reaches the database.
 * Prisma itself passes `argsMapper` with raw queries and calls it last of all; each hook that goes on sets `args` once.
 */
export async function otherHooks({ query, __internalParams }: FindManyHook, args: object): Promise<OtherHooks> {
  if (__internalParams === undefined) return { present: true, behind: true, args }
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
      last = final
      throw stop
    },
  }
  try {
    await query(args, params)
  } catch (error) {
    // A hook may refuse, and then it refuses the search. It may also wrap what it catches: `last` tells.
    if (last === undefined) throw error
  }
  const behind = last === undefined || passed !== 1
  return { present: before || behind, behind, args: last ?? args }
}
