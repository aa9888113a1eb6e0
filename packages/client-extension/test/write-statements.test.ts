// The SQL that writes vectors, and what PostgreSQL may say to it.
import { expect, it } from 'vitest'
import { searchTargets } from '../src/find-similar/search-target.ts'
import { createVectorizer } from '../src/index.ts'
import type { Scope } from '../src/scope/visible-rows.ts'
import { batchStatement, missingStatement } from '../src/writing/batch-statement.ts'
import { deleteStatement } from '../src/writing/delete-embeddings.ts'
import type { StoredRow } from '../src/writing/parse-rows.ts'
import { setStatement } from '../src/writing/write-one.ts'
import { manifest } from './fixture/manifest.ts'
import { openFixture } from './support/clients.ts'

const everyRow: Scope = { kind: 'filter', filter: undefined }
const connection = { schema: 'public', vectorFormat: 'text' } as const

function searchOf(model: string, accessor: string) {
  const found = searchTargets(manifest)
    .find((target) => target.model === model)
    ?.searches.find(({ spec }) => spec.accessor === accessor)
  if (!found) throw new Error(`${model}.${accessor}`)
  return found
}

const row = (key: readonly unknown[], embedding: StoredRow['embedding']): StoredRow => ({
  key,
  chunkSeq: 0,
  chunk: 'x',
  embedding,
})

it('inserts or replaces chunks, each vector a parameter', () => {
  const search = searchOf('BlogPost', 'contentEmbeddings')
  const rows = [row([1], [1, 2, 3]), row([2], [4, 5, 6])]
  const { text, values } = batchStatement({ search, rows, scope: everyRow, connection })
  expect(text).toMatchInlineSnapshot(`
    "with missing as materialized (
      select k.n from rows from (jsonb_to_recordset($1::jsonb) as (key_0 INTEGER)) with ordinality as k (key_0, n)
      where not exists (select from "public"."BlogPost" p where p."id" = k.key_0)
      order by k.n limit 1
    ), data (key_0, chunk_seq, chunk, embedding) as (
      select * from rows from (
        jsonb_to_recordset($1::jsonb) as (key_0 INTEGER, chunk_seq INTEGER, chunk TEXT),
        unnest(array[$2::vector, $3::vector])
      )
    ), written as (
      insert into "public"."BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding")
      select * from data where not exists (select from missing)
      on conflict ("id", "chunk_seq") do update set "chunk" = excluded."chunk", "embedding" = excluded."embedding"
      returning 1
    )
    select (select count(*) from written)::int as count, (select n from missing)::int as missing"
  `)
  expect(values).toEqual([
    '[{"key_0":1,"chunk_seq":0,"chunk":"x"},{"key_0":2,"chunk_seq":0,"chunk":"x"}]',
    '[1,2,3]',
    '[4,5,6]',
  ])
  const binary = batchStatement({
    search,
    rows,
    scope: everyRow,
    connection: { ...connection, vectorFormat: 'binary' },
  })
  expect(binary.text).toBe(text)
  expect(binary.values[1]).toEqual(Uint8Array.of(0, 3, 0, 0, 0x3f, 0x80, 0, 0, 0x40, 0, 0, 0, 0x40, 0x40, 0, 0))
})

it('updates columns, of rows that other extensions leave', () => {
  const search = searchOf('Sample', 'half')
  const scope: Scope = { kind: 'keys', keys: [['NOTE', 1]], rows: [] }
  const { text, values } = batchStatement({ search, rows: [row(['NOTE', 1], null)], scope, connection })
  expect(text).toMatchInlineSnapshot(`
    "with missing as materialized (
      select k.n from rows from (jsonb_to_recordset($1::jsonb) as (key_0 "post_kind", key_1 INTEGER)) with ordinality as k (key_0, key_1, n)
      where not exists (select from "public"."samples" p where p."kind" = k.key_0 and p."sample_no" = k.key_1 and (p."kind", p."sample_no") in (select k.key_0, k.key_1 from jsonb_to_recordset($3::jsonb) as k (key_0 "post_kind", key_1 INTEGER)))
      order by k.n limit 1
    ), data (key_0, key_1, embedding) as (
      select * from rows from (
        jsonb_to_recordset($1::jsonb) as (key_0 "post_kind", key_1 INTEGER),
        unnest(array[$2::vector])
      )
    ), written as (
      update "public"."samples" t
      set "half" = d.embedding
      from data d where t."kind" = d.key_0 and t."sample_no" = d.key_1 and not exists (select from missing)
      returning 1
    )
    select (select count(*) from written)::int as count, (select n from missing)::int as missing"
  `)
  expect(values).toEqual(['[{"key_0":"NOTE","key_1":1}]', null, '[{"key_0":"NOTE","key_1":1}]'])
})

