// From hits to the caller's rows: read through their own client, so that whatever it hides or adds holds here too.
import { InternalError, metrics, type VectorizerSpec } from '@prisma-vectorizer/spec'
import type { RowArguments } from './arguments.ts'
import type { Hit } from './rows.ts'
import { keyFields, type SearchTarget } from './search-target.ts'

type Row = Record<string, unknown>

export interface HydrationInput {
  readonly spec: VectorizerSpec
  readonly results: SearchTarget['results']
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

export function hydration({ spec, results, args, globallyOmitted }: HydrationInput, hits: readonly Hit[]): Hydration {
  const fields = keyFields(results, spec).map(({ field }) => field)
  const { where, select, omit, ...rest } = args
  const hidden = fields.filter((field) => (select ? !select[field] : (omit?.[field] ?? globallyOmitted.has(field))))
  const shown = {
    ...(select ? { select: { ...select, ...each(hidden, true) } } : {}),
    ...(!select && (omit || hidden.length) ? { omit: { ...omit, ...each(hidden, false) } } : {}),
  }
  const withKey = keyFilter(
    fields,
    hits.map((hit) => hit.key),
  )

  function attach(rows: readonly unknown[]): Row[] {
    const byKey = new Map(rows.map((row) => [keyText(readKey(row as Row, fields)), row as Row]))
    const found: Row[] = []
    for (const hit of hits) {
      const row = byKey.get(keyText(hit.key))
      if (row) found.push(complete(row, hit, hidden, spec, results))
    }
    return found
  }
  // The filter again: a row may have changed since the search, and must not show if it no longer matches.
  return { args: { ...rest, ...shown, where: where ? { AND: [where, withKey] } : withKey }, attach }
}

function complete(row: Row, hit: Hit, hidden: readonly string[], spec: VectorizerSpec, results: string): Row {
  // Not deleted: a result extension computes its fields when they are first read, maybe from the key.
  for (const field of hidden) Object.defineProperty(row, field, { enumerable: false })
  row['_distance'] = hit.distance
  row['_score'] = metrics[spec.distance].score(hit.distance)
  if (results === 'parents') {
    row['_chunk'] = { chunk: hit.chunk, chunkSeq: hit.chunkSeq, embeddingUuid: hit.embeddingUuid }
  }
  return row
}

function keyFilter(fields: readonly string[], keys: readonly (readonly unknown[])[]): object {
  const [single, ...others] = fields
  if (single !== undefined && others.length === 0) return { [single]: { in: keys.map(([value]) => value) } }
  return { OR: keys.map((key) => Object.fromEntries(fields.map((field, index) => [field, key[index]]))) }
}

function readKey(row: Row, fields: readonly string[]): unknown[] {
  return fields.map((field) => {
    if (row[field] === undefined) throw new InternalError(`a row came back without its key field \`${field}\``)
    return row[field]
  })
}

/** Two keys are the same when their texts are: raw queries and models give the same value in equal, not identical, objects. */
const keyText = (key: readonly unknown[]): string => JSON.stringify(key.map(valueText))

function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return value.join()
  return String(value)
}

const each = <V>(fields: readonly string[], value: V) => Object.fromEntries(fields.map((field) => [field, value]))
