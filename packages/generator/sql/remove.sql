-- The annotation is gone. The store itself is a model of yours: Prisma Migrate drops it, and warns if it holds rows.
-- CASCADE takes the triggers along, whatever their table is called by now.
DROP FUNCTION IF EXISTS {{insertFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{updateFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{deleteFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{truncateFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{updateUnknownFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{guardFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{unknownFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{changedFunction}}(anyelement, anyelement) CASCADE;
DROP TABLE IF EXISTS {{queue}};
DELETE FROM vectorizer.vectorizer WHERE name = {{nameLiteral}};
