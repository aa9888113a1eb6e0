// Source, store and vector index: each finding is broken first, and mended by what the doctor names.
import { describe, expect, it } from 'vitest'
import { useVectorizedTables } from '../../../test/support/vectorized-tables.ts'
import { type Case, finds, findsAndMends, index, made, store, textIndex } from './support/broken-tables.ts'
import { findingsOf } from './support/examine.ts'

const remakeText = (using: string) => `DROP INDEX ${textIndex}; CREATE INDEX ${textIndex} ON ${store} USING ${using};`
const remake = (using: string) => `DROP INDEX ${index}; CREATE INDEX ${index} ON ${store} USING ${using};`

const mendedBySql: readonly Case[] = [
  ['the source under another name', `ALTER TABLE "BlogPost" RENAME TO posts`, ['DR302 BlogPost.content'], '"posts"'],
  [
    'the source in another schema',
    `CREATE SCHEMA app; ALTER TABLE "Note" SET SCHEMA app; UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{source,schema}', '"public"') WHERE name LIKE 'Note%'`,
    ['DR302 Note.text'],
    '"app"."Note"',
  ],
  ['no store', `DROP TABLE ${store} CASCADE`, ['DR401 BlogPost.content'], store],
  ['the store under another name', `ALTER TABLE ${store} RENAME TO chunks`, ['DR402 BlogPost.content'], '"chunks"'],
  [
    'a store without a column',
    `DROP VIEW post_chunks; ALTER TABLE ${store} DROP COLUMN chunk`,
    ['DR403 BlogPost.content', 'DR412 BlogPost.content'],
    'no column "chunk"',
  ],
  ['a source without its vectors', `ALTER TABLE "Note" DROP COLUMN embedding`, ['DR403 Note.text'], '"embedding"'],
  [
    'a store column of another type',
    `DROP VIEW post_chunks; ALTER TABLE ${store} ALTER COLUMN chunk_seq TYPE bigint`,
    ['DR404 BlogPost.content', 'DR412 BlogPost.content'],
    'is bigint, not INTEGER',
  ],
  [
    'vectors of another length',
    `DROP VIEW post_chunks; DROP INDEX ${index}; ALTER TABLE ${store} ALTER COLUMN embedding TYPE vector(4);
     CREATE INDEX ${index} ON ${store} USING hnsw ((embedding::halfvec(3)) halfvec_cosine_ops)`,
    ['DR405 BlogPost.content', 'DR412 BlogPost.content'],
    'is vector(4), not vector(3)',
  ],
  [
    'vectors of another type in the source',
    `DROP INDEX "Note_embedding_vector_idx"; ALTER TABLE "Note" ALTER COLUMN embedding TYPE halfvec(3)`,
    ['DR405 Note.text', 'DR501 Note.text'],
    'is halfvec(3), not vector(3)',
  ],
  [
    'no foreign key, and a chunk without a parent',
    `ALTER TABLE ${store} DROP CONSTRAINT "BlogPost_embedding_store_id_fkey";
     INSERT INTO ${store} (id, chunk_seq, chunk, embedding) VALUES (1, 0, '', '[1,2,3]')`,
    ['DR406 BlogPost.content', 'DR409 BlogPost.content'],
    'no foreign key',
  ],
  [
    'no unique key',
    `DROP INDEX "BlogPost_embedding_store_id_chunk_seq_key"`,
    ['DR408 BlogPost.content'],
    '"chunk_seq"',
  ],
  [
    'vectors out of line',
    `ALTER TABLE ${store} ALTER COLUMN embedding SET STORAGE EXTERNAL`,
    ['DR410 BlogPost.content'],
    'STORAGE PLAIN',
  ],
  [
    'row-level security of the source alone',
    `ALTER TABLE "BlogPost" ENABLE ROW LEVEL SECURITY`,
    ['DR411 BlogPost.content'],
    store,
  ],
  ['no view', 'DROP VIEW post_chunks', ['DR412 BlogPost.content'], '"post_chunks"'],
  ['no vector index', `DROP INDEX ${index}`, ['DR501 BlogPost.content'], 'is missing'],
  [
    'an index whose build was cut off',
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${index}'::regclass`,
    ['DR502 BlogPost.content'],
    'not valid',
  ],
  [
    "Prisma's index",
    `DROP INDEX "Note_embedding_vector_idx"; CREATE INDEX "Note_embedding_vector_idx" ON "Note"(embedding)`,
    ['DR503 Note.text'],
    'is a btree',
  ],
  [
    'another access method',
    remake('ivfflat ((embedding::halfvec(3)) halfvec_cosine_ops)'),
    ['DR504 BlogPost.content'],
    'is ivfflat, not hnsw',
  ],
  [
    'another operator class',
    remake('hnsw ((embedding::halfvec(3)) halfvec_l2_ops)'),
    ['DR505 BlogPost.content'],
    'halfvec_l2_ops, not halfvec_cosine_ops',
  ],
  ['another expression', remake('hnsw (embedding vector_cosine_ops)'), ['DR506 BlogPost.content'], 'over embedding'],
  [
    'an index of some rows',
    remake('hnsw ((embedding::halfvec(3)) halfvec_cosine_ops) WHERE chunk_seq = 0'),
    ['DR506 BlogPost.content'],
    'some rows only',
  ],
  [
    'other parameters',
    remake('hnsw ((embedding::halfvec(3)) halfvec_cosine_ops) WITH (m = 8, ef_construction = 32)'),
    ['DR507 BlogPost.content'],
    'm = 8, not 16, ef_construction = 32, not 64',
  ],
  ['no text index', `DROP INDEX ${textIndex}`, ['DR508 BlogPost.content'], 'is missing'],
  [
    'a text index whose build was cut off',
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${textIndex}'::regclass`,
    ['DR509 BlogPost.content'],
    'not valid',
  ],
  [
    'a text index of another configuration',
    remakeText(`gin (to_tsvector('simple'::regconfig, chunk))`),
    ['DR509 BlogPost.content'],
    `is gin over to_tsvector('simple'::regconfig, chunk), not gin over to_tsvector('english'::regconfig, "chunk")`,
  ],
  [
    'a text index of another access method',
    remakeText(`gist (to_tsvector('english'::regconfig, chunk))`),
    ['DR509 BlogPost.content'],
    'is gist over',
  ],
  [
    'a text index of some rows',
    remakeText(`gin (to_tsvector('english'::regconfig, chunk)) WHERE chunk_seq = 0`),
    ['DR509 BlogPost.content'],
    'some rows only',
  ],
]

