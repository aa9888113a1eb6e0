-- {{comment}}
DO {{adoptTag}}
DECLARE
  existing CONSTANT regclass := to_regclass({{storeLiteral}});
  item record;
  kept boolean := false;
BEGIN
  IF existing IS NULL THEN
    RETURN;
  END IF;
  FOR item IN
    SELECT i.indexrelid::regclass AS index, c.relname AS name, {{isWanted}} AS wanted
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_am AS method ON method.oid = c.relam
    WHERE i.indrelid = existing AND method.amname IN ('hnsw', 'ivfflat', 'diskann') AND EXISTS (
      SELECT FROM pg_depend AS d JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = existing AND a.attname = {{vectorColumnLiteral}}
    )
    ORDER BY c.relname <> {{vectorIndexLiteral}}
  LOOP
    IF kept OR NOT item.wanted THEN
      EXECUTE format('DROP INDEX %s', item.index);
    ELSIF item.name <> {{vectorIndexLiteral}} THEN
      EXECUTE format('ALTER INDEX %s RENAME TO %I', item.index, {{vectorIndexLiteral}});
    END IF;
    kept := kept OR item.wanted;
  END LOOP;
END
{{adoptTag}};
