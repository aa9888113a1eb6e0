// Which rows a method may touch: those that the caller's findMany would return, and no others.
import type { Searchable } from '../find-similar/search-target.ts'
import { keyFields } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import type { Interceptor } from '../prisma/intercept.ts'
import type { CompiledWhere } from '../where/compile-where.ts'
import { readKey } from './row-key.ts'
import { withKey } from './shown-key.ts'

/**
 * `filter`: Prisma alone decides, and has compiled it (undefined: every row). `keys`: other extensions have a say, so the
 * rows were read through them.
 */
export type Scope =
  | { readonly kind: 'filter'; readonly filter: CompiledWhere | undefined }
  | {
      readonly kind: 'keys'
      readonly keys: readonly (readonly unknown[])[]
      /** As findMany returned them, all scalars included. */
      readonly rows: readonly Readonly<Record<string, unknown>>[]
    }

/** How the rows are read where other extensions have a say. */
export interface Reading {
  /** Fields to read besides the key even where the client leaves them out by itself. */
  readonly fields?: readonly string[]
  readonly orderBy?: readonly object[]
}

/** The rows of `model` that match `where` and that the caller may see. Rejects as their findMany does. */
export async function visibleRows(
  interceptor: Interceptor,
  connection: ModelConnection,
  model: string,
  search: Searchable,
  where: object | undefined,
  reading: Reading = {},
): Promise<Scope> {
  const fields = keyFields(search).map(({ field }) => field)
  const args = where === undefined ? {} : { where }
  let filter: CompiledWhere | undefined
  let decided = false
  let elsewhere = false
  await interceptor.through(connection, args, async (call) => {
    const bounded = call.args.take !== undefined || call.args.skip !== undefined || call.args.cursor !== undefined
    const hooks = await call.hooks(call.args)
    elsewhere = hooks.elsewhere
    if (!call.hooked || bounded || hooks.present) return []
    filter = await connection.compileWhere(model, call.args.where, fields)
    decided = true
    return []
  })
  if (decided) return { kind: 'filter', filter }
  // All scalars, not the key alone: an extension may decide by any of them after the rows were read.
  const { shown } = withKey({}, [...fields, ...(reading.fields ?? [])], connection.globallyOmitted)
  const ordered = reading.orderBy?.length ? { orderBy: reading.orderBy } : {}
  const rows = await readWhereSqlRuns(connection, { ...args, ...shown, ...ordered }, elsewhere)
  return { kind: 'keys', keys: rows.map((row) => readKey(row, fields)), rows }
}

/**
 * The caller's findMany. SQL of ours goes to the primary: an extension that reads from replicas (`elsewhere`) leaves what
 * is in a transaction there, too.
 */
export async function readWhereSqlRuns(
  connection: ModelConnection,
  args: object,
  elsewhere: boolean,
): Promise<readonly Record<string, unknown>[]> {
  const read = async ({ findMany }: ModelConnection) => (await findMany(args)) as readonly Record<string, unknown>[]
  return elsewhere ? connection.transaction(read) : read(connection)
}
