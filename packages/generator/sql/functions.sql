-- What the triggers run. SECURITY DEFINER: whoever may write the source may queue, without any right on this schema.
-- A trigger that fails would fail the application's write, so an ordinary migration of the source must never make one
-- fail. Looking into the catalog first costs 7 to 13 µs a statement, a third of a one-row write; catching the error would
-- open a subtransaction, with a transaction id of its own, per changed row. So what can be is written to be valid whatever
-- the source's columns are.
-- Each of the next is two functions: of a value of its type it returns the value, of any other NULL. PostgreSQL decides by
-- the type of the first argument when it plans, and both are inlined: a row pays nothing. The second argument, always '0',
-- makes the choice unambiguous where the value is of a type that could be cast: untyped literals rather are text.
{{keyReaders}}

-- use_column: a column may be called like a variable, `found` or `new`.
CREATE OR REPLACE FUNCTION {{insertFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
#variable_conflict use_column
DECLARE
  some_rows integer; -- 2: or more
  keys_differ boolean := true; -- two rows with one key, possible once the primary key is another, ON CONFLICT refuses
BEGIN
  {{enqueueInserted}}
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
DECLARE
  waits_for_another_model boolean;
BEGIN
  IF {{unknownFunction}}() THEN
    {{enqueueUnknown}}
    RETURN NULL;
  END IF;
  IF ({{newKey}}) IS DISTINCT FROM ({{oldKey}}) THEN
    DELETE FROM {{queue}} WHERE ({{queueKey}}) = ({{oldKey}}) RETURNING reembed INTO waits_for_another_model;{{forgetOldKey}}
  END IF;{{leaveFilter}}
  IF num_nulls({{newKey}}) = 0 THEN
    INSERT INTO {{queue}} AS queued ({{queueKey}}, reembed)
    VALUES ({{newKey}}, coalesce(waits_for_another_model, false))
    {{requeue}};
    RETURN NULL;
  END IF;
  -- A column that was the key, and is one no more.
  {{enqueueUnknown}}
  RETURN NULL;
END
{{functionTag}};

CREATE OR REPLACE FUNCTION {{deleteFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
#variable_conflict use_column
BEGIN
  -- Of unknown columns nothing; the worker drops the queue row, when it comes to it and finds no source row.
  DELETE FROM {{queue}} WHERE ({{queueKey}}) IN (SELECT {{knownKey}} FROM {{knownDeleted}});{{forgetDeleted}}
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

-- The same for one row: of a partitioned table, and of what replication writes. The columns are read in a subtransaction of
-- their own, which costs 1 µs and no transaction id since nothing is written in it; those that cannot be read stay NULL.
CREATE OR REPLACE FUNCTION {{rowFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
DECLARE
  {{rowVariables}}
  touched boolean := true;
  inside boolean := true;
  waits_for_another_model boolean;
BEGIN
  BEGIN
    IF tg_op <> 'INSERT' THEN
      {{readOldKey}}
    END IF;
    IF tg_op <> 'DELETE' THEN
      {{readNewKey}}{{readInside}}
    END IF;
    IF tg_op = 'UPDATE' THEN
      touched := {{touched}};
    END IF;
  EXCEPTION WHEN {{schemaMismatch}} OR undefined_function THEN
    NULL;
  END;
  IF NOT touched THEN
    RETURN NULL;
  END IF;
  IF tg_op = 'DELETE' OR tg_op = 'UPDATE' AND ({{newVariables}}) IS DISTINCT FROM ({{oldVariables}}) THEN
    DELETE FROM {{queue}} WHERE ({{queueKey}}) = ({{oldVariables}}) RETURNING reembed INTO waits_for_another_model;{{forgetOldRow}}
  END IF;
  -- An update that moves a row to another partition is a DELETE and, right after it, an INSERT.
  IF tg_op = 'DELETE' THEN
    PERFORM set_config('vectorizer.moved_' || md5({{nameLiteral}}), coalesce(waits_for_another_model, false)::text, true);
  ELSIF tg_op = 'INSERT' THEN
    waits_for_another_model := current_setting('vectorizer.moved_' || md5({{nameLiteral}}), true) = 'true';
  END IF;
  IF tg_op = 'DELETE' OR tg_op = 'INSERT' AND NOT inside THEN
    RETURN NULL;
  END IF;{{rowLeavesFilter}}
  IF num_nulls({{newVariables}}) = 0 THEN
    INSERT INTO {{queue}} AS queued ({{queueKey}}, reembed)
    VALUES ({{newVariables}}, coalesce(waits_for_another_model, false))
    {{requeue}};
    RETURN NULL;
  END IF;
  {{enqueueUnknown}}
  RETURN NULL;
END
{{functionTag}};

-- Did an update touch what is embedded? Inlined into the trigger's WHEN, an update of other columns costs 1.0 to 1.1
-- times what it does without us (a plpgsql row trigger: 1.3 to 1.5). WHEN (old.content IS DISTINCT FROM new.content) would
-- cost the same, but PostgreSQL then refuses DROP COLUMN and ALTER TYPE; a function's text creates no such dependency.
-- STABLE: the text of an enum or a timestamptz is no more than that, and an IMMUTABLE function with it is not inlined; in
-- PostgreSQL 18 its plan would then outlive the type of a column, and fail every update of the session.
CREATE OR REPLACE FUNCTION {{changedFunction}}(before anyelement, after anyelement) RETURNS boolean
LANGUAGE sql STABLE AS {{functionTag}}
  SELECT {{changed}}
{{functionTag}};
-- The two that stand in a WHEN run with the rights of whoever writes; the trigger functions need nobody's.
GRANT EXECUTE ON FUNCTION {{changedFunction}}(anyelement, anyelement) TO PUBLIC;

-- The price of that: the text breaks when a watched column is renamed or dropped. So the guard looks, once per UPDATE
-- statement and before its first row, whether the columns are as known. When they are not, it switches from "changed"
-- to "unknown": every update queues its row, by looking the key up, until the next `prisma generate` mends both. (A second
-- trigger WHEN "unknown" would be planned anew by every update, which costs 8 µs.)
CREATE OR REPLACE FUNCTION {{unknownFunction}}() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
GRANT EXECUTE ON FUNCTION {{unknownFunction}}() TO PUBLIC;

CREATE OR REPLACE FUNCTION {{guardFunction}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {{functionTag}}
BEGIN
  {{returnIfWatchedAreAsKnown}}
  -- Switched already: no lock, which would make every update wait for the transactions before it.
  IF (SELECT prosrc FROM pg_proc WHERE oid = {{unknownSignatureLiteral}}::regprocedure) <> 'SELECT false' THEN
    RETURN NULL;
  END IF;
  -- One session switches, the others wait for it: two replacing one function at once would be an error.
  PERFORM pg_advisory_xact_lock(hashtextextended({{nameLiteral}}, 0));
  IF (SELECT prosrc FROM pg_proc WHERE oid = {{unknownSignatureLiteral}}::regprocedure) = 'SELECT false' THEN
    CREATE OR REPLACE FUNCTION {{unknownFunction}}() RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OR REPLACE FUNCTION {{changedFunction}}(before anyelement, after anyelement) RETURNS boolean
    LANGUAGE sql STABLE AS 'SELECT true';
    RAISE WARNING 'prisma-vectorizer: columns that % reads were changed in %; run `prisma generate`', {{nameLiteral}}, tg_relid::regclass;
  END IF;
  RETURN NULL;
END
{{functionTag}};
REVOKE ALL ON FUNCTION {{triggerFunctions}} FROM PUBLIC;
