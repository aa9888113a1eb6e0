// What every search statement is put together from: the store's table, its key, and the distance, as SQL text.
import {
  type AnySpec,
  type Distance,
  indexedDistance,
  indexedExpression,
  indexedType,
  indexesBits,
  metrics,
  quoteIdentifier,
  quoteTable,
  storeColumns,
  type VectorType,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import { chunkKeyFields, type KeyField, keyFields, type Searchable } from '../find-similar/search-target.ts'
import { type QueryParameter, queryExpression } from '../query/query-parameter.ts'
import { vectorReading } from '../reading/vector-reading.ts'
import type { RowSource } from '../rows/row-source.ts'
import { matchingKeys, oneOrRow } from '../scope/scope-condition.ts'
import type { CompiledWhere } from '../where/compile-where.ts'
import type { StatementValues } from './statement-values.ts'

/** A filter on the rows that are returned, or on the chunks they are found by. */
export interface StoreFilter {
  readonly compiled: CompiledWhere
  readonly on: 'row' | 'chunk'
}

export interface PartsInput extends Searchable {
  /** Postgres schema of a store that names none. */
  readonly schema: string
  readonly distance: Distance
  readonly filter: StoreFilter | undefined
  /** Best chunks that come with each row. */
  readonly chunks: number | undefined
  /** How the vectors come along, as bytes or as text; undefined: they do not. */
  readonly embedding: 'binary' | 'text' | undefined
  /** Reads the rows in the same statement. */
  readonly row: RowSource | undefined
}

/** The query's vector, where the statement has it: `$1`, or a column of its queries. */
export interface QuerySource {
  readonly form: QueryParameter['form']
  readonly source: string
}

/** What the search by words compares: the words as SQL, and the rank of a table's chunk by them. */
export interface WordSource {
  matches(table: string): string
  rank(table: string): string
}

/** `c` is the table of the store, `b` the best of what was read from it. */
export interface StatementParts {
  readonly spec: AnySpec
  readonly store: string
  /** `key_0, key_1, …`: the key by names that no column of a user can collide with. */
  readonly keyNames: string
  /** What is read of each row of `c` besides its distance: its key, by those names, and what tells the row. */
  readonly nearColumns: string
  /** What tells the row, of `b`, and that it is this one of `c`. */
  readonly bestColumns: string
  readonly bestNames: readonly string[]
  readonly isBest: string
  /** What is returned of `c` besides its distance, and from which tables besides `c`. */
  readonly hitColumns: string
  readonly hitTables: string
  /** Whether several rows of `c` may stand for one that is returned. */
  readonly choosesBest: boolean
  /** What a row of `c` must meet to have a distance. */
  readonly hasVector: string | undefined
  readonly filter: FilterParts | undefined
  /** Distance as the index has it; the sub-select makes PostgreSQL cast the query once instead of for every row. */
  readonly indexDistance: string
  /** What the index scan is ordered by, where that is not the distance. */
  readonly indexOrder: string | undefined
  readonly distance: string
}

export interface FilterParts {
  /** The names under which candidates are kept, and the columns of the store they are compared with. */
  readonly names: string
  columnsOf(table: string): string
  /** SELECT of the keys that pass. */
  readonly matching: string
}

const keyNamesOf = (fields: readonly KeyField[], table?: string): string =>
  fields.map((_, part) => `${table ? `${table}.` : ''}key_${part}`).join(', ')

const storeTableOf = ({ spec, schema }: Pick<PartsInput, 'spec' | 'schema'>): string =>
  quoteTable({ schema: spec.store.schema ?? schema, table: spec.store.table })

/** A search by words has no distance. */
export function statementParts(
  input: PartsInput,
  values: StatementValues,
  asked: QuerySource | WordSource,
): StatementParts {
  const { spec, results, filter, row } = input
  const fields = keyFields(input)
  const columns = storeKeyColumns(fields)
  const namedKey = columns.map((each, part) => `${each} as key_${part}`).join(', ')
  const vectorOf = (table: string) => `${table}.${quoteIdentifier(vectorColumn(spec.store))}`
  const vector = vectorOf('c')
  const query = 'source' in asked ? asked : undefined
  const queryAs = (type: VectorType) =>
    query ? queryExpression(query.form, type, spec.dimensions, query.source) : 'null'
  const distanceOf = (table: string) =>
    `${vectorOf(table)} ${metrics[input.distance].operator} (select ${queryAs(spec.type)})`
  const distance = distanceOf('c')
  const indexed = `${indexedExpression(spec, vector)} ${metrics[indexedDistance(spec)].operator} (select ${queryAs(indexedType(spec))} from settings)`
  const bits = indexesBits(spec)
  const store = storeTableOf(input)
  const common = {
    spec,
    store,
    keyNames: keyNamesOf(fields),
    choosesBest: results === 'parents',
    filter: filter && filterParts(filter, fields, values),
    indexDistance: bits ? distance : indexed,
    indexOrder: bits ? indexed : undefined,
    distance: query ? distance : 'null::float8',
    hitTables: row ? ` join (${row.text}) p on ${isRow(fields, columns)}` : '',
  }
  const rowColumns = row?.columns.map(({ column }, index) => `p.${quoteIdentifier(column)} as row_${index}`) ?? []
  const stored = input.embedding ? [`${vectorReading(spec, input.embedding).select(vector)} as vector`] : []
  if (results === 'rows') {
    return {
      ...common,
      nearColumns: namedKey,
      bestColumns: keyNamesOf(fields, 'b'),
      bestNames: fields.map((_, part) => `key_${part}`),
      isBest: `${oneOrRow(columns)} = ${oneOrRow(fields.map((_, part) => `b.key_${part}`))}`,
      hitColumns: [namedKey, ...stored, ...rowColumns].join(', '),
      hasVector: `${vector} is not null`,
    }
  }
  const uuid = quoteIdentifier(storeColumns.embeddingUuid)
  const chunk = [storeColumns.chunkSeq, storeColumns.chunk].map((column) => `c.${quoteIdentifier(column)}`)
  const order = 'source' in asked ? byDistance(distanceOf('o')) : byWords(asked)
  const attached = input.chunks ? [`${attachedChunks(input, common.filter, order)} as chunks`] : []
  return {
    ...common,
    nearColumns: `${namedKey}, c.${uuid}`,
    bestColumns: `b.${uuid}`,
    bestNames: [uuid],
    isBest: `c.${uuid} = b.${uuid}`,
    hitColumns: [namedKey, `c.${uuid}`, ...chunk, ...stored, ...attached, ...rowColumns].join(', '),
    hasVector: undefined,
  }
}

const storeKeyColumns = (fields: readonly KeyField[], table = 'c') =>
  fields.map((field) => `${table}.${quoteIdentifier(field.storeColumn)}`)

const isRow = (fields: readonly KeyField[], columns: readonly string[]) =>
  fields.map(({ column }, part) => `p.${quoteIdentifier(column)} = ${columns[part]}`).join(' and ')

function filterParts({ compiled, on }: StoreFilter, keys: readonly KeyField[], values: StatementValues): FilterParts {
  const fields = on === 'row' ? keys : chunkKeyFields
  return {
    names: keyNamesOf(fields),
    columnsOf: (table) => oneOrRow(storeKeyColumns(fields, table)),
    matching: matchingKeys(compiled, fields, values.addAll(compiled.values)),
  }
}

/** Which chunks of a parent come with it, of `o`, in which order, and what that says of each of them, of `n`. */
interface ChunkOrder {
  readonly by: string
  readonly descending: '' | ' desc'
  readonly members: string
  readonly condition?: string
}

const byDistance = (distance: string): ChunkOrder => ({ by: distance, descending: '', members: `'distance', n.place` })

const byWords = ({ rank, matches }: WordSource): ChunkOrder => ({
  by: rank('o'),
  descending: ' desc',
  members: `'distance', null, 'score', n.place`,
  condition: matches('o'),
})

/** The best chunks of the parent of `c`, as one JSON value; in full precision, for they are few. */
function attachedChunks(input: PartsInput, filter: FilterParts | undefined, order: ChunkOrder): string {
  const quoted = (column: string) => `n.${quoteIdentifier(column)}`
  const members = [
    `'embeddingUuid', ${quoted(storeColumns.embeddingUuid)}`,
    `'chunkSeq', ${quoted(storeColumns.chunkSeq)}`,
    `'chunk', ${quoted(storeColumns.chunk)}`,
    order.members,
    ...(input.embedding ? [`'vector', ${quoted(storeColumns.embedding)}::text`] : []),
  ].join(', ')
  const fields = keyFields(input)
  const columns = storeKeyColumns(fields)
  const conditions = storeKeyColumns(fields, 'o').map((column, part) => `${column} = ${columns[part]}`)
  if (order.condition) conditions.push(order.condition)
  if (filter) conditions.push(`${filter.columnsOf('o')} in (${filter.matching})`)
  return `(select json_agg(json_build_object(${members}) order by n.place${order.descending}) from (
    select o.*, ${order.by} as place from ${storeTableOf(input)} o
    where ${conditions.join(' and ')}
    order by place${order.descending} limit ${input.chunks}) n)`
}
