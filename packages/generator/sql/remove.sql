-- {{comment}}
-- The triggers and what they run. CASCADE takes the triggers along, whatever their table is called by now.
DROP FUNCTION IF EXISTS {{insertFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{updateFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{deleteFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{truncateFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{rowFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{updateUnknownFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{guardFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{unknownFunction}}() CASCADE;
DROP FUNCTION IF EXISTS {{changedFunction}}(anyelement, anyelement) CASCADE;
DROP FUNCTION IF EXISTS {{visibleFunction}}(anyelement) CASCADE;
{{dropKeyReaders}}
DROP TABLE IF EXISTS {{queue}};
