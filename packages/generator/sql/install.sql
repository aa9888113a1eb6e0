-- The Postgres schema of prisma-vectorizer: invisible to Prisma Migrate, which does not reset it either. Hence every
-- statement here can run again.
CREATE SCHEMA IF NOT EXISTS vectorizer;

-- The registry: what the worker embeds. regclass follows a table through renames.
CREATE TABLE IF NOT EXISTS vectorizer.vectorizer (
  name text PRIMARY KEY,
  source regclass NOT NULL,
  store regclass NOT NULL,
  spec jsonb NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- The primary key of a table as it is named today: "tenant_id", "id". Used only after a key column was renamed.
CREATE OR REPLACE FUNCTION vectorizer.current_key(source regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $function$
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.part)
  FROM pg_index i
  CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, part)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  WHERE i.indrelid = $1 AND i.indisprimary
$function$;
