-- The registry row is also how `prisma generate` knows what this history of migrations has made.
INSERT INTO vectorizer.vectorizer (name, source, store, spec)
VALUES ({{nameLiteral}}, {{sourceLiteral}}, {{storeLiteral}}, {{specLiteral}})
ON CONFLICT (name) DO UPDATE
SET source = excluded.source, store = excluded.store, spec = excluded.spec, updated_at = now();
