// Keys of any type and number of parts, as parameters: one text array per part, cast to the part's type and unnested.
import { isQueuedAsText, queueKeyColumn, quoteIdentifier, type VectorizerSpec } from '@prisma-vectorizer/spec'

/** The values of one key, part by part, as PostgreSQL writes them as text: exact for bigint, timestamptz, uuid, enum. */
export type Key = readonly string[]

/** One array per key part, for `unnestKeys`. */
export function keyArrays(spec: VectorizerSpec, keys: readonly Key[]): string[][] {
  return spec.source.key.map((_, part) => keys.map((key) => key[part] as string))
}

/** `$1::text[]::INTEGER[], $2::text[]::UUID[]`. Arrays cast element by element through the type's own input. */
export function keyParameters(spec: VectorizerSpec, firstParameter = 1): string {
  return spec.source.key.map(({ sqlType }, part) => `$${firstParameter + part}::text[]::${sqlType}[]`).join(', ')
}

/** `unnest(…) WITH ORDINALITY AS wanted ("key_id", ordinal)`: the keys as rows, ordinal from 1. */
export function unnestKeys(spec: VectorizerSpec, firstParameter = 1): string {
  return `unnest(${keyParameters(spec, firstParameter)}) WITH ORDINALITY AS wanted (${queueKeys(spec)}, ordinal)`
}

const columnsOf = {
  source: (spec: VectorizerSpec, part: number) => spec.source.key[part]?.column as string,
  store: (spec: VectorizerSpec, part: number) => spec.source.key[part]?.storeColumn as string,
  queue: queueKeyColumn,
}

/** `source."id" = wanted."key_id"` for every part; `table` is the alias of that table in the statement. */
export function keysMatch(spec: VectorizerSpec, table: keyof typeof columnsOf, other = 'wanted'): string {
  return spec.source.key
    .map((key, part) => {
      const column = quoteIdentifier(columnsOf[table](spec, part))
      const cast = table === 'queue' && isQueuedAsText(key) ? '::text' : ''
      return `${table}.${column} = ${other}.${quoteIdentifier(queueKeyColumn(spec, part))}${cast}`
    })
    .join(' AND ')
}

/** `"key_id"`, or `wanted."key_id"` with a table alias. */
export function queueKeys(spec: VectorizerSpec, alias?: string): string {
  const prefix = alias === undefined ? '' : `${alias}.`
  return spec.source.key.map((_, part) => prefix + quoteIdentifier(queueKeyColumn(spec, part))).join(', ')
}

/** `"id"`: the key in the store. */
export function storeKeys(spec: VectorizerSpec): string {
  return spec.source.key.map(({ storeColumn }) => quoteIdentifier(storeColumn)).join(', ')
}
