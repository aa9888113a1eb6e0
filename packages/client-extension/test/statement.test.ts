// The SQL that is sent: its text and parameters, its rows, and its plan.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunQuery } from '../src/find-similar/search.ts'
import { readAnswer } from '../src/rows/rows.ts'
import { manifest } from './fixture/manifest.ts'
import { type Fixture, openFixture } from './support/clients.ts'
import { statementOf } from './support/statement-input.ts'

const [posts, sections, products] = manifest.vectorizers
const notes = manifest.vectorizers[7]
const [samples] = manifest.vectors
const hnsw = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: false, bit: false } as const
const ivfflat = { kind: 'ivfflat', lists: 100, halfvec: false } as const
const diskann = {
  kind: 'diskann',
  storageLayout: null,
  numNeighbors: null,
  searchListSize: null,
  maxAlpha: null,
  numDimensions: null,
  numBitsPerDimension: null,
} as const
const published = {
  text: 'SELECT "public"."BlogPost"."id" FROM "public"."BlogPost" WHERE "public"."BlogPost"."published" = $1',
  values: [true],
}
const overPosts = { spec: posts } as const

describe('the statement', () => {
  let fixture: Fixture
  const run: RunQuery = ({ text, values }) => fixture.prisma.$queryRawUnsafe(text, ...values)

  beforeAll(async () => {
    fixture = await openFixture('pg')
  })
  afterAll(() => fixture.close())

  it('reads the index in half precision, keeps the best chunk of each parent, and puts the settings back', async () => {
    const { text, values } = statementOf(overPosts)
    expect(values).toEqual(['[1,0,0]'])
    expect(text).toMatchInlineSnapshot(`
      "with settings as materialized (
        select current_setting('hnsw.ef_search', true) as ef_search,
          current_setting('hnsw.iterative_scan', true) as iterative_scan,
          set_config('hnsw.ef_search', '100', true) as ef_search_now,
          set_config('hnsw.iterative_scan', 'relaxed_order', true) as iterative_scan_now
      ), near as materialized (
        select c."id" as key_0, c."embedding_uuid", c."embedding"::halfvec(3) <=> (select $1::vector::halfvec(3) from settings) as distance
        from "public"."BlogPost_embedding_store" c
        order by distance limit 100
      ), best as (
        select b."embedding_uuid" from (select distinct on (key_0) * from near order by key_0, distance) b order by b.distance, key_0 limit 2
      )
      select t.*, (select count(*) from near)::int as scanned,
        set_config('hnsw.ef_search', s.ef_search, true) as ef_search_after,
        set_config('hnsw.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select * from (
          select c."id" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <=> (select $1::vector) as distance
          from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
        ) h where h.distance <> 'NaN'
      ) t on true
      order by t.distance, t.key_0"
    `)
    const { hits, scanned } = readAnswer(await run({ text, values }), 1)
    expect(hits.map(({ key, chunk }) => [key, chunk?.chunk])).toEqual([
      [[4], 'east'],
      [[3], 'northeast'],
    ])
    expect(scanned).toBe(6)
  })

  it('searches exactly when few rows pass the filter, and otherwise probes them behind the index', async () => {
    const { text, values } = statementOf({ ...overPosts, filter: published })
    expect(values).toEqual(['[1,0,0]', true])
    expect(text).toMatchInlineSnapshot(`
      "with settings as materialized (
        select current_setting('hnsw.ef_search', true) as ef_search,
          current_setting('hnsw.iterative_scan', true) as iterative_scan,
          set_config('hnsw.ef_search', '100', true) as ef_search_now,
          set_config('hnsw.iterative_scan', 'relaxed_order', true) as iterative_scan_now
      ), candidate (key_0) as materialized (
        select w."id" from (SELECT "public"."BlogPost"."id" FROM "public"."BlogPost" WHERE "public"."BlogPost"."published" = $2) w limit 2001
      ), few as materialized (
        select count(*) <= 2000 as yes from candidate
      ), near as materialized (
        (select c."id" as key_0, c."embedding_uuid", c."embedding" <=> (select $1::vector) as distance
        from "public"."BlogPost_embedding_store" c
        where c."id" in (select key_0 from candidate) and (select yes from few))
        union all
        (
        select c."id" as key_0, c."embedding_uuid", c."embedding"::halfvec(3) <=> (select $1::vector::halfvec(3) from settings) as distance
        from "public"."BlogPost_embedding_store" c
        where c."id" in (select w."id" from (SELECT "public"."BlogPost"."id" FROM "public"."BlogPost" WHERE "public"."BlogPost"."published" = $2) w) and not (select yes from few)
        order by distance limit 100)
      ), best as (
        select b."embedding_uuid" from (select distinct on (key_0) * from near order by key_0, distance) b order by b.distance, key_0 limit 2
      )
      select t.*, (select case when not yes then (select count(*) from near) end from few)::int as scanned,
        set_config('hnsw.ef_search', s.ef_search, true) as ef_search_after,
        set_config('hnsw.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select * from (
          select c."id" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <=> (select $1::vector) as distance
          from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
        ) h where h.distance <> 'NaN'
      ) t on true
      order by t.distance, t.key_0"
    `)
    const { hits, scanned } = readAnswer(await run({ text, values }), 1)
    expect(hits.map(({ chunk }) => chunk?.chunk)).toEqual(['east', 'northeast'])
    expect(scanned).toBeUndefined()
  })

  it('leaves settings and index out of an exact search', async () => {
    const { text } = statementOf({ ...overPosts, spec: sections, read: 'all' })
    expect(text).toMatchInlineSnapshot(`
      "with near as materialized (
        select c."tenant_id" as key_0, c."section_no" as key_1, c."embedding_uuid", c."embedding" <-> (select $1::vector) as distance
        from "public"."doc_sections_embedding_store" c
      ), best as (
        select b."embedding_uuid" from (select distinct on (key_0, key_1) * from near order by key_0, key_1, distance) b order by b.distance, key_0, key_1 limit 2
      )
      select t.*, null::int as scanned
      from (
        select * from (
          select c."tenant_id" as key_0, c."section_no" as key_1, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <-> (select $1::vector) as distance
          from best b join "public"."doc_sections_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
        ) h where h.distance <> 'NaN'
      ) t
      order by t.distance, t.key_0, t.key_1"
    `)
  })

  it('returns chunks without choosing among those of a parent', async () => {
    const { text, values } = statementOf({ ...overPosts, results: 'chunks', read: 2 })
    expect(text).toMatchInlineSnapshot(`
      "with settings as materialized (
        select current_setting('hnsw.ef_search', true) as ef_search,
          current_setting('hnsw.iterative_scan', true) as iterative_scan,
          set_config('hnsw.ef_search', '100', true) as ef_search_now,
          set_config('hnsw.iterative_scan', 'relaxed_order', true) as iterative_scan_now
      ), near as materialized (
        select c."embedding_uuid" as key_0, c."embedding_uuid", c."embedding"::halfvec(3) <=> (select $1::vector::halfvec(3) from settings) as distance
        from "public"."BlogPost_embedding_store" c
        order by distance limit 2
      ), best as (
        select b."embedding_uuid" from near b order by b.distance, key_0 limit 2
      )
      select t.*, (select count(*) from near)::int as scanned,
        set_config('hnsw.ef_search', s.ef_search, true) as ef_search_after,
        set_config('hnsw.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select * from (
          select c."embedding_uuid" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <=> (select $1::vector) as distance
          from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
        ) h where h.distance <> 'NaN'
      ) t on true
      order by t.distance, t.key_0"
    `)
    const { hits } = readAnswer(await run({ text, values }), 1)
    expect(hits.map(({ chunk }) => chunk?.chunk)).toEqual(['east', 'nearly east'])
  })

  it('reads rows of the source itself where it holds the vectors, each once', async () => {
    const input = { ...overPosts, spec: notes, results: 'rows', read: 2 } as const
    const { text, values } = statementOf(input)
    expect(text).toMatchInlineSnapshot(`
      "with settings as materialized (
        select current_setting('hnsw.ef_search', true) as ef_search,
          current_setting('hnsw.iterative_scan', true) as iterative_scan,
          set_config('hnsw.ef_search', '100', true) as ef_search_now,
          set_config('hnsw.iterative_scan', 'relaxed_order', true) as iterative_scan_now
      ), near as materialized (
        select c."id" as key_0, c."embedding"::halfvec(3) <=> (select $1::vector::halfvec(3) from settings) as distance
        from "public"."Note" c
        where c."embedding" is not null
        order by distance limit 2
      ), best as (
        select b.key_0 from near b order by b.distance, key_0 limit 2
      )
      select t.*, (select count(*) from near)::int as scanned,
        set_config('hnsw.ef_search', s.ef_search, true) as ef_search_after,
        set_config('hnsw.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select * from (
          select c."id" as key_0, c."embedding" <=> (select $1::vector) as distance
          from best b join "public"."Note" c on c."id" = b.key_0
        ) h where h.distance <> 'NaN'
      ) t on true
      order by t.distance, t.key_0"
    `)
    const { hits, scanned } = readAnswer(await run({ text, values }), 1)
    expect(hits.map(({ key, chunk }) => [key, chunk])).toEqual([
      [[4], undefined],
      [[3], undefined],
    ])
    expect(scanned).toBe(2)
  })

  it('filters rows of the source by their key, an enum among its columns', () => {
    const filter = { text: 'SELECT "kind"::text, "sample_no" FROM "samples" WHERE "label" = $1', values: ['x'] }
    const input = { ...overPosts, spec: samples, results: 'rows', filter, read: 2 } as const
    expect(statementOf(input).text).toMatchInlineSnapshot(`
      "with settings as materialized (
        select current_setting('ivfflat.probes', true) as probes,
          current_setting('ivfflat.iterative_scan', true) as iterative_scan,
          set_config('ivfflat.probes', '1', true) as probes_now,
          set_config('ivfflat.iterative_scan', 'relaxed_order', true) as iterative_scan_now
      ), candidate (key_0, key_1) as materialized (
        select w."kind"::"post_kind", w."sample_no" from (SELECT "kind"::text, "sample_no" FROM "samples" WHERE "label" = $2) w limit 1001
      ), few as materialized (
        select count(*) <= 1000 as yes from candidate
      ), near as materialized (
        (select c."kind" as key_0, c."sample_no" as key_1, c."dense_vector" <=> (select $1::vector) as distance
        from "public"."samples" c
        where c."dense_vector" is not null and (c."kind", c."sample_no") in (select key_0, key_1 from candidate) and (select yes from few))
        union all
        (
        select c."kind" as key_0, c."sample_no" as key_1, c."dense_vector"::halfvec(4) <=> (select $1::vector::halfvec(4) from settings) as distance
        from "public"."samples" c
        where c."dense_vector" is not null and (c."kind", c."sample_no") in (select w."kind"::"post_kind", w."sample_no" from (SELECT "kind"::text, "sample_no" FROM "samples" WHERE "label" = $2) w) and not (select yes from few)
        order by distance limit 2)
      ), best as (
        select b.key_0, b.key_1 from near b order by b.distance, key_0, key_1 limit 2
      )
      select t.*, (select case when not yes then (select count(*) from near) end from few)::int as scanned,
        set_config('ivfflat.probes', s.probes, true) as probes_after,
        set_config('ivfflat.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select * from (
          select c."kind" as key_0, c."sample_no" as key_1, c."dense_vector" <=> (select $1::vector) as distance
          from best b join "public"."samples" c on (c."kind", c."sample_no") = (b.key_0, b.key_1)
        ) h where h.distance <> 'NaN'
      ) t on true
      order by t.distance, t.key_0, t.key_1"
    `)
  })

  it.each([
    ['vector', 'vector', '$1::vector'],
    ['halfvec', 'vector', '$1::vector::halfvec(4)'],
    ['bit', 'vector', 'binary_quantize($1::vector)::bit(16)'],
    ['bit', 'bit', '$1::bit(16)'],
    ['sparsevec', 'vector', '$1::vector::sparsevec(40)'],
    ['sparsevec', 'sparsevec', '$1::sparsevec(40)'],
  ] as const)('reads the query as %s when it was sent as %s', (type, form, expression) => {
    const spec = manifest.vectors.find((each) => each.type === type) ?? samples
    const { text } = statementOf({ ...overPosts, spec, results: 'rows', query: { form, value: '' }, read: 'all' })
    expect(text).toContain(`(select ${expression})`)
  })

  it.each([
    [hnsw, 10, ['hnsw.ef_search=100', 'hnsw.iterative_scan=relaxed_order']],
    [hnsw, 4000, ['hnsw.ef_search=1000', 'hnsw.iterative_scan=relaxed_order']],
    [{ ...ivfflat, lists: 1 }, 10, ['ivfflat.probes=1', 'ivfflat.iterative_scan=relaxed_order']],
    [{ ...ivfflat, lists: 1000 }, 10, ['ivfflat.probes=32', 'ivfflat.iterative_scan=relaxed_order']],
    [diskann, 250, ['diskann.query_search_list_size=250']],
    [diskann, 20_000, ['diskann.query_search_list_size=10000']],
  ] as const)('sets what a scan of %o reads, and puts it back', (index, read, settings) => {
    const { text } = statementOf({ ...overPosts, spec: { ...posts, index }, read })
    const set = [...text.matchAll(/set_config\('([^']+)', '([^']+)', true\)/g)].map(([, name, to]) => `${name}=${to}`)
    const restored = [...text.matchAll(/set_config\('([^']+)', s\.\w+, true\)/g)].map(([, name]) => name)
    expect(set).toEqual(settings)
    expect(restored).toEqual(settings.map((setting) => setting.split('=')[0]))
  })

  it('spells a full-precision index without a cast', () => {
    const { text } = statementOf({ ...overPosts, spec: products })
    expect(text).toContain('c."embedding" <#> (select $1::vector from settings) as distance')
  })

  it('names the schema of the store where the model has one', () => {
    const spec: VectorizerSpec = { ...posts, store: { ...posts.store, schema: 'search' } }
    expect(statementOf({ ...overPosts, spec }).text).toContain('from "search"."BlogPost_embedding_store" c')
  })

  it('never orders a distance downwards', () => {
    for (const spec of manifest.vectorizers) expect(statementOf({ ...overPosts, spec }).text).not.toMatch(/\bdesc\b/i)
  })

  it.each([
    ['without a filter', undefined],
    ['with a filter', published],
  ])('scans the vector index %s', async (_name, filter) => {
    const { text, values } = statementOf({ ...overPosts, filter })
    const plan = await fixture.prisma.$transaction(async (tx) => {
      // The fixture's few rows would make any scan as cheap; this asks whether the index can be used at all.
      await tx.$executeRawUnsafe('SET LOCAL enable_seqscan = off')
      await tx.$executeRawUnsafe('SET LOCAL enable_sort = off')
      return tx.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${text}`, ...values)
    })
    const lines = plan.map((row) => row['QUERY PLAN'])
    expect(lines.join('\n')).toMatch(/Index Scan using "?BlogPost_embedding_store_embedding_vector_idx"?/)
    expect(lines.join('\n')).toContain('Order By: ((embedding)::halfvec(3) <=> ')
  })
})
