// The rows themselves in the search's own statement, where nothing but their scalar fields is asked for.
import { quoteIdentifier } from '@prisma-vectorizer/spec'
import type { RowArguments } from '../arguments/arguments.ts'
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import { neededFields } from '../prisma/computed-fields.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import { isOmitted } from '../scope/shown-key.ts'

/** A SELECT of columns of the model that is returned, as Prisma writes it. */
export interface RowSource {
  readonly text: string
  readonly columns: readonly RowColumn[]
}

export interface RowColumn {
  readonly field: string
  /** Prisma's type, e.g. `DateTime`. */
  readonly type: string
  readonly column: string
  /** Whether the caller asked for it: a key they did not ask for is read all the same. */
  readonly shown: boolean
}

// What a raw query gives as findMany does. An enum's values may have other names in Prisma than in the database.
const types = new Set(['String', 'Int', 'BigInt', 'Float', 'Decimal', 'Boolean', 'DateTime', 'Json', 'Bytes'])

// Texts in quotes are matched first, so that what looks like a comment inside them is none.
const asides = /"(?:[^"\\]|\\.)*"|\/\/.*|\/\*[\s\S]*?\*\//gu
const enums = /\benum\s+([\w-]+)\s*\{([^}]*)\}/gu
const hasMappedValue = /(?<!@)@map\b/u

const mappedOf = new WeakMap<object, ReadonlySet<string>>()

/** The enums of which a value has another name in the database; the client's own description of its models lacks them. */
function mappedEnums(schema: string, client: object): ReadonlySet<string> {
  const known = mappedOf.get(client)
  if (known) return known
  const found = Array.from(schema.replaceAll(asides, '').matchAll(enums), ([, name = '', values = '']) => ({
    name,
    values,
  }))
  const mapped = new Set(found.filter(({ values }) => hasMappedValue.test(values)).map(({ name }) => name))
  mappedOf.set(client, mapped)
  return mapped
}

/** Undefined where only findMany can read the rows: relations, `_count`, computed fields, a key of an enum. */
export async function rowSource(
  connection: ModelConnection,
  model: string,
  search: Searchable,
  { select, include, omit, ...others }: RowArguments & { readonly where?: unknown },
): Promise<RowSource | undefined> {
  const { client, globallyOmitted, compiler } = connection
  const models = client._runtimeDataModel?.models
  const fields = models?.[model]?.fields
  const schema = client._engineConfig?.inlineSchema
  const { where: _where, ...unknown } = others
  if (!models || !fields || schema === undefined || include || Object.keys(unknown).length > 0) return undefined
  const key = keyFields(search)
  if (key.some(({ castTo }) => castTo !== undefined)) return undefined
  const scalars = fields.filter(({ kind }) => kind !== 'object')
  const isScalar = (name: string) => scalars.some((scalar) => scalar.name === name)
  // Whatever else is there, relations or mistakes, is findMany's.
  const named = Object.entries(select ?? omit ?? {}).filter(([, value]) => value !== undefined && value !== false)
  if (named.some(([name, value]) => value !== true || !isScalar(name))) return undefined
  const isShown = (name: string) => (select ? select[name] === true : !isOmitted(name, omit, globallyOmitted))
  const omitted = select ? [] : scalars.filter(({ name }) => !isShown(name))
  if (omitted.length > 0) {
    const needed = neededFields(client, model)
    if (!needed || omitted.some(({ name }) => needed.has(name))) return undefined
  }
  const mapped = mappedEnums(schema, models)
  const read = scalars.filter(({ name }) => isShown(name) || key.some(({ field }) => field === name))
  if (read.some(({ kind, type }) => (kind === 'enum' ? mapped.has(type) : !types.has(type)))) return undefined
  const columns = read.map((field) => ({
    field: field.name,
    type: field.kind === 'enum' ? 'enum' : field.type,
    column: field.dbName ?? field.name,
    shown: isShown(field.name),
  }))
  const text = await compiler.select(
    model,
    columns.map(({ field }) => field),
  )
  // The generated client misspells names with a backslash; its SQL has them right.
  if (!columns.every(({ column }) => text.includes(`.${quoteIdentifier(column)}`))) return undefined
  return { text, columns }
}
