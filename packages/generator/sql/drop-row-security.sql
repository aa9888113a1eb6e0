DROP POLICY IF EXISTS {{parentPolicy}} ON {{store}};
ALTER TABLE {{store}} DISABLE ROW LEVEL SECURITY;
DROP FUNCTION IF EXISTS {{visibleFunction}}(anyelement);
