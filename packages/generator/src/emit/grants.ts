// What a worker role and an application role need, and nothing more. A role that does not exist (yet, or in this
// database) is a warning, not a failed migration: the shadow database and a colleague's may have none.
import {
  type AnySpec,
  filterColumns,
  objectNames,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type Roles,
  storeColumns,
  type VectorizerSpec,
  vectorColumn,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'
import { dollarTag } from './sql-names.ts'

/** One section per role that is named. */
export const grants = (spec: AnySpec): readonly string[] => [
  ...granted(spec, 'worker', spec.kind === 'vectorizer' ? workerGrants(spec) : []),
  ...granted(spec, 'application', applicationGrants(spec)),
]

function granted(spec: AnySpec, kind: keyof Roles, rights: readonly string[]): readonly string[] {
  const role = spec.roles[kind]
  if (role === null || rights.length === 0) return []
  const statements = rights.map((right) => `    GRANT ${right} TO ${quoteIdentifier(role)};`).join('\n')
  return [renderSql('grants', { kind, roleLiteral: quoteLiteral(role), statements, tag: dollarTag('grants', spec) })]
}

/** Rights on one object: on some of its columns where those are named. */
export interface Right {
  readonly privileges: readonly string[]
  readonly columns: readonly string[] | null
  readonly on: 'schema' | 'table'
  /** Quoted. */
  readonly object: string
}

/** Each right as GRANT spells it, without the role. Tried one by one: each is needed, and none more (packages/worker/test/permissions). */
export const workerGrants = (spec: VectorizerSpec): readonly string[] => workerRights(spec).map(rightText)

/** Searching reads the store; an application that brings its own vectors writes it too. */
export const applicationGrants = (spec: AnySpec): readonly string[] => applicationRights(spec).map(rightText)

export function rightText({ privileges, columns, on, object }: Right): string {
  const list = columns === null ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`
  return `${privileges.map((privilege) => privilege + list).join(', ')} ON ${on === 'schema' ? 'SCHEMA ' : ''}${object}`
}

export function workerRights(spec: VectorizerSpec): readonly Right[] {
  const { key, text, templateColumns, filter } = spec.source
  const source = quoteTable(spec.source)
  const queue = quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue })
  const read = new Set([...key, text, ...templateColumns, ...filterColumns(filter)].map(({ column }) => column))
  return [
    schemaUsage(vectorizerSchema),
    onTable(`${vectorizerSchema}.vectorizer`, ['SELECT']),
    onTable(queue, ['SELECT', 'DELETE']),
    onTable(queue, ['UPDATE'], ['lease', 'not_before', 'attempts', 'lost_leases', 'error', 'failed_at']),
    // Whole tables: they hold nothing of the application's, and a later version may give them columns.
    onTable(`${vectorizerSchema}.error`, ['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
    onTable(`${vectorizerSchema}.progress`, ['SELECT', 'INSERT', 'UPDATE']),
    onTable(`${vectorizerSchema}.worker`, ['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
    ...usage(spec.source.schema),
    onTable(source, ['SELECT'], [...read]),
    ...(spec.store.kind === 'column'
      ? [onTable(source, ['SELECT', 'UPDATE'], [vectorColumn(spec.store)])]
      : [
          // PostgreSQL lets only those lock a row who may update a column of it.
          onTable(source, ['UPDATE'], [key[0]?.column ?? '']),
          ...(spec.store.schema === spec.source.schema ? [] : usage(spec.store.schema)),
          ...storeRights(spec),
        ]),
  ]
}

/** The text of chunks is read to see which have changed; vectors never are. */
function storeRights({ source, store }: VectorizerSpec): readonly Right[] {
  const { embeddingUuid, chunkSeq, chunk, embedding } = storeColumns
  const key = source.key.map((part) => part.storeColumn)
  const table = quoteTable(store)
  return [
    onTable(table, ['SELECT'], [embeddingUuid, ...key, chunkSeq, chunk]),
    onTable(table, ['INSERT'], [...key, chunkSeq, chunk, embedding]),
    onTable(table, ['UPDATE'], [chunkSeq]),
    onTable(table, ['DELETE']),
  ]
}

export function applicationRights(spec: AnySpec): readonly Right[] {
  if (spec.store.kind === 'column') return []
  const writes = spec.kind === 'vectorizer' && spec.model === null
  return [
    ...usage(spec.store.schema),
    onTable(quoteTable(spec.store), writes ? ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] : ['SELECT']),
  ]
}

const onTable = (object: string, privileges: readonly string[], columns: readonly string[] | null = null): Right => ({
  privileges,
  columns,
  on: 'table',
  object,
})

const schemaUsage = (schema: string): Right => ({ privileges: ['USAGE'], columns: null, on: 'schema', object: schema })

/** A schema that is named may be one that nobody was let into. */
const usage = (schema: string | null): readonly Right[] =>
  schema === null || schema === 'public' ? [] : [schemaUsage(quoteIdentifier(schema))]
