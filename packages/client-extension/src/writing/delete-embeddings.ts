// `deleteEmbeddings`: the vectors of the rows that match, and of no row that the caller may not see.
import { quoteIdentifier, quoteTable, type SqlQuery, vectorColumn } from '@prisma-vectorizer/spec'
import { assertKnown, invalid, objectOf } from '../arguments/argument-readers.ts'
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import type { Method } from '../prisma/method-context.ts'
import { scopeCondition } from '../scope/scope-condition.ts'
import { type Scope, visibleRows } from '../scope/visible-rows.ts'
import { described } from './check-vector.ts'
import { chooseStore } from './choose-store.ts'
import { explainWriteError } from './write-errors.ts'

/** Throws VZ305 to VZ307; a filter that is not valid rejects as findMany does. */
export const deleteEmbeddings: Method = async ({ target, connection, interceptor }, args) => {
  const name = `${target.model}.deleteEmbeddings`
  const given = objectOf(args, name)
  for (const each of Object.keys(given)) assertKnown(each, ['where', 'vectorizer'], name)
  const search = chooseStore(target, given['vectorizer'], undefined, name)
  const { where } = given
  if (where !== undefined && (typeof where !== 'object' || where === null || Array.isArray(where))) {
    throw invalid(name, `\`where\` is ${described(where)}, not an object.`, 'Write `where` as for findMany.')
  }
  const scope = await visibleRows(interceptor, connection, target.model, search, where)
  try {
    return { count: await connection.execute(deleteStatement(search, scope, connection.schema)) }
  } catch (error) {
    throw explainWriteError(error, search.spec, name)
  }
}

export function deleteStatement(search: Searchable, scope: Scope, schema: string): SqlQuery {
  const { store } = search.spec
  const fields = keyFields(search)
  const columns = fields.map(({ storeColumn }) => `c.${quoteIdentifier(storeColumn)}`)
  const { text, values } = scopeCondition(scope, columns, fields, 0)
  const table = quoteTable({ schema: store.schema ?? schema, table: store.table })
  if (store.kind === 'table') return { text: `delete from ${table} c${text ? `\nwhere ${text}` : ''}`, values }
  const vector = quoteIdentifier(vectorColumn(store))
  return {
    text: `update ${table} c set ${vector} = null\nwhere c.${vector} is not null${text ? ` and ${text}` : ''}`,
    values,
  }
}
