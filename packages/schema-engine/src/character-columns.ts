// The internal column type `"char"`, which the engine's catalogue queries select and adapter-pg does not know.
import { ColumnTypeEnum, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type pg from 'pg'

const internalChar = 18
const text = 25

/**
 * adapter-pg refuses the type. Called text it passes adapter-pg, but makes the engine panic at the first CHECK
 * constraint. So: text for the adapter, a character for the engine.
 */
export function reportCharacterColumns(pool: pg.Pool, adapter: SqlDriverAdapter): void {
  // Between the pool's answer and the adapter's lies no input or output, so that in a pool of one session the columns
  // noted last are those of the query at hand.
  let characterColumns: number[] = []
  const poolQuery: (...query: unknown[]) => Promise<unknown> = pool.query.bind(pool)
  const adapterQuery = adapter.queryRaw.bind(adapter)

  const query = async (...args: unknown[]) => {
    const result = await poolQuery(...args)
    characterColumns = callText(result)
    return result
  }
  Object.assign(pool, { query })
  adapter.queryRaw = async (sqlQuery) => {
    const result = await adapterQuery(sqlQuery)
    for (const column of characterColumns) result.columnTypes[column] = ColumnTypeEnum.Character
    return result
  }
}

/** Returns the positions of the columns it renamed. */
function callText(result: unknown): number[] {
  // A script of several statements has an array of results instead, which nobody reads.
  const { fields = [] } = result as Partial<pg.QueryResult>
  const columns: number[] = []
  for (const [index, field] of fields.entries()) {
    if (field.dataTypeID !== internalChar) continue
    field.dataTypeID = text
    columns.push(index)
  }
  return columns
}
