// Which of some rows, given by their keys, a method may touch.
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import type { Interceptor } from '../prisma/intercept.ts'
import { type RowKey, readKey, whereKeys } from './row-key.ts'
import { withKey } from './shown-key.ts'
import { readWhereSqlRuns, type Scope } from './visible-rows.ts'

// One filter of more keys would take Prisma longer than two.
const keysAtOnce = 1000

/**
 * The rows of these keys that the caller may see; all rows where no other extension has a say. Whether they exist is
 * then for SQL to find out, which compares keys as PostgreSQL does and sees what row security leaves.
 */
export async function visibleAmong(
  interceptor: Interceptor,
  connection: ModelConnection,
  search: Searchable,
  keys: readonly RowKey[],
): Promise<Scope> {
  const fields = keyFields(search)
  const filterOf = (from: number) => ({ where: whereKeys(fields, keys.slice(from, from + keysAtOnce)) })
  let alone = false
  let elsewhere = false
  await interceptor.through(connection, filterOf(0), async (call) => {
    const hooks = await call.hooks(call.args)
    alone = call.hooked && !hooks.present
    elsewhere = hooks.elsewhere
    return []
  })
  if (alone) return { kind: 'filter', filter: undefined }
  const names = fields.map(({ field }) => field)
  const { shown } = withKey({}, names, connection.globallyOmitted)
  const rows: Record<string, unknown>[] = []
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    rows.push(...(await readWhereSqlRuns(connection, { ...filterOf(from), ...shown }, elsewhere)))
  }
  return { kind: 'keys', keys: rows.map((row) => readKey(row, names)), rows }
}
