-- The annotation is gone. The store itself is a model of yours: Prisma Migrate drops it, and warns if it holds rows.
{{dropTriggers}}
DROP FUNCTION IF EXISTS {{insertFunction}}();
DROP FUNCTION IF EXISTS {{updateFunction}}();
DROP FUNCTION IF EXISTS {{deleteFunction}}();
DROP FUNCTION IF EXISTS {{truncateFunction}}();
DROP FUNCTION IF EXISTS {{updateUnknownFunction}}();
DROP FUNCTION IF EXISTS {{guardFunction}}();
DROP FUNCTION IF EXISTS {{unknownFunction}}();
DROP FUNCTION IF EXISTS {{changedFunction}}(anyelement, anyelement);
DROP TABLE IF EXISTS {{queue}};
DELETE FROM vectorizer.vectorizer WHERE name = {{nameLiteral}};
