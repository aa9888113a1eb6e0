// How many rows are within a distance, on every adapter; on a client with this one method of ours.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { searchTargets } from '../src/find-similar/search-target.ts'
import type { ModelContext } from '../src/prisma/client.ts'
import { connectionOf } from '../src/prisma/connection.ts'
import { createInterceptor } from '../src/prisma/intercept.ts'
import { queryParameter } from '../src/query/query-parameter.ts'
import type { QueryValue } from '../src/query/query-vector.ts'
import { countSimilar, parseCountArguments } from '../src/reading/count-similar.ts'
import { visibleRows } from '../src/scope/visible-rows.ts'
import { Prisma, type PrismaClient } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { distances } from './support/distances.ts'
import { insertSamples, sampleRows } from './support/sample-vectors.ts'

const east = [1, 0, 0]
const samples = sampleRows(60)

const notEast = Prisma.defineExtension({
  query: {
    blogPost: {
      findMany: ({ args, query }) => query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'East' } }] } }),
    },
  },
})

function counting(client: PrismaClient) {
  const interceptor = createInterceptor()
  const targets = searchTargets(manifest)
  async function count(this: unknown, query: QueryValue, args?: object): Promise<number> {
    const { $name } = Prisma.getExtensionContext(this) as unknown as { readonly $name: string }
    const target = targets.find(({ model }) => model === $name)
    if (!target) throw new Error(`no vectors of ${$name}`)
    const { search, bounds, where } = parseCountArguments(target, args)
    const connection = connectionOf(this as ModelContext, target, {})
    const parameter = queryParameter(query, search.spec, connection.vectorFormat)
    const scope = await visibleRows(interceptor, connection, target.model, search, where)
    return countSimilar({ target, connection }, search, parameter, bounds, scope)
  }
  return client.$extends({
    model: { $allModels: { countSimilar: count } },
    query: { $allModels: { findMany: interceptor.hook as never } },
  })
}

