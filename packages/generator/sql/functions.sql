-- What the triggers run. SECURITY DEFINER: whoever may write the source may queue, without any right on this schema.
-- A trigger that fails would fail the application's write, so an ordinary migration of the source must never make one
-- fail. Each therefore looks first whether the columns it names are still there. That costs 4 to 8 µs a statement;
-- catching the error instead would open a subtransaction per changed row.
-- use_column: a column may be called like a variable, `found` or `new`.
CREATE OR REPLACE FUNCTION {{insertFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
#variable_conflict use_column
BEGIN
  -- Two rows with one key, possible once the primary key is another, would be refused by ON CONFLICT.
  IF {{insertedIsAsKnown}} AND (NOT EXISTS (SELECT FROM inserted OFFSET 1) OR {{primaryKeyIsAsKnown}}) THEN
    INSERT INTO {{queue}} AS queued ({{queueKey}})
    SELECT {{sourceKey}} FROM inserted{{whereInFilter}}
    {{requeue}};
    RETURN NULL;
  END IF;
  BEGIN
    EXECUTE {{enqueueTag}}INSERT INTO {{queue}} AS queued ({{queueKey}}) SELECT {{enqueueTag}}
      || vectorizer.current_key(tg_relid)
      || {{enqueueTag}} FROM inserted {{requeue}}{{enqueueTag}};
  EXCEPTION WHEN {{schemaMismatch}} THEN
    RAISE WARNING 'prisma-vectorizer: inserted rows of % are not queued for %: %', tg_relid::regclass, {{nameLiteral}}, sqlerrm;
  END;
  RETURN NULL;
END
{{functionTag}};

CREATE OR REPLACE FUNCTION {{updateFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
BEGIN
  IF ({{newKey}}) IS DISTINCT FROM ({{oldKey}}) THEN
    DELETE FROM {{queue}} WHERE ({{queueKey}}) = ({{oldKey}});{{forgetOldKey}}
  END IF;{{leaveFilter}}
  INSERT INTO {{queue}} AS queued ({{queueKey}})
  VALUES ({{newKey}})
  {{requeue}};
  RETURN NULL;
END
{{functionTag}};

CREATE OR REPLACE FUNCTION {{deleteFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
#variable_conflict use_column
BEGIN
  -- Otherwise the worker drops the queue row, when it comes to it and finds no source row.
  IF {{keyIsAsKnown}} THEN
    DELETE FROM {{queue}} WHERE ({{queueKey}}) IN (SELECT {{sourceQueuedKey}} FROM deleted);
  END IF;{{forgetDeleted}}
  RETURN NULL;
END
{{functionTag}};

CREATE OR REPLACE FUNCTION {{truncateFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
BEGIN
  TRUNCATE {{queue}};{{forgetAll}}
  RETURN NULL;
END
{{functionTag}};

-- Did an update touch what is embedded? Inlined into the trigger's WHEN, an update of other columns costs 1.0 to 1.1
-- times what it does without us (a plpgsql row trigger: 1.3 to 1.5). WHEN (old.content IS DISTINCT FROM new.content) would
-- cost the same, but PostgreSQL then refuses DROP COLUMN and ALTER TYPE; a function's text creates no such dependency.
CREATE OR REPLACE FUNCTION {{changedFunction}}(before anyelement, after anyelement) RETURNS boolean
LANGUAGE sql IMMUTABLE AS {{functionTag}}
  SELECT {{changed}}
{{functionTag}};
-- The two that stand in a WHEN run with the rights of whoever writes; the trigger functions need nobody's.
GRANT EXECUTE ON FUNCTION {{changedFunction}}(anyelement, anyelement) TO PUBLIC;

-- The price of that: the text breaks when a watched column is renamed or dropped. So the guard looks, once per UPDATE
-- statement and before its first row, whether the columns are as known. When they are not, it switches from "changed"
-- to "unknown": every update queues its row, by looking the key up, until the next `prisma generate` mends both.
CREATE OR REPLACE FUNCTION {{unknownFunction}}() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
GRANT EXECUTE ON FUNCTION {{unknownFunction}}() TO PUBLIC;

CREATE OR REPLACE FUNCTION {{updateUnknownFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
BEGIN
  EXECUTE {{enqueueTag}}INSERT INTO {{queue}} AS queued ({{queueKey}}) SELECT {{enqueueTag}}
    || vectorizer.current_key(tg_relid)
    || {{enqueueTag}} FROM (SELECT ($1).*) AS updated {{requeue}}{{enqueueTag}} USING new;
  RETURN NULL;
EXCEPTION WHEN {{schemaMismatch}} THEN
  RAISE WARNING 'prisma-vectorizer: a changed row of % is not queued for %: %', tg_relid::regclass, {{nameLiteral}}, sqlerrm;
  RETURN NULL;
END
{{functionTag}};

CREATE OR REPLACE FUNCTION {{guardFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
BEGIN
  IF {{watchedAreAsKnown}} THEN
    RETURN NULL;
  END IF;
  -- One session switches, the others wait for it: two replacing one function at once would be an error.
  PERFORM pg_advisory_xact_lock(hashtextextended({{nameLiteral}}, 0));
  IF (SELECT prosrc FROM pg_proc WHERE oid = {{unknownSignatureLiteral}}::regprocedure) = 'SELECT false' THEN
    CREATE OR REPLACE FUNCTION {{unknownFunction}}() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OR REPLACE FUNCTION {{changedFunction}}(before anyelement, after anyelement) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS 'SELECT false';
    RAISE WARNING 'prisma-vectorizer: columns that % reads were changed in %; run `prisma generate`', {{nameLiteral}}, tg_relid::regclass;
  END IF;
  RETURN NULL;
END
{{functionTag}};
REVOKE ALL ON FUNCTION {{triggerFunctions}} FROM PUBLIC;
