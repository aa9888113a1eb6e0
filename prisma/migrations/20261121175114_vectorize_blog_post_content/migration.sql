-- prisma-vectorizer: embeds BlogPost.content into "BlogPost_embedding_store".

-- A vector of this size fits a page. Kept in line, exact and filtered search read it 2.5 to 7 times cheaper.
ALTER TABLE "BlogPost_embedding_store" ALTER COLUMN "embedding" SET STORAGE PLAIN;

-- Half precision: half the size at the same recall. An expression index is invisible to Prisma Migrate.
CREATE INDEX IF NOT EXISTS "BlogPost_embedding_store_embedding_vector_idx" ON "BlogPost_embedding_store" USING hnsw (("embedding"::halfvec(768)) halfvec_cosine_ops) WITH (m = 8, ef_construction = 32);

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

-- The queue: one row per source row that waits to be embedded. No foreign key: it would block migrations of the source.
DROP TABLE IF EXISTS vectorizer."BlogPost_embedding_store_queue";
CREATE TABLE vectorizer."BlogPost_embedding_store_queue" (
  "key_id" INTEGER NOT NULL,
  queued_at timestamptz NOT NULL DEFAULT now(),        -- the order of the queue; a claim never changes it
  not_before timestamptz NOT NULL DEFAULT '-infinity', -- claimable from then on: end of a lease, or a retry
  lease uuid,                                          -- the claim that holds the row; a change of the source clears it
  attempts integer NOT NULL DEFAULT 0,
  lost_leases integer NOT NULL DEFAULT 0,              -- claims that ended without a word: workers that died with it
  reembed boolean NOT NULL DEFAULT false,              -- stored vectors are another model's: none is kept
  failed_at timestamptz,                               -- given up; a change of the source revives the row
  error text,
  PRIMARY KEY ("key_id")
);
CREATE INDEX "BlogPost_embedding_store_queue_order" ON vectorizer."BlogPost_embedding_store_queue" (queued_at) WHERE failed_at IS NULL;

-- What the triggers run. SECURITY DEFINER: whoever may write the source may queue, without any right on this schema.
-- A trigger that fails would fail the application's write, so an ordinary migration of the source must never make one
-- fail. Looking into the catalog first costs 7 to 13 µs a statement, a third of a one-row write; catching the error would
-- open a subtransaction, with a transaction id of its own, per changed row. So what can be is written to be valid whatever
-- the source's columns are.
-- Each of the next is two functions: of a value of its type it returns the value, of any other NULL. PostgreSQL decides by
-- the type of the first argument when it plans, and both are inlined: a row pays nothing. The second argument, always '0',
-- makes the choice unambiguous where the value is of a type that could be cast: untyped literals rather are text.
CREATE OR REPLACE FUNCTION "vectorizer"."BlogPost_embedding_store_as_integer"(value INTEGER, exact integer) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE OR REPLACE FUNCTION "vectorizer"."BlogPost_embedding_store_as_integer"(value anyelement, other text) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS 'SELECT NULL::INTEGER';

-- use_column: a column may be called like a variable, `found` or `new`.
CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_inserted"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
#variable_conflict use_column
DECLARE
  some_rows integer; -- 2: or more
  keys_differ boolean := true; -- two rows with one key, possible once the primary key is another, ON CONFLICT refuses
BEGIN
  INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id")
  SELECT "key_id" FROM (SELECT NULL::text AS "id") AS unknown
    CROSS JOIN LATERAL (SELECT "vectorizer"."BlogPost_embedding_store_as_integer"("id", '0') AS "key_id" FROM inserted) AS known
  WHERE num_nulls("key_id") = 0 AND NOT EXISTS (SELECT FROM inserted OFFSET 1)
  ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed;
  IF found THEN
    RETURN NULL;
  END IF;
  some_rows := (SELECT count(*) FROM (SELECT FROM inserted LIMIT 2) AS few);
  IF some_rows = 0 THEN
    RETURN NULL;
  ELSIF some_rows = 2 THEN
    keys_differ := (SELECT count(*) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
      WHERE indrelid = tg_relid AND indisprimary AND indnkeyatts = 1 AND ((attname = 'id' AND atttypid = 'integer'::regtype))) = 1;
  END IF;
  IF keys_differ THEN
  INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id")
  SELECT "key_id" FROM (SELECT NULL::text AS "id") AS unknown
    CROSS JOIN LATERAL (SELECT "vectorizer"."BlogPost_embedding_store_as_integer"("id", '0') AS "key_id" FROM inserted) AS known
  WHERE num_nulls("key_id") = 0
  ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed;
  IF found THEN
    RETURN NULL;
  END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = tg_relid AND (attname = 'id' AND atttypid = 'integer'::regtype)) THEN
    RETURN NULL;
  END IF;
  END IF;
  BEGIN
    EXECUTE $enqueue$INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id") SELECT $enqueue$
      || vectorizer.current_key(tg_relid)
      || $enqueue$ FROM inserted ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed$enqueue$;
  EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation THEN
    RAISE WARNING 'prisma-vectorizer: inserted rows of % are not queued for %: %', tg_relid::regclass, 'BlogPost_embedding_store', sqlerrm;
  END;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_updated"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  waits_for_another_model boolean;
