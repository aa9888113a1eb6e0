// What every method besides `findSimilar` is given.
import type { SearchTarget } from '../find-similar/search-target.ts'
import type { ModelConnection } from './connection.ts'
import type { Interceptor } from './intercept.ts'

export interface MethodContext {
  readonly target: SearchTarget
  readonly connection: ModelConnection
  readonly interceptor: Interceptor
}

/** `(context, arguments of the call) → what the call resolves to`. */
export type Method = (context: MethodContext, args: unknown) => Promise<unknown>
