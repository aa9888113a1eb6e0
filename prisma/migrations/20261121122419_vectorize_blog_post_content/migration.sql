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
  failed_at timestamptz,                               -- given up; a change of the source revives the row
  error text,
  PRIMARY KEY ("key_id")
);
CREATE INDEX "BlogPost_embedding_store_queue_order" ON vectorizer."BlogPost_embedding_store_queue" (queued_at) WHERE failed_at IS NULL;

-- What the triggers run. SECURITY DEFINER: whoever may write the source may queue, without any right on this schema.
-- A trigger that fails would fail the application's write, so an ordinary migration of the source must never make one
-- fail. Each therefore looks first whether the columns it names are still there. That costs 4 to 8 µs a statement;
-- catching the error instead would open a subtransaction per changed row.
-- use_column: a column may be called like a variable, `found` or `new`.
CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_inserted"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
#variable_conflict use_column
BEGIN
  -- Two rows with one key, possible once the primary key is another, would be refused by ON CONFLICT.
  IF (SELECT count(*) FROM pg_attribute WHERE attrelid = tg_relid AND attname IN ('id')
      AND ((attname = 'id' AND atttypid = 'integer'::regtype))) = 1 AND (NOT EXISTS (SELECT FROM inserted OFFSET 1) OR (SELECT count(*) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
      WHERE indrelid = tg_relid AND indisprimary AND indnkeyatts = 1 AND ((attname = 'id' AND atttypid = 'integer'::regtype))) = 1) THEN
    INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id")
    SELECT "id" FROM inserted
    ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, failed_at = NULL, error = NULL
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity';
    RETURN NULL;
  END IF;
  BEGIN
    EXECUTE $enqueue$INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id") SELECT $enqueue$
      || vectorizer.current_key(tg_relid)
      || $enqueue$ FROM inserted ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, failed_at = NULL, error = NULL
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'$enqueue$;
  EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation THEN
    RAISE WARNING 'prisma-vectorizer: inserted rows of % are not queued for %: %', tg_relid::regclass, 'BlogPost_embedding_store', sqlerrm;
  END;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_updated"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  IF (new."id") IS DISTINCT FROM (old."id") THEN
    DELETE FROM vectorizer."BlogPost_embedding_store_queue" WHERE ("key_id") = (old."id");
  END IF;
  INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id")
  VALUES (new."id")
  ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, failed_at = NULL, error = NULL
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity';
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_dequeue_deleted"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
#variable_conflict use_column
BEGIN
  -- Otherwise the worker drops the queue row, when it comes to it and finds no source row.
  IF (SELECT count(*) FROM pg_attribute WHERE attrelid = tg_relid AND attname IN ('id')
      AND ((attname = 'id' AND atttypid = 'integer'::regtype))) = 1 THEN
    DELETE FROM vectorizer."BlogPost_embedding_store_queue" WHERE ("key_id") IN (SELECT "id" FROM deleted);
  END IF;
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

-- Did an update touch what is embedded? Inlined into the trigger's WHEN, an update of other columns costs 1.0 to 1.1
-- times what it does without us (a plpgsql row trigger: 1.3 to 1.5). WHEN (old.content IS DISTINCT FROM new.content) would
-- cost the same, but PostgreSQL then refuses DROP COLUMN and ALTER TYPE; a function's text creates no such dependency.
CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_changed"(before anyelement, after anyelement) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $function$
  SELECT after."content"::text IS DISTINCT FROM before."content"::text
    OR after."title"::text IS DISTINCT FROM before."title"::text
    OR after."id" IS DISTINCT FROM before."id"
$function$;
-- The two that stand in a WHEN run with the rights of whoever writes; the trigger functions need nobody's.
GRANT EXECUTE ON FUNCTION vectorizer."BlogPost_embedding_store_changed"(anyelement, anyelement) TO PUBLIC;

-- The price of that: the text breaks when a watched column is renamed or dropped. So the guard looks, once per UPDATE
-- statement and before its first row, whether the columns are as known. When they are not, it switches from "changed"
-- to "unknown": every update queues its row, by looking the key up, until the next `prisma generate` mends both.
CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_unknown"() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
GRANT EXECUTE ON FUNCTION vectorizer."BlogPost_embedding_store_unknown"() TO PUBLIC;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_unknown"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  EXECUTE $enqueue$INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id") SELECT $enqueue$
    || vectorizer.current_key(tg_relid)
    || $enqueue$ FROM (SELECT ($1).*) AS updated ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, failed_at = NULL, error = NULL
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'$enqueue$ USING new;
  RETURN NULL;
EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation THEN
  RAISE WARNING 'prisma-vectorizer: a changed row of % is not queued for %: %', tg_relid::regclass, 'BlogPost_embedding_store', sqlerrm;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_guard"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  IF (SELECT count(*) FROM pg_attribute WHERE attrelid = tg_relid AND attname IN ('id', 'content', 'title')
      AND ((attname = 'id' AND atttypid = 'integer'::regtype) OR attname = 'content' OR attname = 'title')) = 3 THEN
    RETURN NULL;
  END IF;
  -- One session switches, the others wait for it: two replacing one function at once would be an error.
  PERFORM pg_advisory_xact_lock(hashtextextended('BlogPost_embedding_store', 0));
  IF (SELECT prosrc FROM pg_proc WHERE oid = 'vectorizer."BlogPost_embedding_store_unknown"()'::regprocedure) = 'SELECT false' THEN
    CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_unknown"() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OR REPLACE FUNCTION vectorizer."BlogPost_embedding_store_changed"(before anyelement, after anyelement) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS 'SELECT false';
    RAISE WARNING 'prisma-vectorizer: columns that % reads were changed in %; run `prisma generate`', 'BlogPost_embedding_store', tg_relid::regclass;
  END IF;
  RETURN NULL;
END
$function$;
REVOKE ALL ON FUNCTION vectorizer."BlogPost_embedding_store_enqueue_inserted"(), vectorizer."BlogPost_embedding_store_enqueue_updated"(), vectorizer."BlogPost_embedding_store_dequeue_deleted"(), vectorizer."BlogPost_embedding_store_dequeue_all"(), vectorizer."BlogPost_embedding_store_enqueue_unknown"(), vectorizer."BlogPost_embedding_store_guard"() FROM PUBLIC;

-- Statement triggers for insert and delete (2.2 times the untriggered insert; a row trigger: 2.9), row triggers for update.
DROP TRIGGER IF EXISTS "vectorizer_insert_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_guard_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_update_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_unknown_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_delete_BlogPost_embedding_store" ON "BlogPost";
DROP TRIGGER IF EXISTS "vectorizer_truncate_BlogPost_embedding_store" ON "BlogPost";
CREATE TRIGGER "vectorizer_insert_BlogPost_embedding_store" AFTER INSERT ON "BlogPost" REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_inserted"();
CREATE TRIGGER "vectorizer_guard_BlogPost_embedding_store" BEFORE UPDATE ON "BlogPost" FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_guard"();
CREATE TRIGGER "vectorizer_update_BlogPost_embedding_store" AFTER UPDATE ON "BlogPost" FOR EACH ROW WHEN (vectorizer."BlogPost_embedding_store_changed"(old.*, new.*)) EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_updated"();
CREATE TRIGGER "vectorizer_unknown_BlogPost_embedding_store" AFTER UPDATE ON "BlogPost" FOR EACH ROW WHEN (vectorizer."BlogPost_embedding_store_unknown"()) EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_enqueue_unknown"();
CREATE TRIGGER "vectorizer_delete_BlogPost_embedding_store" AFTER DELETE ON "BlogPost" REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_dequeue_deleted"();
CREATE TRIGGER "vectorizer_truncate_BlogPost_embedding_store" AFTER TRUNCATE ON "BlogPost" FOR EACH STATEMENT EXECUTE FUNCTION vectorizer."BlogPost_embedding_store_dequeue_all"();

-- The registry row is also how `prisma generate` knows what this history of migrations has made.
INSERT INTO vectorizer.vectorizer (name, source, store, spec)
VALUES ('BlogPost_embedding_store', '"BlogPost"', '"BlogPost_embedding_store"', $spec${"version":1,"kind":"vectorizer","name":"BlogPost_embedding_store","accessor":"contentEmbeddings","source":{"model":"BlogPost","schema":null,"table":"BlogPost","key":[{"field":"id","column":"id","type":"Int","sqlType":"INTEGER","storeField":"id","storeColumn":"id"}],"text":{"field":"content","column":"content"},"templateColumns":[{"field":"title","column":"title"}],"filter":null,"loading":"column","parsing":"auto"},"store":{"kind":"table","model":"BlogPostContentEmbeddings","schema":null,"table":"BlogPost_embedding_store","parentField":"parent","relation":null,"onDelete":"Cascade","onUpdate":"Cascade","foreignKey":true},"dimensions":768,"type":"vector","distance":"cosine","index":{"kind":"hnsw","m":8,"efConstruction":32,"halfvec":true,"bit":false},"roles":{"worker":null,"application":null},"model":"local/hash","chunking":{"kind":"recursive","size":800,"overlap":100,"separators":["\n\n","\n",".","?","!"," ",""],"regex":false},"template":"$title - $chunk","view":null,"batchSize":null,"concurrency":null,"textSearch":null}$spec$)
ON CONFLICT (name) DO UPDATE
SET source = excluded.source, store = excluded.store, spec = excluded.spec, updated_at = now();

-- Rows that exist already are embedded too.
INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id")
SELECT "id" FROM "BlogPost"
ON CONFLICT ("key_id") DO UPDATE
    SET not_before = '-infinity', lease = NULL, attempts = 0, failed_at = NULL, error = NULL
    WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity';
