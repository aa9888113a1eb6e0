// `averageEmbedding` and `sumEmbedding`: one vector of all rows, or one of each group of them.
import { type Row, VectorizerError } from '@prisma-vectorizer/spec'
import { keyFields } from '../find-similar/search-target.ts'
import type { Method, MethodContext } from '../prisma/method-context.ts'
import { asPrismaHasIt, keyText, type RowKey, readKey, whereKeys } from '../scope/row-key.ts'
import { type Scope, visibleRows } from '../scope/visible-rows.ts'
import { type AggregateArguments, type GroupField, parseAggregate } from './aggregate-arguments.ts'
import {
  type Aggregate,
  type AggregateInput,
  aggregateReading,
  groupedStatement,
  numberedStatement,
  wholeStatement,
} from './aggregate-statement.ts'
import { groupText } from './group-text.ts'
import { runReading } from './run-reading.ts'

type ResultRow = Readonly<Record<string, unknown>>

interface Asked extends AggregateInput {
  readonly context: MethodContext
  readonly name: string
}

/** Both methods. They reject with VZ305 (vectorizer), VZ306, VZ307, or as findMany does. */
export const aggregateEmbedding =
  (aggregate: Aggregate): Method =>
  async (context, args) => {
    const { target, connection, interceptor } = context
    const name = `${target.model}.${aggregate === 'avg' ? 'averageEmbedding' : 'sumEmbedding'}`
    const { search, where, by } = parseAggregate(target, connection.client, args, name)
    const scope = await visibleRows(interceptor, connection, target.model, search, where, readingOf(by))
    const asked: Asked = { aggregate, search, connection, scope, context, name }
    if (by) return scope.kind === 'keys' ? groupsOfRows(asked, scope, by) : groupsOfFilter(asked, by)
    const [row] = await run(asked, wholeStatement(asked))
    return row && row['vector'] !== null ? aggregateReading(asked).read(row['vector']) : null
  }

/** Type json has no order. */
const readingOf = (by: AggregateArguments['by']) => ({
  fields: by?.map(({ field }) => field) ?? [],
  orderBy: by?.filter(({ type }) => type !== 'Json').map(({ field }) => ({ [field]: 'asc' })) ?? [],
})

/**
 * PostgreSQL groups the rows. What it groups by is then read of one row of each group by the caller's findMany: so the
 * values are what Prisma makes of them, enums by their own names and decimals as Decimal, computed fields included.
 */
async function groupsOfFilter(asked: Asked, by: readonly GroupField[]): Promise<readonly ResultRow[]> {
  const fields = keyFields(asked.search)
  // Again where a row was deleted between the two statements: its group may have others.
  for (let attempt = 1; ; attempt++) {
    const groups = await run(asked, groupedStatement(asked, by))
    const keys = groups.map((row) =>
      asPrismaHasIt(
        fields.map((_, part) => row[`key_${part}`]),
        fields,
      ),
    )
    const rows = await readRows(asked, keys, by)
    if (rows.size < groups.length && attempt < 3) continue
    return groups.flatMap((group, index) => {
      const row = rows.get(keyText(keys[index] ?? []))
      return row ? [groupRow(asked, by, row, group)] : []
    })
  }
}

// Far below the number of parameters that Prisma or PostgreSQL take in one statement, with two fields in the key.
const rowsAtOnce = 5000

async function readRows({ context, search }: Asked, keys: readonly RowKey[], by: readonly GroupField[]) {
  const fields = keyFields(search)
  const names = fields.map(({ field }) => field)
  const select = Object.fromEntries([...names, ...by.map(({ field }) => field)].map((field) => [field, true]))
  const found = new Map<string, ResultRow>()
  for (let from = 0; from < keys.length; from += rowsAtOnce) {
    const where = whereKeys(fields, keys.slice(from, from + rowsAtOnce))
    const rows = (await context.connection.findMany({ where, select })) as readonly ResultRow[]
    for (const row of rows) found.set(keyText(readKey(row, names)), row)
  }
  return found
}

/** Other extensions may have changed what a row says of itself, so the rows are grouped by what they returned. */
async function groupsOfRows(
  asked: Asked,
  { keys, rows }: Extract<Scope, { kind: 'keys' }>,
  by: readonly GroupField[],
): Promise<readonly ResultRow[]> {
  const numbers = new Map<string, number>()
  const firsts: ResultRow[] = []
  const groups = rows.map((row) => {
    const text = groupText(by.map(({ field }) => row[field]))
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, firsts.length)
    return firsts.push(row) - 1
  })
  if (rows.length === 0) return []
  const found = await run(asked, numberedStatement(asked, keys, groups))
  return found.map((group) => groupRow(asked, by, firsts[Number(group['g'])] as ResultRow, group))
}

function groupRow(asked: Asked, by: readonly GroupField[], row: ResultRow, group: Readonly<Row>): ResultRow {
  return {
    ...Object.fromEntries(by.map(({ field }) => [field, row[field]])),
    _count: Number(group['count']),
    [asked.aggregate === 'avg' ? '_average' : '_sum']: aggregateReading(asked).read(group['vector']),
  }
}

async function run(
  { context, search, name }: Asked,
  statement: ReturnType<typeof wholeStatement>,
): Promise<readonly Readonly<Row>[]> {
  try {
    return await runReading(context.connection, search.spec, name, statement)
  } catch (error) {
    if (!(error instanceof Error && /value out of range: overflow/.test(error.message))) throw error
    throw new VectorizerError('VZ306', {
      fact: `${name}: an element of the sum is beyond what a vector can hold.`,
      why: 'pgvector adds 4-byte floats, of which the largest is 3.4e38.',
      fix: 'Use averageEmbedding, or a `where` that leaves fewer rows.',
      cause: error,
    })
  }
}
