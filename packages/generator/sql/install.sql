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

-- What went wrong: one row per source row, step and kind of error, however often it happens. A key of no parts stands for
-- the vectorizer as a whole: its provider, its tables.
CREATE TABLE IF NOT EXISTS vectorizer.error (
  vectorizer text NOT NULL REFERENCES vectorizer.vectorizer (name) ON UPDATE CASCADE ON DELETE CASCADE,
  key jsonb NOT NULL,
  item uuid NOT NULL GENERATED ALWAYS AS (md5(key::text)::uuid) STORED, -- a key may be too long for an index
  step text NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  count integer NOT NULL DEFAULT 1,
  first_at timestamptz NOT NULL DEFAULT now(),
  last_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (vectorizer, item, step, code)
);

-- What was done so far, added up by the workers at each heartbeat.
CREATE TABLE IF NOT EXISTS vectorizer.progress (
  vectorizer text PRIMARY KEY REFERENCES vectorizer.vectorizer (name) ON UPDATE CASCADE ON DELETE CASCADE,
  embedded bigint NOT NULL DEFAULT 0, -- source rows
  failed bigint NOT NULL DEFAULT 0,   -- attempts
  chunks bigint NOT NULL DEFAULT 0,   -- written
  reused bigint NOT NULL DEFAULT 0,   -- chunks that kept their vectors
  tokens bigint NOT NULL DEFAULT 0,   -- as providers report them
  last_success_at timestamptz,
  last_error_at timestamptz,
  last_error text
);

-- Workers that run, or ran.
CREATE TABLE IF NOT EXISTS vectorizer.worker (
  id uuid PRIMARY KEY,
  version text NOT NULL,
  host text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_seconds integer NOT NULL,
  stopped_at timestamptz,
  embedded bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  last_error_at timestamptz,
  last_error text
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
