-- The source has row-level security, so its chunks have it too: a row that a role may not see has none. The condition is a
-- function because a policy that names the key's columns would keep Prisma Migrate from retyping them.
CREATE OR REPLACE FUNCTION {{visibleFunction}}(chunk anyelement) RETURNS boolean
LANGUAGE sql STABLE SET search_path FROM CURRENT AS {{functionTag}}
  SELECT EXISTS (SELECT FROM {{source}} AS source WHERE {{sourceMatchesChunk}})
{{functionTag}};
GRANT EXECUTE ON FUNCTION {{visibleFunction}}(anyelement) TO PUBLIC;
ALTER TABLE {{store}} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS {{parentPolicy}} ON {{store}};
CREATE POLICY {{parentPolicy}} ON {{store}} USING ({{visibleFunction}}({{storeRow}}.*));
