// How far a search through the client looks: what its options change, and that it returns as many rows as there are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import type { Fixture } from './support/clients.ts'
import { clusteredVectors, manifestOfPosts, nearestPosts, openClustered } from './support/clustered-vectors.ts'

const dimensions = 24
// Half of them are more than the search compares one by one.
const count = 4500
const clusters = 36
const vectors = clusteredVectors(count, dimensions, clusters, 5)
const queries = clusteredVectors(200, dimensions, clusters, 77).map(({ vector }) => vector)
const some = queries.slice(0, 25)

const statements: { text: string; values: unknown[] }[] = []
const open = (fixture: Fixture, index: Parameters<typeof manifestOfPosts>[0]['index'] & object) =>
  fixture.prisma
    .$extends({
      query: {
        $queryRawUnsafe({ args, query }) {
          statements.push({ text: args[0] as string, values: args.slice(1) })
          return query(args)
        },
      },
    })
    .$extends(createVectorizer(manifestOfPosts({ dimensions, index }))())
type Db = ReturnType<typeof open>

async function recall(db: Db, args: object): Promise<number> {
  let found = 0
  for (const query of some) {
    const nearest = new Set(nearestPosts(vectors, query, 10).map(({ id }) => id))
    const rows = await db.blogPostContentEmbeddings.findSimilar(query, { take: 10, select: { id: true }, ...args })
    found += rows.filter(({ id }) => nearest.has(id as number)).length
  }
  return found / (some.length * 10)
}

