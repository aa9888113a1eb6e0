// The catalog queries of the doctor: a handful for all vectorizers. Lists are JSON, which PGlite and `pg` parse alike;
// oids are text, being larger than JavaScript's JSON integers promise to be.
import { vectorizerSchema } from '@prisma-vectorizer/spec'

/**
 * The extensions we use, and whether a registry is there and readable. `to_regclass` is used nowhere: it fails for who may
 * not use the schema.
 */
export const serverSql = `SELECT
  current_user::text AS role,
  registry.oid::text AS registry,
  has_schema_privilege(registry.relnamespace, 'USAGE') AND has_table_privilege(registry.oid, 'SELECT') AS readable,
  (
    SELECT jsonb_object_agg(name, jsonb_build_object('installed', installed_version, 'available', default_version))
    FROM pg_catalog.pg_available_extensions
    WHERE name IN ('vector', 'vectorscale')
  ) AS extensions
FROM (SELECT to_regnamespace('${vectorizerSchema}')::oid) AS ours (schema)
LEFT JOIN pg_catalog.pg_class AS registry
  ON registry.relnamespace = ours.schema AND registry.relname = 'vectorizer' AND registry.relkind = 'r'`

/** Without a `paused` column (an older registry) this fails, like everything else that reads it. */
export const registrySql = `SELECT name, spec, paused, source::oid::text AS source, store::oid::text AS store
FROM ${vectorizerSchema}.vectorizer
ORDER BY name`

/** Everything about the tables with the oids of `$1::jsonb`, and about the queues. */
export const tablesSql = `SELECT
  c.oid::text AS oid,
  n.nspname::text AS schema,
  c.relname::text AS "table",
  c.relrowsecurity AS secured,
  c.relkind = 'p' AS partitioned,
  has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) AS readable,
  (
    SELECT jsonb_agg(jsonb_build_object(
      'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod),
      'plain', a.attstorage = 'p'
    ))
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS columns,
  (
    SELECT jsonb_agg(jsonb_build_object(
      'name', ic.relname,
      'method', am.amname,
      'valid', i.indisvalid,
      'unique', i.indisunique,
      'primary', i.indisprimary,
      'partial', i.indpred IS NOT NULL,
      'columns', (
        SELECT jsonb_agg(a.attname ORDER BY k.part)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, part)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE k.part <= i.indnkeyatts
      ),
      'expression', pg_get_indexdef(i.indexrelid, 1, true),
      'operatorClass', (SELECT opcname FROM pg_catalog.pg_opclass WHERE oid = i.indclass[0]),
      'options', coalesce(to_jsonb(ic.reloptions), '[]')
    ))
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
    JOIN pg_catalog.pg_am AS am ON am.oid = ic.relam
    WHERE i.indrelid = c.oid
  ) AS indexes,
  (
    SELECT jsonb_agg(jsonb_build_object(
      'name', f.conname,
      'references', f.confrelid::text,
      'columns', (
        SELECT jsonb_agg(a.attname ORDER BY k.part)
        FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, part)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
      )
    ))
    FROM pg_catalog.pg_constraint AS f
    WHERE f.conrelid = c.oid AND f.contype = 'f'
  ) AS "foreignKeys"
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid IN (SELECT value::oid FROM jsonb_array_elements_text($1::jsonb))
  OR (n.nspname = '${vectorizerSchema}' AND c.relkind = 'r')`

/** Triggers by the names of `$1::jsonb`, wherever they are; not the clones on a table's partitions. */
export const triggersSql = `SELECT
  t.tgname::text AS name,
  t.tgrelid::text AS "tableOid",
  quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table",
  t.tgenabled::text AS fires,
  pn.nspname::text || '.' || p.proname::text AS "function"
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
WHERE t.tgname IN (SELECT value FROM jsonb_array_elements_text($1::jsonb)) AND t.tgparentid = 0`

export const functionsSql = `SELECT
  p.proname::text AS name,
  pg_get_function_identity_arguments(p.oid) AS arguments,
  p.prosrc AS body,
  p.prosecdef AS definer,
  coalesce((SELECT bool_or(setting LIKE 'search_path=%') FROM unnest(p.proconfig) AS setting), false) AS "fixedPath",
  has_function_privilege('public', p.oid, 'EXECUTE') AS public
FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = to_regnamespace('${vectorizerSchema}')`

/** Which of the `{ schema, name, quoted }` of `$1::jsonb` are views; without a schema the search path finds them. */
export const viewsSql = `SELECT wanted.quoted AS name
FROM jsonb_to_recordset($1::jsonb) AS wanted (schema text, name text, quoted text)
WHERE EXISTS (
  SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relname = wanted.name AND c.relkind IN ('v', 'm')
    AND CASE WHEN wanted.schema IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = wanted.schema END
)`
