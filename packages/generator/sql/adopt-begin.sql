-- From here on nobody writes until pgai's triggers are gone: what waits is read once and whole. A batch that pgai's worker
-- has begun is waited for. The view goes first: nothing that it names could be changed. On a database without pgai, such
-- as the one Prisma Migrate compares with, this does nothing.
DO {{adoptTag}}
DECLARE
  pgai record;
BEGIN
  IF to_regclass('ai.vectorizer') IS NULL THEN
    RETURN;
  END IF;
  LOCK TABLE {{source}} IN SHARE ROW EXCLUSIVE MODE;
  FOR pgai IN SELECT v.* FROM ai.vectorizer AS v WHERE {{isThisVectorizer}} LOOP
    IF to_regclass(format('%I.%I', pgai.queue_schema, pgai.queue_table)) IS NOT NULL THEN
      EXECUTE format('LOCK TABLE %I.%I', pgai.queue_schema, pgai.queue_table);
    END IF;
    IF pgai.config -> 'destination' ->> 'view_name' IS NOT NULL THEN
      EXECUTE format('DROP VIEW IF EXISTS %I.%I', pgai.config -> 'destination' ->> 'view_schema', pgai.config -> 'destination' ->> 'view_name');
    END IF;
  END LOOP;
END
{{adoptTag}};
