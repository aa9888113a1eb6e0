// What has been made so far, read from a database instead of from migrations: for applications on `prisma db push`, and
// for what a migration costs in the database it is about to change.
import {
  type AnySpec,
  completeSpec,
  type Queryable,
  specVersion,
  VectorizerError,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import { placeOf } from '../emit/migration.ts'
import type { History } from './history.ts'
import { type Columns, tableKey } from './tables.ts'

/**
 * `schemas` are those of the application's datasource; undefined where the connection decides, whose schema then stands
 * for `null`. What other applications keep in the same database is left out. Throws VZ206 and VZ505.
 */
export async function readDatabaseHistory(
  connection: Queryable,
  wanted: readonly AnySpec[],
  schemas: readonly string[] | undefined,
): Promise<History> {
  const session = await readSession(connection)
  if (wanted.length > 0) checkExtension(session)
  const own = schemas ?? (session.schema === null ? [] : [session.schema])
  const keyOf = (schema: string, table: string) => tableKey({ schema: schemas ? schema : null, table })
  const tables = new Map<string, Columns>()
  const secured = new Set<string>()
  for (const row of await connection.query<ColumnRow>(columnsQuery, [own])) {
    const key = keyOf(row.schema, row.table)
    const columns: Columns = tables.get(key) ?? new Map()
    tables.set(key, columns)
    if (row.column !== null && row.type !== null) columns?.set(row.column, row.type)
    if (row.secured) secured.add(key)
  }
  const vectorizers = session.registry
    ? vectorizersOf(await connection.query<RegistryRow>(registryQuery), wanted, own)
    : new Map<string, AnySpec>()
  return { migrations: [], createsExtension: session.extension !== null, tables, secured, vectorizers }
}

interface Session extends Record<string, unknown> {
  /** Where unqualified tables are made; null where the search path names no schema that exists. */
  readonly schema: string | null
  /** The schema of pgvector; null where it is not installed. */
  readonly extension: string | null
  readonly visible: boolean
  readonly registry: boolean
}

interface ColumnRow extends Record<string, unknown> {
  readonly schema: string
  readonly table: string
  readonly secured: boolean
  readonly column: string | null
  readonly type: string | null
}

interface RegistryRow extends Record<string, unknown> {
  readonly name: string
  readonly spec: AnySpec
  /** Where the source is now; null once it was dropped. */
  readonly schema: string | null
  readonly has_store: boolean
}

async function readSession(connection: Queryable): Promise<Session> {
  const [session] = await connection.query<Session>(`
    SELECT current_schema()::text AS schema, found.schema AS extension, coalesce(found.visible, false) AS visible,
      to_regclass('${vectorizerSchema}.vectorizer') IS NOT NULL AS registry
    FROM (SELECT 1) AS one
    LEFT JOIN (
      SELECT nspname::text AS schema, nspname = ANY (current_schemas(true)) AS visible
      FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
      WHERE extname = 'vector'
    ) AS found ON true`)
  return session as Session
}

const columnsQuery = `
  SELECT nspname::text AS schema, relname::text AS table, relrowsecurity AS secured, attname::text AS column,
    format_type(atttypid, atttypmod) AS type
  FROM pg_class
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
  LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
  WHERE relkind IN ('r', 'p') AND nspname = ANY ($1::text[])`

const registryQuery = `
  SELECT vectorizer.name, vectorizer.spec, nspname::text AS schema, store.oid IS NOT NULL AS has_store
  FROM ${vectorizerSchema}.vectorizer
  LEFT JOIN pg_class AS source ON source.oid = vectorizer.source
  LEFT JOIN pg_namespace ON pg_namespace.oid = source.relnamespace
  LEFT JOIN pg_class AS store ON store.oid = vectorizer.store
  ORDER BY vectorizer.created_at, vectorizer.name`

/** Type names in DDL are unqualified, as Prisma's are. */
function checkExtension({ schema, extension, visible }: Session): void {
  if (extension === null || visible) return
  throw new VectorizerError('VZ206', {
    fact: `The extension "vector" is in the Postgres schema "${extension}", and the connection looks in "${schema ?? ''}" only.`,
    why: 'Neither Prisma nor we would find the type "vector". The `schema` parameter of the database URL decides where is looked.',
    fix: `Drop the parameter and name the schema in the datasource, \`schemas = ["${schema ?? 'app'}"]\`; or move the extension: \`ALTER EXTENSION vector SET SCHEMA "${schema ?? 'app'}"\`.`,
  })
}

function vectorizersOf(rows: readonly RegistryRow[], wanted: readonly AnySpec[], own: readonly string[]) {
  const vectorizers = new Map<string, AnySpec>()
  for (const { name, spec, schema, has_store: hasStore } of rows) {
    const wants = wanted.find((candidate) => candidate.name === name)
    if (schema !== null && !own.includes(schema)) {
      if (wants) throw taken(wants, schema)
      continue
    }
    // Its triggers went with the source, or its index with the store: it has to be made anew. What nobody wants any more
    // still leaves a queue and functions behind.
    if (wants && (schema === null || !hasStore)) continue
    if (spec.version !== specVersion) throw unknownVersion(name)
    vectorizers.set(name, completeSpec(spec))
  }
  return vectorizers
}

function taken(spec: AnySpec, schema: string): VectorizerError {
  return new VectorizerError('VZ206', {
    fact: `${placeOf(spec)}: the database has a vectorizer ${spec.name} already, of a table in the Postgres schema "${schema}".`,
    why: 'One registry serves the whole database, whatever the `schema` parameter of the database URL says.',
    fix: 'Give this one another name with `targetTable:`, or each application a database of its own.',
  })
}

function unknownVersion(name: string): VectorizerError {
  return new VectorizerError('VZ505', {
    fact: `The registry holds ${name} in a version that is not known here.`,
    why: 'A newer prisma-vectorizer wrote it.',
    fix: 'Update @prisma-vectorizer/generator.',
  })
}