describe('a search by an hnsw index', () => {
  let fixture: Fixture
  let db: Db
  beforeAll(async () => {
    // A graph so thin that what is read of it matters.
    const index = `USING hnsw (("embedding"::halfvec(${dimensions})) halfvec_cosine_ops) WITH (m = 4, ef_construction = 8)`
    fixture = await openClustered(vectors, { index })
    db = open(fixture, { kind: 'hnsw', m: 4, efConstruction: 8, halfvec: true, bit: false })
  })
  afterAll(() => fixture.close())

  it('finds more with a larger efSearch, in that call only, and all of them exactly', async () => {
    const low = await recall(db, { efSearch: 1 })
    const usual = await recall(db, {})
    const high = await recall(db, { efSearch: 1000 })
    expect(high).toBeGreaterThan(low + 0.1)
    expect(usual).toBeGreaterThan(low)
    expect(await recall(db, { exact: true })).toBe(1)
  })

  it.each([
    ['half of the rows', { published: true }, (id: number) => id % 2 === 0],
    ['half of the clusters', { views: { gte: 18 } }, (id: number) => (id - 1) % clusters >= 18],
    ['few', { id: { lte: 200 } }, (id: number) => id <= 200],
  ] as const)('returns as many rows as asked for in each of 200 searches among %s', async (_name, where, shows) => {
    const counts: Record<number, number> = {}
    for (const query of queries) {
      const rows = await db.blogPost.findSimilar(query, { take: 10, where, select: { id: true } })
      counts[rows.length] = (counts[rows.length] ?? 0) + 1
      expect(rows.every(({ id }) => shows(id))).toBe(true)
    }
    expect(counts).toEqual({ 10: 200 })
  })

  it('returns as many rows as asked for where the scan of the index ends before, in one statement too', async () => {
    // So few rows are sorted sooner than read from an index: this asks what happens when it is read.
    const settings = ['hnsw.max_scan_tuples = 1', 'enable_seqscan = off', 'enable_sort = off', 'enable_hashjoin = off']
    for (const setting of settings) await fixture.prisma.$executeRawUnsafe(`SET ${setting}`)
    const [query = []] = queries
    const args = { take: 10, efSearch: 1, where: { views: { gte: 18 } }, select: { id: true } }
    const passes = (id: number) => (id - 1) % clusters >= 18
    const nearest = nearestPosts(vectors, query, 10, passes).map(({ id }) => id)
    try {
      statements.length = 0
      const rows = await db.blogPost.findSimilar(query, args)
      expect(rows.map(({ id }) => id)).toEqual(nearest)
      expect(statements.length).toBeGreaterThan(1)
      statements.length = 0
      const [inBatch] = await db.$transaction([db.blogPost.findSimilar(query, args), db.author.count()])
      expect(inBatch.map(({ id }) => passes(id))).toEqual(nearest.map(() => true))
      expect(statements).toHaveLength(1)
      const lists = await db.blogPost.findSimilarMany([query, query], args)
      expect(lists.map((list) => list.map(({ id }) => passes(id)))).toEqual(
        [nearest, nearest].map((list) => list.map(() => true)),
      )
    } finally {
      for (const setting of settings) await fixture.prisma.$executeRawUnsafe(`RESET ${setting.split(' ')[0]}`)
    }
  })

  it('pages through all rows without repeating one', async () => {
    const [query = []] = queries
    const page = async (skip: number, take: number) =>
      (await db.blogPost.findSimilar(query, { skip, take, select: { id: true } })).map(({ id }) => id)
    const first: number[] = []
    for (let skip = 0; skip < 100; skip += 10) first.push(...(await page(skip, 10)))
    expect(new Set(first).size).toBe(100)
    const rest: number[] = []
    for (let skip = 100; skip < count; skip += 500) rest.push(...(await page(skip, 500)))
    expect(new Set(rest).size).toBe(count - 100)
    // From the hundredth row on pages come from a longer scan: in a graph as thin as this it may rank a few otherwise.
    expect(new Set([...first, ...rest]).size).toBeGreaterThan(count - 10)
    expect(await page(count, 10)).toEqual([])
  })

  it('answers many queries as each by itself, by the index', async () => {
    const args = { take: 5, where: { published: true }, select: { id: true } }
    for (const each of [args, { take: 5, select: { id: true } }]) {
      statements.length = 0
      const lists = await db.blogPost.findSimilarMany(some, each)
      const { text = '', values = [] } = statements[0] ?? {}
      expect(statements).toHaveLength(1)
      const separate = []
      for (const query of some) separate.push(await db.blogPost.findSimilar(query, each))
      expect(lists).toEqual(separate)
      const plan = await fixture.prisma.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${text}`, ...values)
      expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('Index Scan using by_vector')
    }
  })
})

describe('a search by an ivfflat index', () => {
  let fixture: Fixture
  let db: Db
  beforeAll(async () => {
    const index = `USING ivfflat (("embedding"::halfvec(${dimensions})) halfvec_cosine_ops) WITH (lists = 60)`
    fixture = await openClustered(vectors, { index })
    db = open(fixture, { kind: 'ivfflat', lists: 60, halfvec: true })
  })
  afterAll(() => fixture.close())

  it('finds more with more probes, and all with all of them', async () => {
    const [one, all] = [await recall(db, { probes: 1 }), await recall(db, { probes: 60 })]
    expect(one).toBeLessThan(0.9)
    // Half precision may swap two of them.
    expect(all).toBeGreaterThan(0.98)
    expect(await recall(db, {})).toBeGreaterThan(one)
  })

  it('returns as many rows as asked for among those that are far away', async () => {
    for (const query of some) {
      const rows = await db.blogPost.findSimilar(query, { take: 10, probes: 1, where: { views: { gte: 18 } } })
      expect(rows).toHaveLength(10)
    }
  })

  it.each([
    ['efSearch for lists', { efSearch: 40 }, '`efSearch` is given, which is for an index of kind hnsw'],
    ['probes beside exact', { probes: 3, exact: true }, '`probes` and `exact` are both given'],
    ['probes of another distance', { probes: 3, distance: 'l2' }, "`probes` is given with `distance: 'l2'`"],
    ['no probes', { probes: 0 }, '`probes` is 0'],
    ['too many probes', { probes: 32_769 }, '`probes` is 32769'],
    ['exactness in words', { exact: 'yes' }, '`exact` is "yes"'],
    ['a distance of bits', { distance: 'hamming' }, '`distance` is "hamming"'],
    ['maxDistance beside minScore', { maxDistance: 1, minScore: 0 }, '`maxDistance` and `minScore` are both given'],
    ['maxDistance that is no number', { maxDistance: Number.NaN }, '`maxDistance` is NaN'],
    ['a page beyond what is searched', { skip: 9_999, take: 2 }, '`skip` is 9999'],
    ['half a page', { skip: 0.5 }, '`skip` is 0.5'],
    ['candidates without rerank', { candidates: 5 }, '`candidates` is given without `rerank`'],
    ['fewer candidates than rows', { take: 5, candidates: 4, rerank: () => [] }, '`candidates` is 4'],
    ['a rerank that is none', { rerank: 'best' }, '`rerank` is "best", not a function'],
    ['no chunks', { chunks: 0 }, '`chunks` is 0'],
    ['vectors in words', { embedding: 'yes' }, '`embedding` is "yes"'],
  ])('refuses %s', async (_name, args, text) => {
    statements.length = 0
    const search = db.blogPost.findSimilar as (query: unknown, args: unknown) => Promise<unknown>
    const failing = search.call(db.blogPost, queries[0], args)
    await expect(failing).rejects.toMatchObject({ code: 'VZ306', message: expect.stringContaining(text) })
    expect(statements).toEqual([])
  })
})