it('updates arrays of vectors by their text', () => {
  const search = searchOf('Collage', 'parts')
  const input = { search, rows: [row([1], [[1, 2, 3]])], scope: everyRow, connection }
  expect(batchStatement(input).text).toMatchInlineSnapshot(`
    "with missing as materialized (
      select k.n from rows from (jsonb_to_recordset($1::jsonb) as (key_0 INTEGER)) with ordinality as k (key_0, n)
      where not exists (select from "public"."Collage" p where p."id" = k.key_0)
      order by k.n limit 1
    ), data (key_0, embedding) as (
      select * from rows from (jsonb_to_recordset($1::jsonb) as (key_0 INTEGER, embedding TEXT))
    ), written as (
      update "public"."Collage" t
      set "parts" = d.embedding::vector[]
      from data d where t."id" = d.key_0 and not exists (select from missing)
      returning 1
    )
    select (select count(*) from written)::int as count, (select n from missing)::int as missing"
  `)
  expect(batchStatement(input).values).toEqual(['[{"key_0":1,"embedding":"{\\"[1,2,3]\\"}"}]'])
  expect(missingStatement(input)).toMatchInlineSnapshot(`
    {
      "text": "select n::int as missing from (
      select k.n from rows from (jsonb_to_recordset($1::jsonb) as (key_0 INTEGER)) with ordinality as k (key_0, n)
      where not exists (select from "public"."Collage" p where p."id" = k.key_0)
      order by k.n limit 1
    ) m",
      "values": [
        "[{"key_0":1}]",
      ],
    }
  `)
})

it('deletes and sets vectors within a scope', () => {
  const keys: Scope = { kind: 'keys', keys: [[7]], rows: [] }
  const post = searchOf('BlogPost', 'contentEmbeddings')
  expect(deleteStatement(post, everyRow, 'app').text).toBe('delete from "app"."BlogPost_embedding_store" c')
  expect(deleteStatement(post, keys, 'public').text).toMatchInlineSnapshot(`
    "delete from "public"."BlogPost_embedding_store" c
    where c."id" in (select k.key_0 from jsonb_to_recordset($1::jsonb) as k (key_0 INTEGER))"
  `)
  const note = searchOf('Note', 'embedding')
  expect(deleteStatement(note, everyRow, 'public').text).toMatchInlineSnapshot(`
    "update "public"."Note" c set "embedding" = null
    where c."embedding" is not null"
  `)
  expect(setStatement(note, keys, [1, 2, 3], connection)).toMatchInlineSnapshot(`
    {
      "text": "update "public"."Note" c set "embedding" = $1::vector
    where c."id" in (select k.key_0 from jsonb_to_recordset($2::jsonb) as k (key_0 INTEGER))",
      "values": [
        "[1,2,3]",
        "[{"key_0":7}]",
      ],
    }
  `)
})

// A store's own model as a source: its vector may not be NULL, and Prisma has no `create` of it.
const { source, store, ...vector } = manifest.vectors[0]
const uuid = {
  field: 'embeddingUuid',
  column: 'embedding_uuid',
  storeField: '',
  storeColumn: '',
  type: 'String',
} as const
const required = {
  ...manifest,
  vectorizers: [],
  vectors: [
    {
      ...vector,
      name: 'required',
      accessor: 'embedding',
      source: {
        model: 'ArticleTitleEmbeddings',
        schema: null,
        table: 'Article_embedding_store',
        key: [{ ...uuid, sqlType: 'UUID' }],
      },
      store: {
        ...store,
        model: 'ArticleTitleEmbeddings',
        table: 'Article_embedding_store',
        field: 'embedding',
        column: 'embedding',
      },
      dimensions: 3,
    },
  ],
} as const

/** A key that PostgreSQL compares without its trailing blanks. */
const [, , product] = manifest.vectorizers
const padded = {
  ...manifest,
  vectorizers: [{ ...product, source: { ...product.source, key: [{ ...product.source.key[0], sqlType: 'CHAR(5)' }] } }],
  vectors: [],
} as const

