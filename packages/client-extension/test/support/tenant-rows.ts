// Rows of two tenants. Those of the other one are nearer to every query, and more than a first scan reads.

/** Ids of the own tenant are 1 to 12, those of the other 101 to 160. */
const ownRows = 12
const otherRows = 60

/** The same tables, once with both tenants and once as if there had never been another. */
export const tenantRows = (withOther: boolean) => `
-- Every search exact: what an index finds of other tables may differ.
DROP INDEX "BlogPost_embedding_store_embedding_vector_idx", "Note_embedding_vector_idx", "samples_dense_vector_vector_idx";
INSERT INTO "Author" ("id", "name") VALUES (1, 'own author')${withOther ? ", (2, 'secret author')" : ''};
CREATE TEMP TABLE given AS
  SELECT n AS id, 1 AS tenant, 'own ' || n AS label, ARRAY[0.5, 1 + n / 20.0, 0]::real[] AS vector
  FROM generate_series(1, ${ownRows}) n
  ${withOther ? `UNION ALL SELECT n, 2, 'secret ' || n, ARRAY[1, 0, n / 1000.0]::real[] FROM generate_series(101, ${100 + otherRows}) n` : ''};
INSERT INTO "BlogPost" ("id", "title", "content", "authorId", "createdAt", "deletedAt")
  SELECT id, label, 'alpha ' || label, tenant, '2026-01-01', CASE tenant WHEN 2 THEN '2026-01-02'::timestamp END FROM given;
INSERT INTO "BlogPost_embedding_store" ("embedding_uuid", "id", "chunk_seq", "chunk", "embedding")
  SELECT md5(id || '/' || part)::uuid, id, part, 'alpha ' || label || ' part ' || part || CASE part WHEN 1 THEN ', again alpha ' || label ELSE '' END,
    ARRAY[vector[1], vector[2], vector[3] + part * 0.3]::vector
  FROM given, generate_series(0, 1) part;
INSERT INTO "Note" ("id", "text", "embedding") SELECT id, label, vector::vector FROM given;
INSERT INTO "samples" ("kind", "sample_no", "label", "dense_vector")
  SELECT CASE id % 2 WHEN 0 THEN 'ESSAY' ELSE 'NOTE' END::"post_kind", id, label, (vector || 0::real)::vector FROM given;
${['BlogPost_embedding_store', 'Note', 'samples'].map((table) => `CREATE TABLE "kept_${table}" AS TABLE "${table}";`).join('\n')}

CREATE FUNCTION put_back() RETURNS void LANGUAGE sql AS $$
  DELETE FROM "BlogPost_embedding_store"; INSERT INTO "BlogPost_embedding_store" SELECT * FROM "kept_BlogPost_embedding_store";
  DELETE FROM "Note"; INSERT INTO "Note" SELECT * FROM "kept_Note";
  DELETE FROM "samples"; INSERT INTO "samples" SELECT * FROM "kept_samples";
$$;
-- What a write may have changed. Not the uuids: those of new chunks are random.
CREATE FUNCTION stored(low int, high int) RETURNS text[] LANGUAGE sql AS $$
  SELECT coalesce(array_agg(line ORDER BY line COLLATE "C"), '{}') FROM (
    SELECT 'chunk ' || (id, chunk_seq, chunk, embedding)::text FROM "BlogPost_embedding_store" WHERE id BETWEEN low AND high
    UNION ALL SELECT 'note ' || n::text FROM "Note" n WHERE id BETWEEN low AND high
    UNION ALL SELECT 'sample ' || s::text FROM "samples" s WHERE sample_no BETWEEN low AND high) t (line)
$$;
`
