// `createWithEmbedding` and `updateEmbedding`: a row with its vector, in one transaction.
import { quoteIdentifier, quoteTable, type SqlQuery, vectorColumn } from '@prisma-vectorizer/spec'
import { assertKnown, invalid, objectOf } from '../arguments/argument-readers.ts'
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import type { Method, MethodContext } from '../prisma/method-context.ts'
import { readKey } from '../scope/row-key.ts'
import { scopeCondition } from '../scope/scope-condition.ts'
import { hideFields, withKey } from '../scope/shown-key.ts'
import { inMessage, severalRows, uniqueFilter } from '../scope/unique-filter.ts'
import type { Scope } from '../scope/visible-rows.ts'
import { isList } from './batch-statement.ts'
import { checkStored, type StoredValue } from './check-vector.ts'
import { chooseStore } from './choose-store.ts'
import { parameterType, parameterValue } from './vector-parameter.ts'
import { explainWriteError, noSuchRow, shownKey } from './write-errors.ts'

type Row = Record<string, unknown>

const rowArguments = ['select', 'include', 'omit'] as const

/** Throws VZ301, VZ302, VZ305 to VZ308; what else is wrong rejects as `create` does. */
export const createWithEmbedding: Method = async (context, args) => {
  const { target, connection } = context
  const name = `${target.model}.createWithEmbedding`
  const { search, vector, given } = parseOne(context, args, ['data'], name)
  const fields = keyFields(search)
  const names = fields.map(({ field }) => field)
  const { shown, hidden } = withKey(given, names, connection.globallyOmitted)
  const createArgs = { data: given['data'], ...rowsOf(given), ...shown }

  return connection.transaction(async (inside) => {
    const row = await createRow(inside, createArgs, search, name)
    const key = readKey(row, names)
    const scope: Scope = { kind: 'keys', keys: [key], rows: [row] }
    if ((await setVector(inside, search, scope, vector, name)) === 0) {
      throw noSuchRow(name, target.model, shownKey(key, fields))
    }
    hideFields(row, hidden)
    return row
  })
}

/** Throws VZ301, VZ302, VZ305 to VZ308; what else is wrong rejects as `update` does. */
export const updateEmbedding: Method = async (context, args) => {
  const { target, connection } = context
  const name = `${target.model}.updateEmbedding`
  const { search, vector, given } = parseOne(context, args, ['where', 'data'], name)
  const { data } = given
  const filter = uniqueFilter(given['where'], target.model, connection.client, name)
  const fields = keyFields(search)
  const names = fields.map(({ field }) => field)
  const rows = rowsOf(data === undefined ? given : {})
  const { shown, hidden } = withKey(rows, names, connection.globallyOmitted)

  return connection.transaction(async (inside) => {
    const found = (await inside.findMany({ where: filter, take: 2, ...rows, ...shown })) as readonly Row[]
    const [row] = found
    if (found.length > 1) throw severalRows(name, filter)
    if (row === undefined) throw noSuchRow(name, target.model, inMessage(filter))
    const scope: Scope = { kind: 'keys', keys: [readKey(row, names)], rows: [row] }
    if ((await setVector(inside, search, scope, vector, name)) === 0) {
      throw noSuchRow(name, target.model, inMessage(filter))
    }
    if (data !== undefined) return inside.update({ where: given['where'], data, ...rowsOf(given) })
    hideFields(row, hidden)
    return row
  })
}

function parseOne({ target }: MethodContext, args: unknown, others: readonly string[], where: string) {
  const given = objectOf(args, where)
  const known = [...others, 'embedding', 'vectorizer', ...rowArguments]
  for (const each of Object.keys(given)) assertKnown(each, known, where)
  const search = chooseStore(target, given['vectorizer'], 'column', where)
  const clears = given['embedding'] === null && others.includes('where')
  const vector = clears ? null : checkStored(given['embedding'], search.spec, where)
  return { search, vector, given }
}

const rowsOf = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(rowArguments.filter((each) => given[each] !== undefined).map((each) => [each, given[each]]))

async function setVector(
  connection: ModelConnection,
  search: Searchable,
  scope: Scope,
  vector: StoredValue,
  where: string,
): Promise<number> {
  try {
    return await connection.execute(setStatement(search, scope, vector, connection))
  } catch (error) {
    throw explainWriteError(error, search.spec, where)
  }
}

export function setStatement(
  search: Searchable,
  scope: Scope,
  vector: StoredValue,
  { schema, vectorFormat }: Pick<ModelConnection, 'schema' | 'vectorFormat'>,
): SqlQuery {
  const { spec } = search
  const fields = keyFields(search)
  const columns = fields.map(({ column }) => `c.${quoteIdentifier(column)}`)
  const { text, values } = scopeCondition(scope, columns, fields, 1)
  const table = quoteTable({ schema: spec.store.schema ?? schema, table: spec.store.table })
  return {
    text: `update ${table} c set ${quoteIdentifier(vectorColumn(spec.store))} = $1::${parameterType(spec, isList(search))}
where ${text ?? 'true'}`,
    values: [parameterValue(vector, spec, vectorFormat), ...values],
  }
}

async function createRow(inside: ModelConnection, args: object, { spec }: Searchable, where: string): Promise<Row> {
  try {
    return (await inside.create(args)) as Row
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("Operation 'createOne'"))) throw error
    throw invalid(
      where,
      `${spec.source.model} has no create.`,
      'Make the field of the vector optional in the Prisma schema, e.g. `Unsupported("vector(3)")?`.',
      'Prisma cannot create rows of a model with a required field of a type that it does not support.',
    )
  }
}