describe.each(adapters)('countSimilar over %s', (adapter) => {
  let fixture: Fixture
  let db: ReturnType<typeof counting>
  const statements: string[] = []

  beforeAll(async () => {
    const [tables, rows] = [await fixtureSql('tables'), await fixtureSql('rows')]
    fixture = await openFixture(adapter, `${tables}\n${rows}\n${insertSamples(samples)}`)
    db = counting(fixture.prisma)
  })
  afterAll(() => fixture.close())

  it('counts each row once whose nearest chunk is within the distance', async () => {
    const within = async (maxDistance: number) => db.blogPost.countSimilar(east, { maxDistance })
    expect([await within(-0.1), await within(0), await within(0.05), await within(0.2001)]).toEqual([0, 1, 1, 2])
    expect([await within(1), await within(2)]).toEqual([3, 4])
  })

  it('takes a score in place of a distance', async () => {
    const above = async (minScore: number) => db.blogPost.countSimilar(east, { minScore })
    expect([await above(1), await above(0.79), await above(0), await above(-1), await above(1.5)]).toEqual([
      1, 2, 3, 4, 0,
    ])
    const ofProducts = { vectorizer: 'nameEmbeddings' }
    expect(await db.product.countSimilar(east, { ...ofProducts, minScore: 1.5 })).toBe(1)
    expect(await db.product.countSimilar(east, { ...ofProducts, minScore: 1 })).toBe(2)
    expect(await db.section.countSimilar(east, { minScore: 0 })).toBe(4)
    expect(await db.section.countSimilar(east, { minScore: 1.1 })).toBe(0)
  })

  it('counts rows that match a filter', async () => {
    const where = { published: true, author: { is: { name: 'Ann' } } }
    expect(await db.blogPost.countSimilar(east, { maxDistance: 1, where })).toBe(2)
    expect(await db.blogPost.countSimilar(east, { maxDistance: 1, where: { title: 'South' } })).toBe(0)
  })

  it.each([
    ['dense', 'vector', 'cosine', 4],
    ['half', 'halfvec', 'l2', 4],
    ['bits', 'bit', 'hamming', 16],
    ['sparse', 'sparsevec', 'ip', 40],
  ] as const)('counts by vectors of the model itself: %s', async (vectorizer, type, distance, dimensions) => {
    const query = Array.from({ length: dimensions }, (_, index) => (index % 3 ? 1 : 0))
    const expected = samples.flatMap(({ vectors }) =>
      vectors[type] ? [distances[distance](query, vectors[type])] : [],
    )
    const sorted = [...expected].sort((a, b) => a - b)
    const maxDistance = ((sorted[20] ?? NaN) + (sorted.find((each) => each > (sorted[20] ?? NaN) + 1e-4) ?? NaN)) / 2
    const within = expected.filter((each) => each <= maxDistance).length
    expect(within).toBeGreaterThan(20)
    expect(await db.sample.countSimilar(query, { vectorizer, maxDistance })).toBe(within)
    expect(await db.sample.countSimilar(query, { vectorizer, maxDistance: 1e300 })).toBe(expected.length)
  })

  it('counts visible rows only, whichever extension came first', async () => {
    for (const client of [counting(fixture.prisma.$extends(notEast) as never), db.$extends(notEast)]) {
      expect(await (client as typeof db).blogPost.countSimilar(east, { maxDistance: 1 })).toBe(2)
      expect(await (client as typeof db).blogPost.countSimilar(east, { maxDistance: 1, where: { id: 4 } })).toBe(0)
    }
  })

  it('counts in its transaction, by one statement', async () => {
    const watched = fixture.prisma.$extends({
      query: {
        $queryRawUnsafe({ args, query }) {
          statements.push(String(args[0]))
          return query(args)
        },
      },
    })
    const counted = counting(watched as never).$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`DELETE FROM "BlogPost" WHERE "title" = 'East'`)
      const count = await tx.blogPost.countSimilar(east, { maxDistance: 1, where: { views: { gt: 1 } } })
      throw Object.assign(new Error('rolled back'), { count })
    })
    await expect(counted).rejects.toMatchObject({ count: 2 })
    expect(statements).toEqual([
      `select count(*) as count from (
  select distinct c."id"
  from "public"."BlogPost_embedding_store" c
  where c."id" in (select w."id" from (SELECT "public"."BlogPost"."id" FROM "public"."BlogPost" WHERE "public"."BlogPost"."views" > $3) w) and c."embedding" <=> (select $1::vector) <= $2::float8
) n`,
    ])
  })

  it.each([
    ['no bound', {}, 'neither `maxDistance` nor `minScore` is given'],
    ['no arguments', undefined, 'neither `maxDistance` nor `minScore` is given'],
    ['two bounds', { maxDistance: 1, minScore: 1 }, '`maxDistance` and `minScore` are both given'],
    ['a bound that is no number', { maxDistance: Number.NaN }, '`maxDistance` is NaN, not a finite number'],
    ['a text as a bound', { minScore: '0.8' }, '`minScore` is "0.8", not a finite number'],
    ['an argument of findMany', { minScore: 0.8, take: 3 }, 'there is no argument `take`'],
    ['a `where` that is none', { minScore: 0.8, where: [] }, '`where` is [], not an object'],
  ])('refuses %s', async (_name, args, message) => {
    const counted = db.blogPost.countSimilar(east, args)
    await expect(counted).rejects.toMatchObject({ code: 'VZ306', message: expect.stringContaining(message) })
  })

  it('refuses more values than PostgreSQL takes in one statement', async () => {
    // Lists of up to a thousand stay lists; longer ones become one value.
    const ids = Array.from({ length: 1000 }, (_, index) => index)
    const lists = Array.from({ length: 66 }, (_, list) => ({ views: { in: ids.map((id) => id + list * 1000) } }))
    const counted = db.blogPost.countSimilar(east, { maxDistance: 1, where: { AND: lists } })
    const message = 'BlogPost.countSimilar: with `where` the statement holds 66002 values.'
    await expect(counted).rejects.toMatchObject({ code: 'VZ306', message: expect.stringContaining(message) })
  })

  it('refuses a vectorizer that does not exist, and a filter as findMany does', async () => {
    const missing = db.blogPost.countSimilar(east, { minScore: 0.8, vectorizer: 'x' })
    await expect(missing).rejects.toMatchObject({ code: 'VZ305' })
    const wrong = db.blogPost.countSimilar(east, { minScore: 0.8, where: { titel: 'x' } })
    await expect(wrong).rejects.toThrow(/Unknown argument `titel`/)
  })
})
