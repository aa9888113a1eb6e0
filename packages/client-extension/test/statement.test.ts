// The SQL that is sent: its text and parameters, then its rows, then its plan.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAnswer } from '../src/find-similar/rows.ts'
import { type RunQuery, search } from '../src/find-similar/search.ts'
import { type StatementInput, searchStatement } from '../src/find-similar/statement.ts'
import type { CompiledWhere } from '../src/where/compile-where.ts'
import { manifest } from './fixture/manifest.ts'
import { type Fixture, fixtureSql, openFixture } from './support/clients.ts'

const [posts, sections, products] = manifest.vectorizers
const published = {
  text: 'SELECT "public"."BlogPost"."id" FROM "public"."BlogPost" WHERE "public"."BlogPost"."published" = $1',
  values: [true],
}
const unfiltered = { results: 'parents', schema: 'public', filter: undefined, take: 2, read: 100 } as const
const overPosts: StatementInput = { ...unfiltered, spec: posts, vector: '[1,0,0]' }

describe('the statement', () => {
  let fixture: Fixture
  const run: RunQuery = ({ text, values }) => fixture.prisma.$queryRawUnsafe(text, ...values)

  beforeAll(async () => {
    fixture = await openFixture('pg')
  })
  afterAll(() => fixture.close())

  it('reads the index in half precision, keeps the best chunk of each parent, and puts the settings back', async () => {
    const { text, values } = searchStatement(overPosts)
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
        select b."embedding_uuid" from (select distinct on (key_0) * from near order by key_0, distance) b order by b.distance limit 2
      )
      select t.*, (select count(*) from near)::int as scanned,
        set_config('hnsw.ef_search', s.ef_search, true) as ef_search_after,
        set_config('hnsw.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select c."id" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <=> (select $1::vector) as distance
        from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
      ) t on true
      order by t.distance"
    `)
    const { hits, scanned } = readAnswer(await run({ text, values }), 1)
    expect(hits.map(({ key, chunk }) => [key, chunk])).toEqual([
      [[4], 'east'],
      [[3], 'northeast'],
    ])
    expect(scanned).toBe(6)
  })

  it('searches exactly when few rows pass the filter, and otherwise probes them behind the index', async () => {
    const { text, values } = searchStatement({ ...overPosts, filter: published })
    expect(values).toEqual(['[1,0,0]', true])
    expect(text).toMatchInlineSnapshot(`
      "with settings as materialized (
        select current_setting('hnsw.ef_search', true) as ef_search,
          current_setting('hnsw.iterative_scan', true) as iterative_scan,
          set_config('hnsw.ef_search', '100', true) as ef_search_now,
          set_config('hnsw.iterative_scan', 'relaxed_order', true) as iterative_scan_now
      ), candidate (key_0) as materialized (
        select w."id" from (SELECT "public"."BlogPost"."id" FROM "public"."BlogPost" WHERE "public"."BlogPost"."published" = $2) w limit 1001
      ), few as materialized (
        select count(*) <= 1000 as yes from candidate
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
        select b."embedding_uuid" from (select distinct on (key_0) * from near order by key_0, distance) b order by b.distance limit 2
      )
      select t.*, (select case when not yes then (select count(*) from near) end from few)::int as scanned,
        set_config('hnsw.ef_search', s.ef_search, true) as ef_search_after,
        set_config('hnsw.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select c."id" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <=> (select $1::vector) as distance
        from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
      ) t on true
      order by t.distance"
    `)
    const { hits, scanned } = readAnswer(await run({ text, values }), 1)
    expect(hits.map(({ chunk }) => chunk)).toEqual(['east', 'northeast'])
    expect(scanned).toBeUndefined()
  })

  it('leaves settings and index out of an exact search', async () => {
    const { text } = searchStatement({ ...overPosts, spec: sections, read: 'all' })
    expect(text).toMatchInlineSnapshot(`
      "with near as materialized (
        select c."tenant_id" as key_0, c."section_no" as key_1, c."embedding_uuid", c."embedding" <-> (select $1::vector) as distance
        from "public"."doc_sections_embedding_store" c
      ), best as (
        select b."embedding_uuid" from (select distinct on (key_0, key_1) * from near order by key_0, key_1, distance) b order by b.distance limit 2
      )
      select t.*, null::int as scanned
      from (
        select c."tenant_id" as key_0, c."section_no" as key_1, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <-> (select $1::vector) as distance
        from best b join "public"."doc_sections_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
      ) t
      order by t.distance"
    `)
  })

  it('returns chunks without choosing among those of a parent', async () => {
    const { text, values } = searchStatement({ ...overPosts, results: 'chunks', read: 2 })
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
        select b."embedding_uuid" from near b order by b.distance limit 2
      )
      select t.*, (select count(*) from near)::int as scanned,
        set_config('hnsw.ef_search', s.ef_search, true) as ef_search_after,
        set_config('hnsw.iterative_scan', s.iterative_scan, true) as iterative_scan_after
      from settings s left join (
        select c."embedding_uuid" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <=> (select $1::vector) as distance
        from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
      ) t on true
      order by t.distance"
    `)
    const { hits } = readAnswer(await run({ text, values }), 1)
    expect(hits.map(({ chunk }) => chunk)).toEqual(['east', 'nearly east'])
  })

  it('spells a full-precision index without a cast', () => {
    const { text } = searchStatement({ ...overPosts, spec: products })
    expect(text).toContain('c."embedding" <#> (select $1::vector from settings) as distance')
  })

  it('names the schema of the store where the model has one', () => {
    const spec: VectorizerSpec = { ...posts, store: { ...posts.store, schema: 'search' } }
    expect(searchStatement({ ...overPosts, spec }).text).toContain('from "search"."BlogPost_embedding_store" c')
  })

  it('never orders a distance downwards', () => {
    for (const spec of manifest.vectorizers)
      expect(searchStatement({ ...overPosts, spec }).text).not.toMatch(/\bdesc\b/i)
  })

  it.each([
    ['without a filter', undefined],
    ['with a filter', published],
  ])('scans the vector index %s', async (_name, filter) => {
    const { text, values } = searchStatement({ ...overPosts, filter })
    const plan = await fixture.prisma.$transaction(async (tx) => {
      // The fixture's few rows would make any scan as cheap; this asks whether the index can be used at all.
      await tx.$executeRawUnsafe('SET LOCAL enable_seqscan = off')
      await tx.$executeRawUnsafe('SET LOCAL enable_sort = off')
      return tx.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${text}`, ...values)
    })
    const lines = plan.map((row) => row['QUERY PLAN'])
    expect(lines.join('\n')).toMatch(/Index Scan using "?BlogPost_embedding_store_embedding_hnsw"?/)
    expect(lines.join('\n')).toContain('Order By: ((embedding)::halfvec(3) <=> ')
  })
})

describe('the search over thousands of vectors', () => {
  const dimensions = 24
  const rows = 6000
  const spec: VectorizerSpec = { ...posts, dimensions }
  let fixture: Fixture
  let exact: (vector: string, filter?: CompiledWhere) => Promise<unknown[]>
  const queries = randomVectors(20, 7)
  const run: RunQuery = ({ text, values }) => fixture.prisma.$queryRawUnsafe(text, ...values)

  beforeAll(async () => {
    const tables = (await fixtureSql('tables')).replaceAll('vec(3)', `vec(${dimensions})`)
    const sql = tables
      .replaceAll('vector(3)', `vector(${dimensions})`)
      .replace('ef_construction = 64', 'ef_construction = 16')
      .replace('m = 16', 'm = 4')
    fixture = await openFixture('pg', sql)
    const { prisma } = fixture
    await prisma.$executeRaw`INSERT INTO "BlogPost" ("id", "title", "content", "published", "views")
      SELECT n, 'post ' || n, '', n % 2 = 0, n FROM generate_series(1, ${rows}::int) n`
    const ids = Array.from({ length: rows }, (_, index) => index + 1)
    await prisma.$executeRaw`INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding")
      SELECT id, 0, 'chunk', v::vector FROM unnest(${ids}::int[], ${randomVectors(rows, 1)}::text[]) AS t (id, v)`
    exact = async (vector, filter) =>
      (
        await readAnswer(await run(searchStatement({ ...overPosts, spec, vector, filter, take: 10, read: 'all' })), 1)
      ).hits.map(({ key }) => key[0])
  }, 120_000)
  afterAll(() => fixture.close())

  async function recall(statementOf: (vector: string) => Promise<unknown[]>): Promise<number> {
    let found = 0
    for (const vector of queries) {
      const expected = new Set(await exact(vector))
      found += (await statementOf(vector)).filter((id) => expected.has(id)).length
    }
    return found / (queries.length * 10)
  }

  it('finds more of the nearest rows the more it reads, so its settings reach the index scan', async () => {
    const readOnly = (efSearch: number) => async (vector: string) => {
      const { text, values } = searchStatement({ ...overPosts, spec, vector, take: 10 })
      const limited = text
        .replace("'hnsw.ef_search', '100'", `'hnsw.ef_search', '${efSearch}'`)
        .replace('limit 100', 'limit 10')
      return readAnswer(await run({ text: limited, values }), 1).hits.map(({ key }) => key[0])
    }
    const [low, high] = [await recall(readOnly(10)), await recall(readOnly(400))]
    expect(high).toBeGreaterThan(low + 0.1)
    expect(high).toBeGreaterThan(0.9)
  })

  it('returns as many rows as asked for under any filter', async () => {
    for (const [text, value] of [
      ['"published" = $1', true],
      ['"views" <= $1', 30],
      ['"views" <= $1', 2000],
    ] as const) {
      const filter = { text: `SELECT "id" FROM "BlogPost" WHERE ${text}`, values: [value] }
      const counts = queries.map(async (vector) => {
        const input = { spec, results: 'parents', schema: 'public', vector, filter, take: 10 } as const
        return (await search(run, input)).length
      })
      expect(new Set(await Promise.all(counts))).toEqual(new Set([10]))
    }
  })

  it('is exact where few rows pass the filter', async () => {
    const filter = { text: 'SELECT "id" FROM "BlogPost" WHERE "views" <= $1', values: [500] }
    for (const vector of queries) {
      const hits = await search(run, { spec, results: 'parents', schema: 'public', vector, filter, take: 10 })
      expect(hits.map(({ key }) => key[0])).toEqual(await exact(vector, filter))
    }
  })
})

/** The same ones every time, as pgvector's text. */
function randomVectors(count: number, seed: number): string[] {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff - 0.5
  }
  return Array.from({ length: count }, () => JSON.stringify(Array.from({ length: 24 }, next)))
}
