-- pgai's store becomes the one that Prisma makes of the model {{storeModel}}: names of its constraints, a unique index
-- instead of a unique constraint, a foreign key. No vector is read or written.
DO {{adoptTag}}
DECLARE
  existing CONSTANT regclass := to_regclass({{storeLiteral}});
  item record;
  orphans bigint;
BEGIN
  IF existing IS NULL THEN
    RETURN;
  END IF;
  FOR item IN SELECT conname, contype FROM pg_constraint WHERE conrelid = existing AND (
    (contype = 'p' AND conname <> {{primaryKeyLiteral}})
    OR (contype = 'f' AND confrelid = {{sourceLiteral}}::regclass)
    OR (contype = 'u' AND ARRAY(SELECT attname::text COLLATE "C" FROM pg_attribute WHERE attrelid = existing AND attnum = ANY (conkey) ORDER BY 1) = {{uniqueColumns}})
  ) LOOP
    IF item.contype = 'p' THEN
      EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', existing, item.conname, {{primaryKeyLiteral}});
    ELSE
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', existing, item.conname);
    END IF;
  END LOOP;
  -- Chunks whose row is gone: pgai leaves them when a row is deleted while it is embedded.
  DELETE FROM {{store}} AS store WHERE NOT EXISTS (SELECT FROM {{source}} AS source WHERE {{storeMatchesSource}});
  GET DIAGNOSTICS orphans = ROW_COUNT;
  IF orphans > 0 THEN
    RAISE NOTICE 'prisma-vectorizer: % chunks without a row are deleted from %', orphans, existing;
  END IF;
END
{{adoptTag}};
