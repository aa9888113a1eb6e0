// From hits to the caller's rows: read through their own client, so that whatever it hides or adds holds here too.
import type { RowArguments } from '../arguments/arguments.ts'
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import { asPrismaHasIt, keyText, readKey, whereKeys } from '../scope/row-key.ts'
import { hideFields, withKey } from '../scope/shown-key.ts'
import type { Hit } from './rows.ts'

type Row = Record<string, unknown>

export interface HydrationInput {
  readonly search: Searchable
  /** What the rows are read with, other arguments of findMany included. */
  readonly args: RowArguments
  /** Fields the client leaves out by itself (`new PrismaClient({ omit })`). */
  readonly globallyOmitted: ReadonlySet<string>
}

export interface Hydration {
  /** Arguments of findMany that read the hits' rows, their key included. */
  readonly args: object
  /** Finds a hit's row among those that came back: a copy of it, for several searches may find one row. */
  rowOf(rows: readonly unknown[]): (hit: Hit) => Row | undefined
}

export function hydration({ search, args, globallyOmitted }: HydrationInput, hits: readonly Hit[]): Hydration {
  const key = keyFields(search)
  const fields = key.map(({ field }) => field)
  const { where, ...rest } = args
  const { shown, hidden } = withKey(args, fields, globallyOmitted)
  const keys = new Map(hits.map((hit) => [keyText(hit.key), asPrismaHasIt(hit.key, key)]))
  const isHit = whereKeys(key, [...keys.values()])

  function rowOf(rows: readonly unknown[]): (hit: Hit) => Row | undefined {
    const byKey = new Map(rows.map((row) => [keyText(readKey(row as Row, fields)), row as Row]))
    return (hit) => {
      const found = byKey.get(keyText(asPrismaHasIt(hit.key, key)))
      if (!found) return undefined
      const row = { ...found }
      hideFields(row, hidden)
      return row
    }
  }
  // The filter again: a row may have changed since the search, and must not show if it no longer matches.
  return { args: { ...rest, ...shown, where: where ? { AND: [where, isHit] } : isHit }, rowOf }
}
