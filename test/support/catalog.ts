// What is in a database, as text that reads like SQL and is the same on PostgreSQL 15 and 18: tables, indexes, constraints,
// triggers, views, policies, our functions and our registry. What extensions own is left out.

/** A client of `pg`, or PGlite. */
export interface CatalogClient {
  query(sql: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
}

/** Every name is qualified. Leaves the session's search path as it was, unless it throws. */
export async function describeCatalog(client: CatalogClient): Promise<string> {
  const lines = async (sql: string): Promise<(string | null)[]> =>
    (await client.query(sql)).rows.map((row) => (row as { line: string | null }).line).sort()
  const [path = null] = await lines(`SELECT current_setting('search_path') AS line`)
  const setPath = (value: string | null) => client.query(`SELECT set_config('search_path', $1, false)`, [value])
  await setPath('pg_catalog')
  const sections = []
  for (const sql of [enums, tables, indexes, constraints, views, policies, functions, triggers]) {
    sections.push(await lines(sql))
  }
  const [hasRegistry] = await lines(`SELECT to_regclass('vectorizer.vectorizer')::text AS line`)
  if (hasRegistry) sections.push(await lines(registry))
  await setPath(path)
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`
}

/** A condition on a catalog's row: it belongs to a schema of people, and to no extension. */
const isOwn = (catalog: string, oid: string, schema: string) => `
  ${schema} NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  AND ${schema}::regnamespace::text NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${oid} AND deptype = 'e')`

const enums = `
  SELECT format('CREATE TYPE %s AS ENUM (%s);', t.oid::regtype,
    (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) AS line
  FROM pg_type t
  WHERE t.typtype = 'e' AND ${isOwn('pg_type', 't.oid', 't.typnamespace')}`

// A storage is shown where it is not the type's own.
const tables = `
  SELECT format(E'CREATE TABLE %s (\\n%s\\n);%s', c.oid::regclass, columns.list,
    CASE WHEN c.relrowsecurity THEN format(E'\\nALTER TABLE %s ENABLE ROW LEVEL SECURITY;', c.oid::regclass) ELSE '' END
  ) AS line
  FROM pg_class c
  CROSS JOIN LATERAL (
    SELECT string_agg(concat('  ', quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN ' NOT NULL' END,
      ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
      CASE WHEN a.attstorage <> t.typstorage THEN ' STORAGE ' ||
        CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END
      END), E',\\n' ORDER BY a.attnum) AS list
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS columns
  WHERE c.relkind IN ('r', 'p') AND ${isOwn('pg_class', 'c.oid', 'c.relnamespace')}`

const indexes = `
  SELECT pg_get_indexdef(c.oid) || ';' AS line
  FROM pg_class c
  WHERE c.relkind = 'i' AND ${isOwn('pg_class', 'c.oid', 'c.relnamespace')}
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p', 'u', 'x'))`

// PostgreSQL 18 has NOT NULL as constraints too; the columns say it already.
const constraints = `
  SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s;', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS line
  FROM pg_constraint
  WHERE conrelid <> 0 AND contype NOT IN ('n', 't') AND ${isOwn('pg_constraint', 'oid', 'connamespace')}`

const views = `
  SELECT format(E'CREATE VIEW %s AS\\n%s', c.oid::regclass, pg_get_viewdef(c.oid)) AS line
  FROM pg_class c
  WHERE c.relkind = 'v' AND ${isOwn('pg_class', 'c.oid', 'c.relnamespace')}`

const policies = `
  SELECT concat(format('CREATE POLICY %I ON %s', p.polname, p.polrelid::regclass),
    ' TO ' || (SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname) FROM pg_roles WHERE oid = ANY (p.polroles)),
    ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
    ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ';') AS line
  FROM pg_policy p`

// Ours only.
const functions = `
  SELECT concat(format('CREATE FUNCTION %s(%s) RETURNS %s LANGUAGE %s ', p.oid::regproc, pg_get_function_arguments(p.oid),
      pg_get_function_result(p.oid), l.lanname),
    CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
    CASE WHEN p.prosecdef THEN ' SECURITY DEFINER' END,
    ' SET ' || array_to_string(p.proconfig, ' SET '),
    ' AS $function$', p.prosrc, '$function$;',
    CASE WHEN has_function_privilege('public', p.oid, 'EXECUTE')
      THEN format(E'\\nGRANT EXECUTE ON FUNCTION %s TO PUBLIC;', p.oid::regprocedure) END) AS line
  FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang
  WHERE p.pronamespace::regnamespace::text = 'vectorizer' AND ${isOwn('pg_proc', 'p.oid', 'p.pronamespace')}`

const triggers = `
  SELECT pg_get_triggerdef(oid) || ';' AS line
  FROM pg_trigger
  WHERE NOT tgisinternal`

const registry = `
  SELECT format('-- vectorizer %L: %s -> %s', name, source, store) AS line
  FROM vectorizer.vectorizer`
