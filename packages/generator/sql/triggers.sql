{{dropTriggers}}
-- Statement triggers for insert and delete (2.2 times the untriggered insert; a row trigger: 2.9), row triggers for update.
-- Those of a partitioned table would not fire for what is written to a partition directly; row triggers do, since each
-- partition gets a clone of them. Only the database knows whether a table is partitioned.
DO {{triggersTag}}
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = {{sourceLiteral}}::regclass) = 'p' THEN
    CREATE TRIGGER {{rowTrigger}} AFTER INSERT OR UPDATE OR DELETE ON {{source}} FOR EACH ROW EXECUTE FUNCTION {{rowFunction}}();
  ELSE
    CREATE TRIGGER {{insertTrigger}} AFTER INSERT ON {{source}} REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION {{insertFunction}}();
    CREATE TRIGGER {{guardTrigger}} BEFORE UPDATE ON {{source}} FOR EACH STATEMENT EXECUTE FUNCTION {{guardFunction}}();
    CREATE TRIGGER {{updateTrigger}} AFTER UPDATE ON {{source}} FOR EACH ROW WHEN ({{changedFunction}}(old.*, new.*)) EXECUTE FUNCTION {{updateFunction}}();
    CREATE TRIGGER {{deleteTrigger}} AFTER DELETE ON {{source}} REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION {{deleteFunction}}();
  END IF;
END
{{triggersTag}};
CREATE TRIGGER {{truncateTrigger}} AFTER TRUNCATE ON {{source}} FOR EACH STATEMENT EXECUTE FUNCTION {{truncateFunction}}();{{replicaTriggers}}
