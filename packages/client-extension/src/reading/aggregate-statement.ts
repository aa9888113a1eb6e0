// Averages and sums of vectors as SQL.
import { quoteIdentifier, quoteTable, type SqlQuery, vectorColumn } from '@prisma-vectorizer/spec'
import { type KeyField, keyFields, type Searchable } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import { keyParameter, keyRows } from '../scope/row-key.ts'
import { oneOrRow, scopeCondition } from '../scope/scope-condition.ts'
import type { Scope } from '../scope/visible-rows.ts'
import type { AggregatedSpec, GroupField } from './aggregate-arguments.ts'
import { denseReading } from './vector-reading.ts'

export type Aggregate = 'avg' | 'sum'

export interface AggregateInput {
  readonly aggregate: Aggregate
  readonly search: Searchable & { readonly spec: AggregatedSpec }
  readonly connection: Pick<ModelConnection, 'schema' | 'vectorFormat'>
  readonly scope: Scope
}

/** Reads the aggregate, which is a `vector` whatever it is of. */
export const aggregateReading = ({ connection }: Pick<AggregateInput, 'connection'>) =>
  denseReading('vector', connection.vectorFormat)

/** One row: `count` of vectors, and `vector`, NULL where there are none. */
export function wholeStatement(input: AggregateInput): SqlQuery {
  const { store, key, fields, columns } = partsOf(input)
  const { text, values } = scopeCondition(input.scope, key, fields, 0)
  return { text: `select ${columns}\nfrom ${store}${text ? `\nwhere ${text}` : ''}`, values }
}

/**
 * One row for each group, in the order of its fields: `count`, `vector`, and the key of one of its rows in `key_0`, … .
 * Groups are what PostgreSQL takes for equal.
 */
export function groupedStatement(input: AggregateInput, by: readonly GroupField[]): SqlQuery {
  const { store, key, fields, columns, vector } = partsOf(input)
  const { source } = input.search.spec
  const inSource = input.search.results === 'rows'
  const table = quoteTable({ schema: source.schema ?? input.connection.schema, table: source.table })
  const sourceKey = fields.map(({ column }) => `p.${quoteIdentifier(column)}`)
  const join = inSource ? '' : `\njoin ${table} p on ${oneOrRow(sourceKey)} = ${oneOrRow(key)}`
  // Type json has no equality; jsonb has, and Prisma's `Json` may be either.
  const groups = by
    .map(({ column, type }) => `${inSource ? 'c' : 'p'}.${quoteIdentifier(column)}${type === 'Json' ? '::jsonb' : ''}`)
    .join(', ')
  // The key of any row, but all parts of the same one: the aggregates of one group see its rows in one order. Not min(),
  // which uuid, boolean and bytea lack.
  const one = key.map((column, part) => `(array_agg(${column}))[1] as key_${part}`)
  const { text, values } = scopeCondition(input.scope, key, fields, 0)
  const conditions = [text, inSource ? `${vector} is not null` : undefined].filter((each) => each !== undefined)
  return {
    text: `select ${[...one, columns].join(', ')}
from ${store}${join}${conditions.length ? `\nwhere ${conditions.join(' and ')}` : ''}
group by ${groups}
order by ${groups}`,
    values,
  }
}

/**
 * The same where the rows of each group are known: one row for each group that has vectors, with its number `g` in
 * `groups`, which tells the group of each key.
 */
export function numberedStatement(
  input: AggregateInput,
  keys: readonly (readonly unknown[])[],
  groups: readonly number[],
): SqlQuery {
  const { store, key, fields, columns, vector } = partsOf(input)
  const names = fields.map((_, part) => `key_${part}`)
  const given = oneOrRow(names.map((name) => `k.${name}`))
  return {
    text: `select k.g::int as g, ${columns}
from rows from (${keyRows('$1', fields, '')}, jsonb_array_elements_text($2::jsonb)) as k (${names.join(', ')}, g)
join ${store} on ${oneOrRow(key)} = ${given}
where ${vector} is not null
group by k.g
order by 1`,
    values: [keyParameter(keys, fields), JSON.stringify(groups)],
  }
}

interface Parts {
  /** The table of the vectors, as `c`. */
  readonly store: string
  readonly fields: readonly KeyField[]
  readonly key: readonly string[]
  readonly vector: string
  readonly columns: string
}

function partsOf({ aggregate, search, connection }: AggregateInput): Parts {
  const { spec } = search
  const fields = keyFields(search)
  const vector = `c.${quoteIdentifier(vectorColumn(spec.store))}`
  // pgvector adds halfvecs in half precision, where 2048 + 1 is 2048 and 65,504 the most.
  const of = `${aggregate}(${vector}${spec.type === 'halfvec' ? '::vector' : ''})`
  return {
    store: `${quoteTable({ schema: spec.store.schema ?? connection.schema, table: spec.store.table })} c`,
    fields,
    key: fields.map(({ storeColumn }) => `c.${quoteIdentifier(storeColumn)}`),
    vector,
    columns: `count(${vector}) as count, ${aggregateReading({ connection }).select(of)} as vector`,
  }
}
