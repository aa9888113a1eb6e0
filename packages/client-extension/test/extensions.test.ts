// Beside other extensions: what they hide stays hidden, what they add is there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, clientClasses, type Fixture, openFixture } from './support/clients.ts'

const east = [1, 0, 0]
const vectorizer = createVectorizer(manifest)

/** Soft delete, as applications write it. East is the nearest post. */
const onlyPublished = Prisma.defineExtension({
  name: 'only published',
  query: {
    blogPost: {
      findMany: ({ args, query }) => query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'East' } }] } }),
    },
  },
})

const computedUrl = Prisma.defineExtension({
  result: {
    blogPost: { url: { needs: { id: true }, compute: (post) => `/posts/${post.id}` } },
    $allModels: { loaded: { needs: {}, compute: () => true } },
  },
})

describe.each(adapters)('with other extensions, over %s', (adapter) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(adapter)
  })
  afterAll(() => fixture.close())

  it('fills the page around rows that an extension applied before hides', async () => {
    const db = fixture.prisma.$extends(onlyPublished).$extends(vectorizer())
    const posts = await db.blogPost.findSimilar(east, { take: 2 })
    expect(posts.map((post) => post.title)).toEqual(['Northeast', 'North'])
  })

  it('hides rows that an extension applied after hides, and their chunks', async () => {
    const db = fixture.prisma.$extends(vectorizer()).$extends(onlyPublished)
    const posts = await db.blogPost.findSimilar(east, { where: { views: { gt: 5 } } })
    expect(posts.map((post) => post.title)).toEqual(['Northeast', 'North', 'West'])
    expect(posts.map((post) => post._chunk.chunk)).not.toContain('east')
  })

  it('hides them in an interactive transaction too', async () => {
    const db = fixture.prisma.$extends(onlyPublished).$extends(vectorizer())
    const posts = await db.$transaction((tx) => tx.blogPost.findSimilar(east, { take: 1 }))
    expect(posts.map((post) => post.title)).toEqual(['Northeast'])
  })

  it('hides rows that an extension takes out of the result', async () => {
    const db = fixture.prisma.$extends(vectorizer()).$extends({
      query: {
        $allModels: {
          findMany: async ({ args, query }) =>
            (await query(args)).filter((row) => !('views' in row && row.views === 40)),
        },
      },
    })
    const posts = await db.blogPost.findSimilar(east)
    expect(posts.map((post) => post.title)).toEqual(['Northeast', 'North', 'West'])
  })

  it('lets an extension lower the number of rows', async () => {
    const db = fixture.prisma
      .$extends({ query: { blogPost: { findMany: ({ args, query }) => query({ ...args, take: 1 }) } } })
      .$extends(vectorizer())
    expect(await db.blogPost.findSimilar(east)).toHaveLength(1)
  })

  it('fails as an extension that refuses the query fails', async () => {
    const refusing = { query: { blogPost: { findMany: () => Promise.reject(new Error('not allowed')) } } }
    await expect(fixture.prisma.$extends(refusing).$extends(vectorizer()).blogPost.findSimilar(east)).rejects.toThrow(
      'not allowed',
    )
    await expect(fixture.prisma.$extends(vectorizer()).$extends(refusing).blogPost.findSimilar(east)).rejects.toThrow(
      'not allowed',
    )
  })

  it('returns computed fields, whichever extension came first', async () => {
    const before = fixture.prisma.$extends(computedUrl).$extends(vectorizer())
    const after = fixture.prisma.$extends(vectorizer()).$extends(computedUrl)
    for (const db of [before, after]) {
      const [post] = await db.blogPost.findSimilar(east, { take: 1 })
      expect(post).toMatchObject({ title: 'East', url: '/posts/4', loaded: true, _distance: 0 })
    }
  })

  it('computes fields from a key that was not selected, and does not show the key', async () => {
    const db = fixture.prisma.$extends(vectorizer()).$extends(computedUrl)
    const [post] = await db.blogPost.findSimilar(east, { take: 1, select: { url: true } })
    expect(post).toMatchObject({ url: '/posts/4', _distance: 0 })
    expect(Object.keys(post ?? {}).sort()).toEqual(['_chunk', '_distance', '_score', 'url'])
    const [bare] = await db.blogPost.findSimilar(east, { take: 1, select: { title: true } })
    expect(Object.keys(bare ?? {}).sort()).toEqual(['_chunk', '_distance', '_score', 'title'])
  })

  it('answers when another extension answers findMany by itself, as one for read replicas does', async () => {
    const replica = fixture.connect()
    const db = fixture.prisma
      .$extends({
        query: {
          blogPost: {
            findMany: ({ args }) =>
              replica.blogPost.findMany({ ...args, where: { AND: [args.where ?? {}, { id: { not: 4 } }] } }),
          },
        },
      })
      .$extends(vectorizer())
    const posts = await db.blogPost.findSimilar(east, { select: { title: true }, where: { views: { gt: 5 } } })
    expect(posts.map(({ title, _chunk }) => [title, _chunk.chunk])).toEqual([
      ['Northeast', 'northeast'],
      ['North', 'north'],
      ['West', 'west'],
    ])
    expect(Object.keys(posts[0] ?? {})).not.toContain('id')
  })

  it('answers when another extension passes on only the arguments it knows', async () => {
    const db = fixture.prisma
      .$extends({
        query: {
          blogPost: {
            findMany: ({ args: { where, select, take }, query }) =>
              query({ ...(where && { where }), ...(select && { select }), ...(take && { take }) }),
          },
        },
      })
      .$extends(vectorizer())
    const [post] = await db.blogPost.findSimilar(east, { select: { title: true } })
    expect(post).toMatchObject({ title: 'East', _distance: 0 })
  })

  it('gives no search the rows of another where an extension caches by arguments', async () => {
    const cache = new Map<string, unknown>()
    const db = fixture.prisma
      .$extends({
        query: {
          $allModels: {
            async findMany({ args, query }) {
              const key = JSON.stringify(args)
              if (!cache.has(key)) cache.set(key, await query(args))
              return cache.get(key) as Awaited<ReturnType<typeof query>>
            },
          },
        },
      })
      .$extends(vectorizer())
    const nearest = async (vector: number[]) => (await db.blogPost.findSimilar(vector, { take: 1 }))[0]?.title
    expect([await nearest(east), await nearest([-1, 0, 0])]).toEqual(['East', 'West'])
    expect(await db.blogPost.findMany({ take: 1, orderBy: { id: 'asc' } })).toMatchObject([{ title: 'West' }])
  })

  it('is not mistaken for another findMany that an extension runs on the way', async () => {
    const counted: number[] = []
    const searchable = fixture.prisma.$extends(vectorizer())
    const db = fixture.prisma
      .$extends({
        query: {
          blogPost: {
            async findMany({ args, query }) {
              counted.push((await searchable.blogPost.findMany({ take: 3 })).length)
              return query(args)
            },
          },
        },
      })
      .$extends(vectorizer())
    expect(await db.blogPost.findSimilar(east, { take: 1 })).toHaveLength(1)
    expect(counted).toEqual([3])
  })

  it('leaves every other findMany alone', async () => {
    const db = fixture.prisma.$extends(vectorizer())
    expect(await db.blogPost.findMany({ orderBy: { id: 'asc' }, take: 2 })).toEqual(
      await fixture.prisma.blogPost.findMany({ orderBy: { id: 'asc' }, take: 2 }),
    )
  })
})