const mendedOtherwise: readonly Case[] = [
  ['no source', `DROP TABLE "BlogPost" CASCADE`, ['DR301 BlogPost.content'], '"BlogPost"'],
  [
    'a renamed column',
    `DROP VIEW post_chunks; ALTER TABLE "BlogPost" RENAME COLUMN title TO heading`,
    ['DR303 BlogPost.content', 'DR412 BlogPost.content'],
    'no column "title"',
  ],
  [
    'a renamed column of the filter',
    `DROP VIEW post_chunks; ALTER TABLE "BlogPost" RENAME COLUMN rank TO place`,
    ['DR303 BlogPost.content', 'DR412 BlogPost.content'],
    'no column "rank"',
  ],
  [
    'a filter on another type',
    `DROP VIEW post_chunks; ALTER TABLE "BlogPost" ALTER COLUMN rank TYPE bigint`,
    ['DR304 BlogPost.content', 'DR412 BlogPost.content'],
    'is bigint, not INTEGER',
  ],
  [
    'another primary key',
    `ALTER TABLE "Note" DROP CONSTRAINT "Note_pkey", ADD PRIMARY KEY (text)`,
    ['DR305 Note.text'],
    'is ("text"), not ("id")',
  ],
]

describe('the doctor finds', () => {
  const { run } = useVectorizedTables(made)

  findsAndMends(run, mendedBySql)
  finds(run, mendedOtherwise)

  it('everything with a handful of statements', async () => {
    let statements = 0
    const counting = (sql: string, values?: unknown[]) => {
      statements++
      return run(sql, values)
    }
    await findingsOf(counting)
    expect(statements).toBeLessThan(10)
  })
})