BEGIN
  IF vectorizer."BlogPost_embedding_store_unknown"() THEN
    BEGIN
      EXECUTE $enqueue$INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id") SELECT $enqueue$
        || vectorizer.current_key(tg_relid)
        || $enqueue$ FROM (SELECT ($1).*) AS updated ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed$enqueue$ USING new;
    EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation THEN
      RAISE WARNING 'prisma-vectorizer: a changed row of % is not queued for %: %', tg_relid::regclass, 'BlogPost_embedding_store', sqlerrm;
    END;
    RETURN NULL;
  END IF;
  IF (new."id") IS DISTINCT FROM (old."id") THEN
    DELETE FROM vectorizer."BlogPost_embedding_store_queue" WHERE ("key_id") = (old."id") RETURNING reembed INTO waits_for_another_model;
  END IF;
  IF num_nulls(new."id") = 0 THEN
    INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id", reembed)
    VALUES (new."id", coalesce(waits_for_another_model, false))
    ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed;
    RETURN NULL;
  END IF;
  -- A column that was the key, and is one no more.
  BEGIN
      EXECUTE $enqueue$INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id") SELECT $enqueue$
        || vectorizer.current_key(tg_relid)
        || $enqueue$ FROM (SELECT ($1).*) AS updated ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed$enqueue$ USING new;
    EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation THEN
      RAISE WARNING 'prisma-vectorizer: a changed row of % is not queued for %: %', tg_relid::regclass, 'BlogPost_embedding_store', sqlerrm;
    END;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_dequeue_deleted"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
#variable_conflict use_column
BEGIN
  -- Of unknown columns nothing; the worker drops the queue row, when it comes to it and finds no source row.
  DELETE FROM vectorizer."BlogPost_embedding_store_queue" WHERE ("key_id") IN (SELECT "key_id" FROM (SELECT NULL::text AS "id") AS unknown
    CROSS JOIN LATERAL (SELECT "vectorizer"."BlogPost_embedding_store_as_integer"("id", '0') AS "key_id" FROM deleted) AS known);
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_dequeue_all"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  TRUNCATE vectorizer."BlogPost_embedding_store_queue";
  RETURN NULL;
END
$function$;

-- The same for one row: of a partitioned table, and of what replication writes. The columns are read in a subtransaction of
-- their own, which costs 1 µs and no transaction id since nothing is written in it; those that cannot be read stay NULL.
CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_follow_row"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  old_1 vectorizer."BlogPost_embedding_store_queue"."key_id"%TYPE;
  new_1 vectorizer."BlogPost_embedding_store_queue"."key_id"%TYPE;
  touched boolean := true;
  inside boolean := true;
  waits_for_another_model boolean;
