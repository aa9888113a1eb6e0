// Prisma's own SELECTs as SQL: of the rows that match any `where`, of a model's columns. Nothing is translated by hand, so
// nothing can be dropped.
import { delegateName, InternalError } from '@prisma-vectorizer/spec'
import { LRUCache } from 'lru-cache'
import { type CaptureAdapter, type CapturedStatement, createCaptureAdapter } from './capture-adapter.ts'
import { listsAsArrays } from './long-lists.ts'
import { rawParameter } from './parameters.ts'
import { plainKey } from './plain-key.ts'

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

export interface QueryCompiler {
  readonly where: WhereCompiler
  /** The SELECT of `fields` of every row of `model`; enums as text, as Prisma reads them. It has no parameters. */
  select(model: string, fields: readonly string[]): Promise<string>
  /** Whether a field holds a list: a NULL of it is an empty list for Prisma. */
  isList(model: string, field: string): Promise<boolean>
  /** Source of Prisma's own findMany of `model`. */
  findManySource(model: string): string
}

interface CaptureClient {
  readonly [delegate: string]: { findMany(args: object): PromiseLike<unknown> } | undefined
}

// Compiling takes 0.2 to 0.4 ms, a tenth of a search; an application asks with few different filters.
const keptFilters = 500

/** `createClient` makes a second, unextended client of the application's on the adapter it is given. */
export function createQueryCompiler(schema: string, createClient: (adapter: CaptureAdapter) => unknown): QueryCompiler {
  let captured: CapturedStatement[] = []
  const client = createClient(createCaptureAdapter(schema, (statement) => captured.push(statement))) as CaptureClient
  let queue: Promise<unknown> = Promise.resolve()
  const filters = new LRUCache<string, { readonly compiled: CompiledWhere | undefined }>({ max: keptFilters })
  const selects = new Map<string, Promise<string>>()
  const lists = new Map<string, Promise<boolean>>()

  async function captureNow(model: string, args: object): Promise<CapturedStatement> {
    captured = []
    await client[delegateName(model)]?.findMany(args)
    const [statement, ...others] = captured
    if (!statement || others.length) throw new InternalError(`${captured.length} statements for a query of ${model}`)
    return statement
  }

  /** One at a time, so that a statement belongs to its query. Costs nothing: compiling never waits. */
  function capture(model: string, args: object): Promise<CapturedStatement> {
    const statement = queue.then(() => captureNow(model, args))
    queue = statement.catch(() => {})
    return statement
  }

  const selectOf = (fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, true]))

  async function where(model: string, condition: object | undefined, fields: readonly string[]) {
    if (condition === undefined || Object.keys(condition).length === 0) return undefined
    const plain = plainKey(condition)
    const key = plain && `${model} ${fields.join()} ${plain}`
    const known = key === undefined ? undefined : filters.get(key)
    if (known) return known.compiled
    const compiled = withoutEveryRow(unfenced(await capture(model, { where: condition, select: selectOf(fields) })))
    if (key !== undefined) filters.set(key, { compiled })
    return compiled
  }

  return {
    where,
    findManySource: (model) => String(client[delegateName(model)]?.findMany),
    select: (model, fields) =>
      once(selects, `${model} ${fields.join()}`, async () => {
        const { text, values } = unfenced(await capture(model, { select: selectOf(fields) }))
        if (values.length > 0) throw new InternalError(`parameters in the SELECT of ${model}: ${text}`)
        return text
      }),
    // Only lists have the filter `isEmpty`.
    isList: (model, field) =>
      once(lists, `${model} ${field}`, async () => {
        const asked = capture(model, { where: { [field]: { isEmpty: true } } })
        return asked.then(
          () => true,
          () => false,
        )
      }),
  }
}

function once<V>(made: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  const present = made.get(key)
  if (present) return present
  const value = make()
  made.set(key, value)
  value.catch(() => made.delete(key))
  return value
}

const offsetAtEnd = / OFFSET \$(\d+)$/
const everyRow = /^SELECT [^()]+ FROM "[^"]+"\."[^"]+" WHERE 1=1$/

function unfenced({ sql, args, argTypes }: CapturedStatement): CompiledWhere {
  const values = args.map((value, index) => rawParameter(value, argTypes[index]))
  // Prisma ends every SELECT with OFFSET 0, which PostgreSQL takes for a fence: it would compute all matching rows
  // before the first vector is looked at, instead of probing the rows that the index scan finds.
  const offset = offsetAtEnd.exec(sql)
  const fenced = offset !== null && Number(offset[1]) === values.length && Number(values.at(-1)) === 0
  return listsAsArrays({
    text: fenced ? sql.slice(0, offset.index) : sql,
    values: fenced ? values.slice(0, -1) : values,
  })
}

const withoutEveryRow = (compiled: CompiledWhere): CompiledWhere | undefined =>
  everyRow.test(compiled.text) ? undefined : compiled
