// Which searches need not go through the caller's findMany, because doing so changed nothing the last time. That way costs
// 0.3 ms, and nothing is lost: a client's extensions never change, `$extends` makes another client.
import type { RowArguments } from '../arguments/arguments.ts'
import type { ModelConnection } from '../prisma/connection.ts'

export interface Shortcuts {
  of(connection: ModelConnection, rows: RowArguments): Shortcut
}

export interface Shortcut {
  known(): boolean
  /** For this client, and for rows of these fields: fields that another extension computes depend on them. */
  learn(): void
}

export function createShortcuts(): Shortcuts {
  const untouched = new WeakMap<object, Set<string>>()
  return {
    of({ delegate }, { select, omit, include }) {
      const fields = include ? undefined : JSON.stringify([select, omit])
      return {
        known: () => fields !== undefined && untouched.get(delegate)?.has(fields) === true,
        learn() {
          if (fields === undefined) return
          const known = untouched.get(delegate) ?? new Set<string>()
          untouched.set(delegate, known.add(fields))
        },
      }
    },
  }
}