BEGIN
  BEGIN
    IF tg_op <> 'INSERT' THEN
      old_1 := "vectorizer"."BlogPost_embedding_store_as_integer"(old."id", '0');
    END IF;
    IF tg_op <> 'DELETE' THEN
      new_1 := "vectorizer"."BlogPost_embedding_store_as_integer"(new."id", '0');
    END IF;
    IF tg_op = 'UPDATE' THEN
      touched := new."content"::text IS DISTINCT FROM old."content"::text
    OR new."title"::text IS DISTINCT FROM old."title"::text
    OR new."id" IS DISTINCT FROM old."id";
    END IF;
  EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation OR undefined_function THEN
    NULL;
  END;
  IF NOT touched THEN
    RETURN NULL;
  END IF;
  IF tg_op = 'DELETE' OR tg_op = 'UPDATE' AND (new_1) IS DISTINCT FROM (old_1) THEN
    DELETE FROM vectorizer."BlogPost_embedding_store_queue" WHERE ("key_id") = (old_1) RETURNING reembed INTO waits_for_another_model;
    IF current_setting('session_replication_role') = 'replica' THEN
    BEGIN
      EXECUTE format($forget$DELETE FROM %s WHERE ("id") = ($1)$forget$, (SELECT store FROM vectorizer.vectorizer WHERE name = 'BlogPost_embedding_store')) USING old_1;
    EXCEPTION WHEN undefined_table OR undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation OR undefined_function THEN
      NULL;
    END;
    -- A transaction that does not see what a worker committed meanwhile leaves the key to the worker, which finds no row.
    IF current_setting('transaction_isolation') <> 'read committed' AND num_nulls(old_1) = 0 THEN
      INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id") VALUES (old_1)
      ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed;
    END IF;
    END IF;
  END IF;
  -- An update that moves a row to another partition is a DELETE and, right after it, an INSERT.
  IF tg_op = 'DELETE' THEN
    PERFORM set_config('vectorizer.moved_' || md5('BlogPost_embedding_store'), coalesce(waits_for_another_model, false)::text, true);
  ELSIF tg_op = 'INSERT' THEN
    waits_for_another_model := current_setting('vectorizer.moved_' || md5('BlogPost_embedding_store'), true) = 'true';
  END IF;
  IF tg_op = 'DELETE' OR tg_op = 'INSERT' AND NOT inside THEN
    RETURN NULL;
  END IF;
  IF num_nulls(new_1) = 0 THEN
    INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id", reembed)
    VALUES (new_1, coalesce(waits_for_another_model, false))
    ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed;
    RETURN NULL;
  END IF;
  BEGIN
      EXECUTE $enqueue$INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id") SELECT $enqueue$
        || vectorizer.current_key(tg_relid)
        || $enqueue$ FROM (SELECT ($1).*) AS updated ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed$enqueue$ USING new;
    EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation THEN
      RAISE WARNING 'prisma-vectorizer: a changed row of % is not queued for %: %', tg_relid::regclass, 'BlogPost_embedding_store', sqlerrm;
    END;
  RETURN NULL;
END
$function$;

-- Did an update touch what is embedded? Inlined into the trigger's WHEN, an update of other columns costs 1.0 to 1.1
-- times what it does without us (a plpgsql row trigger: 1.3 to 1.5). WHEN (old.content IS DISTINCT FROM new.content) would
-- cost the same, but PostgreSQL then refuses DROP COLUMN and ALTER TYPE; a function's text creates no such dependency.
-- STABLE: the text of an enum or a timestamptz is no more than that, and an IMMUTABLE function with it is not inlined; in
-- PostgreSQL 18 its plan would then outlive the type of a column, and fail every update of the session.
CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_changed"(before anyelement, after anyelement) RETURNS boolean
LANGUAGE sql STABLE AS $function$
  SELECT after."content"::text IS DISTINCT FROM before."content"::text
    OR after."title"::text IS DISTINCT FROM before."title"::text
    OR after."id" IS DISTINCT FROM before."id"
$function$;
-- The two that stand in a WHEN run with the rights of whoever writes; the trigger functions need nobody's.
GRANT EXECUTE ON FUNCTION vectorizer."BlogPost_embedding_store_changed"(anyelement, anyelement) TO PUBLIC;

-- The price of that: the text breaks when a watched column is renamed or dropped. So the guard looks, once per UPDATE
-- statement and before its first row, whether the columns are as known. When they are not, it switches from "changed"
-- to "unknown": every update queues its row, by looking the key up, until the next `prisma generate` mends both. (A second
-- trigger WHEN "unknown" would be planned anew by every update, which costs 8 µs.)
CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_unknown"() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
GRANT EXECUTE ON FUNCTION vectorizer."BlogPost_embedding_store_unknown"() TO PUBLIC;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_guard"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  BEGIN
    IF num_nulls(has_column_privilege(tg_relid, 'content', 'SELECT'), has_column_privilege(tg_relid, 'title', 'SELECT')) = 0 THEN
      IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = tg_relid AND (attname = 'id' AND atttypid = 'integer'::regtype)) THEN
        RETURN NULL;
      END IF;
    END IF;
  EXCEPTION WHEN undefined_column THEN
    NULL;
  END;
  -- Switched already: no lock, which would make every update wait for the transactions before it.
  IF (SELECT prosrc FROM pg_proc WHERE oid = 'vectorizer."BlogPost_embedding_store_unknown"()'::regprocedure) <> 'SELECT false' THEN
    RETURN NULL;
  END IF;
  -- One session switches, the others wait for it: two replacing one function at once would be an error.
  PERFORM pg_advisory_xact_lock(hashtextextended('BlogPost_embedding_store', 0));
  IF (SELECT prosrc FROM pg_proc WHERE oid = 'vectorizer."BlogPost_embedding_store_unknown"()'::regprocedure) = 'SELECT false' THEN
    CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_unknown"() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_changed"(before anyelement, after anyelement) RETURNS boolean
    LANGUAGE sql STABLE AS 'SELECT true';
    RAISE WARNING 'prisma-vectorizer: columns that % reads were changed in %; run `prisma generate`', 'BlogPost_embedding_store', tg_relid::regclass;
  END IF;
  RETURN NULL;
