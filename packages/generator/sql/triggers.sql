-- Statement triggers for insert and delete (2.2 times the untriggered insert; a row trigger: 2.9), row triggers for update.
{{dropTriggers}}
CREATE TRIGGER {{insertTrigger}} AFTER INSERT ON {{source}} REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION {{insertFunction}}();
CREATE TRIGGER {{guardTrigger}} BEFORE UPDATE ON {{source}} FOR EACH STATEMENT EXECUTE FUNCTION {{guardFunction}}();
CREATE TRIGGER {{updateTrigger}} AFTER UPDATE ON {{source}} FOR EACH ROW WHEN ({{changedFunction}}(old.*, new.*)) EXECUTE FUNCTION {{updateFunction}}();
CREATE TRIGGER {{updateUnknownTrigger}} AFTER UPDATE ON {{source}} FOR EACH ROW WHEN ({{unknownFunction}}()) EXECUTE FUNCTION {{updateUnknownFunction}}();
CREATE TRIGGER {{deleteTrigger}} AFTER DELETE ON {{source}} REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION {{deleteFunction}}();
CREATE TRIGGER {{truncateTrigger}} AFTER TRUNCATE ON {{source}} FOR EACH STATEMENT EXECUTE FUNCTION {{truncateFunction}}();