it('says in its own words what PostgreSQL refuses', async () => {
  await using fixture = await openFixture('pglite')
  const { prisma } = fixture
  const embedding = [0, 0, 1]

  const store = prisma.$extends(createVectorizer(required)()).articleTitleEmbeddings
  const [chunk] = await store.findMany({ where: { id: 1 } })
  const id = { embeddingUuid: chunk?.embeddingUuid ?? '' }
  const notNull = {
    code: 'VZ306',
    fact: expect.stringContaining(
      '"Article_embedding_store"."embedding" is NOT NULL, so every row must have its vector.',
    ),
  }
  await expect(store.deleteEmbeddings()).rejects.toMatchObject(notNull)
  await expect(store.updateEmbedding({ where: id, embedding: null })).rejects.toMatchObject(notNull)
  await expect(store.updateEmbeddings({ data: [{ ...id, embedding: null }] })).rejects.toMatchObject(notNull)
  expect(await store.updateEmbeddings({ data: [{ ...id, embedding }] })).toEqual({ count: 1 })
  await expect(store.createWithEmbedding({ data: {}, embedding } as never)).rejects.toMatchObject({
    code: 'VZ306',
    fact: 'ArticleTitleEmbeddings.createWithEmbedding: ArticleTitleEmbeddings has no create.',
    fix: expect.stringContaining('optional'),
  })

  const db = prisma.$extends(createVectorizer(manifest)())
  const poem = { kind: 'POEM' as 'NOTE', seq: 1n, chunk: 'x', embedding }
  await expect(db.draft.upsertEmbeddings({ data: [poem] })).rejects.toMatchObject({
    code: 'VZ306',
    fact: 'Draft.upsertEmbeddings: PostgreSQL cannot read a value: invalid input value for enum post_kind: "POEM"',
  })

  const twice = ['cup', 'cup '].map((sku) => ({ sku, chunk: 'x', embedding }))
  const products = prisma.$extends(createVectorizer(padded)()).product
  await expect(products.upsertEmbeddings({ data: twice })).rejects.toMatchObject({
    code: 'VZ306',
    fact: 'Product.upsertEmbeddings: two elements of `data` have the same key and `chunkSeq`.',
  })

  // As if the row were deleted between the statement's start and the check of its foreign key.
  await prisma.$executeRawUnsafe(
    `ALTER TABLE "BlogPost_embedding_store" ADD FOREIGN KEY (chunk_seq) REFERENCES "Author" NOT VALID`,
  )
  await expect(
    db.blogPost.upsertEmbeddings({ data: [{ id: 1, chunkSeq: 7, chunk: 'x', embedding }] }),
  ).rejects.toMatchObject({
    code: 'VZ308',
    fact: 'BlogPost.upsertEmbeddings: a row of BlogPost was deleted while its vectors were written.',
  })
  await prisma.$executeRawUnsafe(`DROP TABLE "BlogPost_embedding_store"`)
  await expect(db.blogPost.upsertEmbeddings({ data: [{ id: 1, chunk: 'x', embedding }] })).rejects.toMatchObject({
    code: 'VZ307',
  })
})

it('writes no vector of a row that row security hides', async () => {
  await using fixture = await openFixture('pglite')
  const db = fixture.prisma.$extends(createVectorizer(manifest)())
  const embedding = [0, 0, 1]
  await db.$executeRawUnsafe('CREATE ROLE reader')
  await db.$executeRawUnsafe('GRANT ALL ON ALL TABLES IN SCHEMA public TO reader')
  for (const table of ['BlogPost', 'Note']) {
    await db.$executeRawUnsafe(`ALTER TABLE "${table}" ENABLE ROW LEVEL SECURITY`)
    await db.$executeRawUnsafe(`CREATE POLICY odd ON "${table}" USING (id % 2 = 1)`)
  }
  await db.$executeRawUnsafe('SET ROLE reader')
  expect(await db.blogPost.upsertEmbeddings({ data: [{ id: 3, chunk: 'x', embedding }] })).toEqual({ count: 1 })
  expect(await db.note.updateEmbeddings({ data: [{ id: 3, embedding }] })).toEqual({ count: 1 })
  const hidden = { code: 'VZ308' }
  await expect(db.blogPost.upsertEmbeddings({ data: [{ id: 4, chunk: 'x', embedding }] })).rejects.toMatchObject(hidden)
  await expect(db.note.updateEmbeddings({ data: [{ id: 4, embedding }] })).rejects.toMatchObject(hidden)
  await expect(db.note.updateEmbedding({ where: { id: 4 }, embedding })).rejects.toMatchObject(hidden)
  const created = db.note.createWithEmbedding({ data: { id: 20, text: 'x' }, embedding })
  await expect(created).rejects.toThrow()
  expect(await db.note.deleteEmbeddings()).toEqual({ count: 2 })
  await db.$executeRawUnsafe('RESET ROLE')
  const left = await db.$queryRawUnsafe('SELECT id FROM "Note" WHERE embedding IS NOT NULL ORDER BY id')
  expect(left).toEqual([{ id: 2 }, { id: 4 }])
})
