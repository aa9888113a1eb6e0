// Reads the registry with what the database says today about each vectorizer's tables.
import { type SqlQuery, storeColumns, vectorizerSchema } from '@prisma-vectorizer/spec'
import { hidesRows } from './hides-rows.ts'

export interface RegistryRow {
  readonly name: string
  /** A VectorizerSpec, of this version or another. */
  readonly spec: unknown
  readonly paused: boolean
  /** Null when the table was dropped: the registry's regclass then points nowhere. */
  readonly source_table: string | null
  readonly source_schema: string | null
  readonly source_columns: readonly string[] | null
  readonly store_table: string | null
  readonly store_schema: string | null
  readonly store_columns: readonly string[] | null
  /** Whether row-level security may hide rows from `role`, the worker's own. */
  readonly source_hidden: boolean
  readonly store_hidden: boolean
  readonly role: string
  /** Type of the text column, without its length: `text`, `varchar`, `bytea`. */
  readonly text_type: string | null
  /** Dimensions of the store's vector column: what its type has in parentheses, whichever of the four it is. */
  readonly store_dimensions: number | null
  /** Tables of schema `vectorizer`. */
  readonly vectorizer_tables: readonly string[] | null
  readonly vector_schema: string | null
  readonly vector_oid: number | null
}

export interface RegistryState {
  /** Whether any migration of ours was applied. */
  readonly installed: boolean
  /** Whether `role`, the session's own, has the rights to read it. */
  readonly readable: boolean
  readonly role: string
}

/** From the catalog: to_regclass fails for a role that may not use the schema. */
export const registryExists: SqlQuery = {
  text: `SELECT
  registry.oid IS NOT NULL AS installed,
  coalesce(
    has_schema_privilege(registry.relnamespace, 'USAGE') AND has_table_privilege(registry.oid, 'SELECT'), false
  ) AS readable,
  current_user::text AS role
FROM (SELECT) AS one
LEFT JOIN pg_catalog.pg_class AS registry
  ON registry.relname = 'vectorizer' AND registry.relnamespace = (
    SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = '${vectorizerSchema}'
  )`,
  values: [],
}

const columnsOf = (table: string) => `(
    SELECT jsonb_agg(attname)
    FROM pg_catalog.pg_attribute
    WHERE attrelid = ${table} AND attnum > 0 AND NOT attisdropped
  )`

/** Lists are JSON because PGlite and `pg` parse that alike. A `@vector` field is the application's: no worker's concern. */
export const readRegistry: SqlQuery = {
  text: `SELECT
  registry.name,
  registry.spec,
  registry.paused,
  source.relname::text AS source_table,
  source_schema.nspname::text AS source_schema,
  ${columnsOf('registry.source')} AS source_columns,
  store.relname::text AS store_table,
  store_schema.nspname::text AS store_schema,
  ${columnsOf('registry.store')} AS store_columns,
  ${hidesRows('registry.source')} AS source_hidden,
  ${hidesRows('registry.store')} AS store_hidden,
  current_user::text AS role,
  (
    SELECT typname::text
    FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type ON pg_type.oid = atttypid
    WHERE attrelid = registry.source AND attname = registry.spec #>> '{source,text,column}' AND NOT attisdropped
  ) AS text_type,
  (
    SELECT atttypmod
    FROM pg_catalog.pg_attribute
    WHERE attrelid = registry.store
      AND attname = coalesce(registry.spec #>> '{store,column}', '${storeColumns.embedding}') AND NOT attisdropped
  ) AS store_dimensions,
  (
    SELECT jsonb_agg(relname) FROM pg_catalog.pg_class WHERE relnamespace = '${vectorizerSchema}'::regnamespace
  ) AS vectorizer_tables,
  vector_schema.nspname::text AS vector_schema,
  vector_type.oid::int AS vector_oid
FROM ${vectorizerSchema}.vectorizer AS registry
LEFT JOIN pg_catalog.pg_class AS source ON source.oid = registry.source
LEFT JOIN pg_catalog.pg_namespace AS source_schema ON source_schema.oid = source.relnamespace
LEFT JOIN pg_catalog.pg_class AS store ON store.oid = registry.store
LEFT JOIN pg_catalog.pg_namespace AS store_schema ON store_schema.oid = store.relnamespace
LEFT JOIN pg_catalog.pg_extension AS extension ON extension.extname = 'vector'
LEFT JOIN pg_catalog.pg_namespace AS vector_schema ON vector_schema.oid = extension.extnamespace
LEFT JOIN pg_catalog.pg_type AS vector_type
  ON vector_type.typname = 'vector' AND vector_type.typnamespace = extension.extnamespace
WHERE registry.spec ->> 'kind' IS DISTINCT FROM 'vector'
ORDER BY registry.name`,
  values: [],
}
