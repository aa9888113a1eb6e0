// What the search statement is put together from: the store's table, its key, and the distance, as SQL text.
import {
  indexedExpression,
  indexedType,
  metrics,
  quoteIdentifier,
  quoteTable,
  storeColumns,
  type VectorType,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import { matchingKeys, oneOrRow } from '../scope/scope-condition.ts'
import type { CompiledWhere } from '../where/compile-where.ts'
import { type QueryParameter, queryExpression } from './query-parameter.ts'
import { keyFields, type Searchable } from './search-target.ts'

export interface PartsInput extends Searchable {
  /** Postgres schema of a store that names none. */
  readonly schema: string
  readonly query: Pick<QueryParameter, 'form'>
  readonly filter: CompiledWhere | undefined
}

/** `c` is the table of the store, `b` the best of what was read from it. */
export interface StatementParts {
  readonly store: string
  /** `key_0, key_1, …`: the key by names that no column of a user can collide with. */
  readonly keyNames: string
  /** The key as columns of `c`, to compare with the keys that match. */
  readonly key: string
  /** What is read of each row of `c` besides its distance: its key, by those names, and what tells the row. */
  readonly nearColumns: string
  /** What tells the row, of `b`, and that it is this one of `c`. */
  readonly bestColumns: string
  readonly isBest: string
  /** What is returned of `c` besides its distance. */
  readonly hitColumns: string
  /** Whether several rows of `c` may stand for one that is returned. */
  readonly choosesBest: boolean
  /** What a row of `c` must meet to have a distance. */
  readonly hasVector: string | undefined
  /** SELECT of the keys that pass the filter. */
  readonly matching: string | undefined
  /** Distance as the index has it; the sub-select makes PostgreSQL cast the query once instead of for every row. */
  readonly indexDistance: string
  readonly distance: string
}

export function statementParts({ spec, results, schema, query, filter }: PartsInput): StatementParts {
  const fields = keyFields({ spec, results })
  const columns = fields.map((field) => `c.${quoteIdentifier(field.storeColumn)}`)
  const names = fields.map((_, index) => `key_${index}`)
  const namedKey = columns.map((each, index) => `${each} as ${names[index]}`).join(', ')
  const { operator } = metrics[spec.distance]
  const vector = `c.${quoteIdentifier(vectorColumn(spec.store))}`
  const queryAs = (type: VectorType) => queryExpression(query.form, type, spec.dimensions)
  const common = {
    store: quoteTable({ schema: spec.store.schema ?? schema, table: spec.store.table }),
    keyNames: names.join(', '),
    key: oneOrRow(columns),
    choosesBest: results === 'parents',
    matching: filter && matchingKeys(filter, fields, 1),
    indexDistance: `${indexedExpression(spec, vector)} ${operator} (select ${queryAs(indexedType(spec))} from settings)`,
    distance: `${vector} ${operator} (select ${queryAs(spec.type)})`,
  }
  if (results === 'rows') {
    const bestKey = names.map((name) => `b.${name}`)
    return {
      ...common,
      nearColumns: namedKey,
      bestColumns: bestKey.join(', '),
      isBest: `${oneOrRow(columns)} = ${oneOrRow(bestKey)}`,
      hitColumns: namedKey,
      hasVector: `${vector} is not null`,
    }
  }
  const uuid = quoteIdentifier(storeColumns.embeddingUuid)
  const chunk = [storeColumns.chunkSeq, storeColumns.chunk].map((column) => `c.${quoteIdentifier(column)}`)
  return {
    ...common,
    nearColumns: `${namedKey}, c.${uuid}`,
    bestColumns: `b.${uuid}`,
    isBest: `c.${uuid} = b.${uuid}`,
    hitColumns: [namedKey, `c.${uuid}`, ...chunk].join(', '),
    hasVector: undefined,
  }
}
