DROP INDEX IF EXISTS {{vectorIndex}};