END
$function$;
REVOKE ALL ON FUNCTION vectorizer."BlogPost_embedding_store_enqueue_inserted"(), vectorizer."BlogPost_embedding_store_enqueue_updated"(), vectorizer."BlogPost_embedding_store_dequeue_deleted"(), vectorizer."BlogPost_embedding_store_dequeue_all"(), vectorizer."BlogPost_embedding_store_follow_row"(), vectorizer."BlogPost_embedding_store_guard"() FROM PUBLIC;

DROP TRIGGER IF EXISTS "vectorizer_row_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_replica_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_insert_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_guard_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_update_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_unknown_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_delete_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_truncate_BlogPost_embedding_store" ON "BlogPost";
-- Statement triggers for insert and delete (2.2 times the untriggered insert; a row trigger: 2.9), row triggers for update.
-- Those of a partitioned table would not fire for what is written to a partition directly; row triggers do, since each
-- partition gets a clone of them. Only the database knows whether a table is partitioned.
DO $triggers$
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = '"BlogPost"'::regclass) = 'p' THEN
    CREATE TRIGGER "vectorizer_row_BlogPost_embedding_store" AFTER INSERT OR UPDATE OR DELETE ON "BlogPost" FOR EACH ROW EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_follow_row"();
  ELSE
    CREATE TRIGGER "vectorizer_insert_BlogPost_embedding_store" AFTER INSERT ON "BlogPost" REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_inserted"();
    CREATE TRIGGER "vectorizer_guard_BlogPost_embedding_store" BEFORE UPDATE ON "BlogPost" FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_guard"();
    CREATE TRIGGER "vectorizer_update_BlogPost_embedding_store" AFTER UPDATE ON "BlogPost" FOR EACH ROW WHEN (vectorizer."BlogPost_embedding_store_changed"(old.*, new.*)) EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_updated"();
    CREATE TRIGGER "vectorizer_delete_BlogPost_embedding_store" AFTER DELETE ON "BlogPost" REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_dequeue_deleted"();
  END IF;
END
$triggers$;
CREATE TRIGGER "vectorizer_truncate_BlogPost_embedding_store" AFTER TRUNCATE ON "BlogPost" FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_dequeue_all"();

-- The registry row is also how `prisma generate` knows what this history of migrations has made.
INSERT INTO vectorizer.vectorizer (name, source, store, spec)
VALUES ('BlogPost_embedding_store', '"BlogPost"', '"BlogPost_embedding_store"', $spec${"version":1,"kind":"vectorizer","name":"BlogPost_embedding_store","accessor":"contentEmbeddings","source":{"model":"BlogPost","schema":null,"table":"BlogPost","key":[{"field":"id","column":"id","type":"Int","sqlType":"INTEGER","storeField":"id","storeColumn":"id"}],"text":{"field":"content","column":"content"},"templateColumns":[{"field":"title","column":"title"}],"filter":null,"loading":"column","parsing":"auto"},"store":{"kind":"table","model":"BlogPostContentEmbeddings","schema":null,"table":"BlogPost_embedding_store","parentField":"parent","relation":null,"onDelete":"Cascade","onUpdate":"Cascade","foreignKey":true},"dimensions":768,"type":"vector","distance":"cosine","index":{"kind":"hnsw","m":8,"efConstruction":32,"halfvec":true,"bit":false,"minRows":null},"roles":{"worker":null,"application":null},"model":"local/hash","chunking":{"kind":"recursive","size":800,"overlap":100,"separators":["\n\n","\n",".","?","!"," ",""],"regex":false,"keepSeparator":true},"template":"$title - $chunk","view":null,"batchSize":null,"concurrency":null,"textSearch":null,"replicated":false}$spec$)
ON CONFLICT (name) DO UPDATE
SET source = excluded.source, store = excluded.store, spec = excluded.spec, updated_at = now();

-- Rows that exist already are embedded too.
INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id", reembed)
SELECT "id", EXISTS (SELECT FROM "BlogPost_embedding_store") FROM "BlogPost"
ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,
      reembed = queued.reembed OR excluded.reembed
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'
      OR excluded.reembed;
