// The index of one bit per dimension: found by Hamming distance, returned by the distance itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import type { Fixture } from './support/clients.ts'
import { clusteredVectors, manifestOfPosts, nearestPosts, openClustered } from './support/clustered-vectors.ts'

const dimensions = 96
// Half of them are more than the search compares one by one.
const count = 4400
const vectors = clusteredVectors(count, dimensions, 40, 5)
const queries = clusteredVectors(20, dimensions, 40, 77).map(({ vector }) => vector)
const index = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: false, bit: true } as const

describe.each(['vector', 'halfvec'] as const)('an index of bits over %s', (type) => {
  let fixture: Fixture
  const statements: { text: string; values: unknown[] }[] = []
  const open = () =>
    fixture.prisma
      .$extends({
        query: {
          $queryRawUnsafe({ args, query }) {
            statements.push({ text: args[0] as string, values: args.slice(1) })
            return query(args)
          },
        },
      })
      .$extends(createVectorizer(manifestOfPosts({ dimensions, type, index }))())
  let db: ReturnType<typeof open>

  beforeAll(async () => {
    const sql = `USING hnsw ((binary_quantize("embedding")::bit(${dimensions})) bit_hamming_ops)`
    fixture = await openClustered(vectors, { type, index: sql })
    db = open()
  })
  afterAll(() => fixture.close())

  it('is read, and what it finds is in the order of the full distance', async () => {
    statements.length = 0
    const rows = await db.blogPost.findSimilar(queries[0] ?? [], { take: 10 })
    expect(statements).toHaveLength(1)
    const { text = '', values = [] } = statements[0] ?? {}
    expect(text).toContain('limit 200')
    const plan = await fixture.prisma.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${text}`, ...values)
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n')
    expect(lines).toContain('Index Scan using by_vector')
    expect(lines).toContain(`Order By: ((binary_quantize(embedding))::bit(${dimensions}) <~> `)
    const all = new Map(nearestPosts(vectors, queries[0] ?? [], count).map(({ id, distance }) => [id, distance]))
    expect(rows.map(({ _distance }) => _distance)).toEqual(
      rows.map(({ id }) => expect.closeTo(all.get(id) ?? Number.NaN, type === 'halfvec' ? 3 : 5)),
    )
    const found = rows.map(({ _distance }) => _distance)
    expect(found).toEqual([...found].sort((a, b) => a - b))
  })

  it('finds nine of ten of the nearest, and chunks as it finds rows', async () => {
    let found = 0
    for (const query of queries) {
      const nearest = new Set(nearestPosts(vectors, query, 10).map(({ id }) => id))
      const rows = await db.blogPost.findSimilar(query, { take: 10, select: { id: true } })
      found += rows.filter(({ id }) => nearest.has(id)).length
      const chunks = await db.blogPostContentEmbeddings.findSimilar(query, { take: 10, select: { id: true } })
      expect(chunks.map(({ _distance }) => _distance)).toEqual(rows.map(({ _distance }) => _distance))
    }
    expect(found / (queries.length * 10)).toBeGreaterThanOrEqual(0.9)
  })

  it.each([
    ['half of the rows', { published: true }],
    ['half of the clusters', { views: { gte: 20 } }],
    ['a few rows', { id: { lte: 50 } }],
  ])('returns as many rows as asked for among %s', async (_name, where) => {
    const counts = new Set<number>()
    for (const query of queries) counts.add((await db.blogPost.findSimilar(query, { take: 12, where })).length)
    expect(counts).toEqual(new Set([12]))
    const lists = await db.blogPost.findSimilarMany(queries, { take: 12, where, select: { id: true } })
    expect(lists.map((list) => list.length)).toEqual(queries.map(() => 12))
  })

  it('pages, and is searched exactly when asked to be', async () => {
    const query = queries[1] ?? []
    const ids: number[] = []
    for (let skip = 0; skip < 40; skip += 8) {
      ids.push(...(await db.blogPost.findSimilar(query, { skip, take: 8, select: { id: true } })).map(({ id }) => id))
    }
    expect(new Set(ids).size).toBe(40)
    const exact = await db.blogPost.findSimilar(query, { take: 10, exact: true })
    const nearest = nearestPosts(vectors, query, 10)
    expect(exact.map(({ _distance }) => _distance)).toEqual(
      nearest.map(({ distance }) => expect.closeTo(distance, type === 'halfvec' ? 3 : 5)),
    )
  })
})
