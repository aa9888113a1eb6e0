// What the database says about the indexes of the registry's vectors, in one query.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'

export interface UpkeepIndex {
  readonly name: string
  readonly method: string
  readonly valid: boolean
  /** A session is building it now; false as well where this role may not see that. */
  readonly building: boolean
  readonly partial: boolean
  /** Its first column or expression. */
  readonly expression: string
  readonly operatorClass: string
  /** `m=16`. */
  readonly options: readonly string[]
}

export interface UpkeepRow {
  readonly name: string
  /** Of this version or another. */
  readonly spec: unknown
  /** Null when the table was dropped. */
  readonly store_schema: string | null
  readonly store_table: string | null
  readonly partitioned: boolean | null
  readonly owner: string | null
  readonly role: string
  /** Whether the role may build indexes of the store: its owner, a member of that, or a superuser. */
  readonly owns: boolean | null
  /** As the planner guesses it; null where the table was never analyzed. */
  readonly rows: number | null
  readonly pages: number | null
  readonly bytes: number | null
  readonly vector_schema: string | null
  readonly indexes: readonly UpkeepIndex[] | null
}

/** Lists are JSON, which PGlite and `pg` parse alike. Without `name` all. */
export const readUpkeep = (name?: string): SqlQuery => ({
  text: `SELECT
  registry.name,
  registry.spec,
  store_schema.nspname::text AS store_schema,
  store.relname::text AS store_table,
  store.relkind = 'p' AS partitioned,
  pg_get_userbyid(store.relowner)::text AS owner,
  current_user::text AS role,
  pg_has_role(store.relowner, 'USAGE') AS owns,
  CASE WHEN store.relpages > 0 AND store.reltuples >= 0
    THEN store.reltuples / store.relpages * size.pages END::float8 AS rows,
  size.pages::float8 AS pages,
  pg_table_size(store.oid)::float8 AS bytes,
  vector_schema.nspname::text AS vector_schema,
  (
    SELECT jsonb_agg(jsonb_build_object(
      'name', c.relname,
      'method', am.amname,
      'valid', i.indisvalid,
      'building', EXISTS (
        SELECT FROM pg_catalog.pg_stat_progress_create_index AS build
        WHERE build.index_relid = c.oid AND build.datname = current_database()
      ),
      'partial', i.indpred IS NOT NULL,
      'expression', pg_get_indexdef(i.indexrelid, 1, true),
      'operatorClass', (SELECT opcname FROM pg_catalog.pg_opclass WHERE oid = i.indclass[0]),
      'options', coalesce(to_jsonb(c.reloptions), '[]')
    ))
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_am AS am ON am.oid = c.relam
    WHERE i.indrelid = store.oid
  ) AS indexes
FROM ${vectorizerSchema}.vectorizer AS registry
LEFT JOIN pg_catalog.pg_class AS store ON store.oid = registry.store
LEFT JOIN pg_catalog.pg_namespace AS store_schema ON store_schema.oid = store.relnamespace
LEFT JOIN LATERAL (
  SELECT pg_relation_size(store.oid) / current_setting('block_size')::int AS pages
) AS size ON true
LEFT JOIN pg_catalog.pg_extension AS extension ON extension.extname = 'vector'
LEFT JOIN pg_catalog.pg_namespace AS vector_schema ON vector_schema.oid = extension.extnamespace
${name === undefined ? '' : 'WHERE registry.name = $1\n'}ORDER BY registry.name`,
  values: name === undefined ? [] : [name],
})