describe('the client that is extended', () => {
  it('may be a subclass with a constructor of its own, as NestJS services are', async () => {
    await using fixture = await openFixture('pg')
    const { esm } = await clientClasses()
    const { adapter } = fixture.adapterOptions()
    class DatabaseService extends esm {
      constructor() {
        super({ adapter })
      }
    }
    const service = new DatabaseService()
    const posts = await service.$extends(vectorizer()).blogPost.findSimilar(east, { where: { published: true } })
    expect(posts.map((post) => post.title)).toEqual(['East', 'Northeast', 'West'])
    await service.$disconnect()
  })

  it('may come from the prisma-client-js generator', async () => {
    await using fixture = await openFixture('pg')
    const { js } = await clientClasses()
    const client = new js(fixture.adapterOptions())
    const db = client.$extends(vectorizer())
    const search = { where: { published: true }, take: 2 }
    expect((await db.blogPost.findSimilar(east, search)).map((post) => post.title)).toEqual(['East', 'Northeast'])
    const inside = await db.$transaction((tx) => tx.blogPost.findSimilar(east, search))
    expect(inside.map((post) => post.title)).toEqual(['East', 'Northeast'])
    await client.$disconnect()
  })

  it('searches in the schema that its adapter names', async () => {
    const sql = (await import('./support/clients.ts')).fixtureSql
    const script = `CREATE SCHEMA app; CREATE EXTENSION vector; SET search_path = app, public;
      ${await sql('tables')} ${await sql('rows')}`
    await using fixture = await openFixture('pg', script)
    const client = fixture.connect({ adapter: fixture.adapterOptions({ schema: 'app' }).adapter })
    const posts = await client.$extends(vectorizer()).blogPost.findSimilar(east, { where: { published: true } })
    expect(posts.map((post) => post.title)).toEqual(['East', 'Northeast', 'West'])
  })
})
