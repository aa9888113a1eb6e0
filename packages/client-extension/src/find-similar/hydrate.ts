// From hits to the caller's rows: read through their own client, so that whatever it hides or adds holds here too.
import { metrics } from '@prisma-vectorizer/spec'
import { asPrismaHasIt, keyText, readKey } from '../scope/row-key.ts'
import type { RowArguments } from './arguments.ts'
import type { Hit } from './rows.ts'
import { type KeyField, keyFields, type Searchable } from './search-target.ts'

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
  /** The rows as the caller gets them, nearest first; hits whose row did not come back are left out. */
  attach(rows: readonly unknown[]): Row[]
}

export function hydration({ search, args, globallyOmitted }: HydrationInput, hits: readonly Hit[]): Hydration {
  const key = keyFields(search)
  const fields = key.map(({ field }) => field)
  const { where, select, omit, ...rest } = args
  const hidden = fields.filter((field) => (select ? !select[field] : (omit?.[field] ?? globallyOmitted.has(field))))
  const shown = {
    ...(select ? { select: { ...select, ...each(hidden, true) } } : {}),
    ...(!select && (omit || hidden.length) ? { omit: { ...omit, ...each(hidden, false) } } : {}),
  }
  const keyed = hits.map((hit) => ({ hit, key: asPrismaHasIt(hit.key, key) }))
  const withKey = keyFilter(
    key,
    keyed.map((one) => one.key),
  )

  function attach(rows: readonly unknown[]): Row[] {
    const byKey = new Map(rows.map((row) => [keyText(readKey(row as Row, fields)), row as Row]))
    const found: Row[] = []
    for (const { hit, key: named } of keyed) {
      const row = byKey.get(keyText(named))
      if (row) found.push(complete(row, hit, hidden, search))
    }
    return found
  }
  // The filter again: a row may have changed since the search, and must not show if it no longer matches.
  return { args: { ...rest, ...shown, where: where ? { AND: [where, withKey] } : withKey }, attach }
}

function complete(row: Row, hit: Hit, hidden: readonly string[], { spec, results }: Searchable): Row {
  // Not deleted: a result extension computes its fields when they are first read, maybe from the key.
  for (const field of hidden) Object.defineProperty(row, field, { enumerable: false })
  row['_distance'] = hit.distance
  row['_score'] = metrics[spec.distance].score(hit.distance)
  if (results === 'parents') row['_chunk'] = hit.chunk
  return row
}

function keyFilter(fields: readonly KeyField[], keys: readonly (readonly unknown[])[]): object {
  const [single, ...others] = fields
  // Prisma has no `in` for booleans.
  if (single !== undefined && others.length === 0 && single.type !== 'Boolean') {
    return { [single.field]: { in: keys.map(([value]) => value) } }
  }
  return { OR: keys.map((key) => Object.fromEntries(fields.map(({ field }, part) => [field, key[part]]))) }
}

const each = <V>(fields: readonly string[], value: V) => Object.fromEntries(fields.map((field) => [field, value]))
