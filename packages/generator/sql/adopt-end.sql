-- What pgai had not embedded yet is queued, and nothing else: rows without an embedding, then what waits in its queues.
INSERT INTO {{queue}} AS queued ({{queueKey}})
SELECT {{sourceKey}} FROM {{source}} AS source
WHERE {{text}}::text ~ '[^[:space:]]' AND {{hasNoEmbedding}}
{{requeue}};

DO {{adoptTag}}
DECLARE
  pgai record;
  pending regclass;
BEGIN
  IF to_regclass('ai.vectorizer') IS NULL THEN
    RETURN;
  END IF;
  FOR pgai IN
    SELECT v.*, quote_ident(v.queue_schema) AS schema FROM ai.vectorizer AS v WHERE {{isThisVectorizer}}
  LOOP
    FOREACH pending IN ARRAY ARRAY[
      to_regclass(pgai.schema || '.' || quote_ident(pgai.queue_table)),
      to_regclass(pgai.schema || '.' || quote_ident(pgai.queue_failed_table))
    ] LOOP
      CONTINUE WHEN pending IS NULL;
      EXECUTE {{enqueueTag}}INSERT INTO {{queue}} AS queued ({{queueKey}}) SELECT {{sourceKey}} FROM {{source}} AS source
        WHERE EXISTS (SELECT FROM {{enqueueTag}} || pending || {{enqueueTag}} AS pending WHERE {{pendingMatchesSource}}) {{requeue}}{{enqueueTag}};
      EXECUTE format('DROP TABLE %s', pending);
    END LOOP;
    IF pgai.disabled THEN
      UPDATE vectorizer.vectorizer SET paused = true WHERE name = {{nameLiteral}};
    END IF;
    -- pgai lets go: its triggers, and the row that its worker would follow.
    IF to_regprocedure('ai.drop_vectorizer(integer, boolean)') IS NOT NULL THEN
      EXECUTE format('SELECT ai.drop_vectorizer(%s, false)', pgai.id);
    ELSE
      EXECUTE format('DROP FUNCTION IF EXISTS %I.%I() CASCADE', pgai.queue_schema, pgai.trigger_name);
      DELETE FROM ai.vectorizer AS v WHERE v.id = pgai.id;
    END IF;
  END LOOP;
END
{{adoptTag}};
