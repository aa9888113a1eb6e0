// Any Prisma `where` as SQL, compiled by Prisma itself: nothing of it is translated by hand, so nothing can be dropped.
import { delegateName, InternalError } from '@prisma-vectorizer/spec'
import { type CaptureAdapter, type CapturedStatement, createCaptureAdapter } from './capture-adapter.ts'
import { rawParameter } from './parameters.ts'

/** A SELECT of the rows that match, with its own numbering from `$1`. */
export interface CompiledWhere {
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * `(model, where, fields)` → the SELECT of `fields` of the rows that match, or undefined when all rows do.
 * Rejects with Prisma's own validation error when `where` is not valid.
 */
export type WhereCompiler = (
  model: string,
  where: object | undefined,
  fields: readonly string[],
) => Promise<CompiledWhere | undefined>

interface CaptureClient {
  readonly [delegate: string]: { findMany(args: object): PromiseLike<unknown> } | undefined
}

/** `createClient` makes a second, unextended client of the application's on the adapter it is given. */
export function createWhereCompiler(schema: string, createClient: (adapter: CaptureAdapter) => unknown): WhereCompiler {
  let captured: CapturedStatement[] = []
  const client = createClient(createCaptureAdapter(schema, (statement) => captured.push(statement))) as CaptureClient
  let queue: Promise<unknown> = Promise.resolve()

  async function capture(model: string, where: object, fields: readonly string[]): Promise<CapturedStatement> {
    captured = []
    await client[delegateName(model)]?.findMany({ where, select: Object.fromEntries(fields.map((f) => [f, true])) })
    const [statement, ...others] = captured
    if (!statement || others.length) throw new InternalError(`${captured.length} statements for a filter of ${model}`)
    return statement
  }

  return async (model, where, fields) => {
    if (where === undefined || Object.keys(where).length === 0) return undefined
    // One at a time, so that a statement belongs to its filter. Costs nothing: compiling (0.2 to 0.4 ms) never waits.
    const statement = queue.then(() => capture(model, where, fields))
    queue = statement.catch(() => {})
    return compiledWhere(await statement)
  }
}

const offsetAtEnd = / OFFSET \$(\d+)$/
const everyRow = /^SELECT [^()]+ FROM "[^"]+"\."[^"]+" WHERE 1=1$/

function compiledWhere({ sql, args, argTypes }: CapturedStatement): CompiledWhere | undefined {
  const values = args.map((value, index) => rawParameter(value, argTypes[index]))
  // Prisma ends every SELECT with OFFSET 0, which PostgreSQL takes for a fence: it would compute all matching rows
  // before the first vector is looked at, instead of probing the rows that the index scan finds.
  const offset = offsetAtEnd.exec(sql)
  const fenced = offset !== null && Number(offset[1]) === values.length && Number(values.at(-1)) === 0
  const text = fenced ? sql.slice(0, offset.index) : sql
  if (everyRow.test(text)) return undefined
  return { text, values: fenced ? values.slice(0, -1) : values }
}
