// The embeddings of a row as a relation of Prisma Client's: read, joined, filtered, deleted. See docs/pgai-cases.md.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVectorizer } from '../../packages/client-extension/src/index.ts'
import { manifest } from '../../packages/client-extension/test/fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from '../../packages/client-extension/test/support/clients.ts'

const tenant = 'aaaaaaaa-0000-4000-8000-000000000000'

describe.each(adapters)('over %s', (adapter) => {
  let fixture: Fixture
  let db: Fixture['prisma']
  const extend = () => fixture.prisma.$extends(createVectorizer(manifest)())

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = fixture.prisma
  })
  afterAll(() => fixture.close())

  test('all chunks are listed by the store’s own delegate, and their vectors by SQL', async () => {
    const chunks = await db.blogPostContentEmbeddings.findMany({ orderBy: [{ id: 'asc' }, { chunkSeq: 'asc' }] })
    expect(chunks.map(({ id, chunkSeq, chunk }) => [id, chunkSeq, chunk])).toEqual([
      [1, 0, 'west'],
      [2, 0, 'north'],
      [3, 0, 'also north'],
      [3, 1, 'northeast'],
      [4, 0, 'nearly east'],
      [4, 1, 'east'],
    ])
    expect(chunks[0]).not.toHaveProperty('embedding')
    expect(
      await db.$queryRaw`SELECT embedding::text AS text, vector_dims(embedding)::int AS dimensions
        FROM "BlogPost_embedding_store" WHERE chunk = 'northeast'`,
    ).toEqual([{ text: '[0.8,0.6,0]', dimensions: 3 }])
  })

  test('a row has its chunks, and a chunk the row whose text it is from', async () => {
    const post = await db.blogPost.findUniqueOrThrow({ where: { id: 4 }, include: { contentEmbeddings: true } })
    expect(post.contentEmbeddings).toHaveLength(2)
    const [west] = await db.blogPostContentEmbeddings.findMany({ where: { chunk: 'west' }, include: { parent: true } })
    expect(west?.parent).toMatchObject({ id: 1, title: 'West' })
    expect(west?.parent.content).toContain(west?.chunk)
  })

  test('chunks are filtered by a pattern in a field of their row', async () => {
    const where = { parent: { title: { contains: 'NORTH', mode: 'insensitive' } } } as const
    const found = await db.blogPostContentEmbeddings.findMany({
      where,
      include: { parent: { select: { title: true } } },
    })
    expect(new Set(found.map(({ parent }) => parent.title))).toEqual(new Set(['North', 'Northeast']))
    expect(found).toHaveLength(3)
    const nearest = await extend().blogPostContentEmbeddings.findSimilar([1, 0, 0], { where })
    const [first, ...equallyFar] = nearest.map(({ chunk }) => chunk)
    expect(first).toBe('northeast')
    expect(new Set(equallyFar)).toEqual(new Set(['north', 'also north']))
  })

  test('a composite key is in the store, part by part, and leads back', async () => {
    const sections = await db.section.findMany({
      where: { tenantId: tenant },
      include: { bodyEmbeddings: { include: { parent: true } } },
      orderBy: { number: 'asc' },
    })
    const chunks = sections.flatMap(({ bodyEmbeddings }) => bodyEmbeddings)
    expect(chunks.map(({ tenantId, number, parent }) => [tenantId, number, parent.body])).toEqual([
      [tenant, 1, 'a1'],
      [tenant, 2, 'a2'],
    ])
  })

  describe('queries', () => {
    const statements: string[] = []
    let watched: Fixture['prisma']

    beforeAll(() => {
      watched = fixture.connect({ log: [{ emit: 'event', level: 'query' }] })
      const events = watched as unknown as { $on(event: 'query', seen: (event: { query: string }) => void): void }
      events.$on('query', ({ query }) => statements.push(query))
    })

    test('of many rows with their chunks are two, and none when the chunks are read', async () => {
      statements.length = 0
      const posts = await watched.blogPost.findMany({ include: { contentEmbeddings: true } })
      expect(posts.flatMap((post) => post.contentEmbeddings)).toHaveLength(6)
      expect(statements).toHaveLength(2)
    })

    test('of many chunks with their rows are two', async () => {
      statements.length = 0
      const chunks = await watched.blogPostContentEmbeddings.findMany({ include: { parent: true } })
      expect(chunks.map(({ parent }) => parent.title)).toContain('North')
      expect(statements).toHaveLength(2)
    })

    test('of a search are no more when it returns more rows, their chunks included', async () => {
      const searching = watched.$extends(createVectorizer(manifest)())
      const count = async (take: number) => {
        statements.length = 0
        const found = await searching.blogPost.findSimilar([1, 0, 0], { take, include: { contentEmbeddings: true } })
        expect(found).toHaveLength(take)
        expect(found[0]?.contentEmbeddings).toHaveLength(2)
        return statements.length
      }
      expect(await count(4)).toBe(await count(1))
    })
  })

  test('rows are found by whether they have chunks, and by what is in one', async () => {
    const titles = async (contentEmbeddings: object) =>
      (await db.blogPost.findMany({ where: { contentEmbeddings }, orderBy: { id: 'asc' } })).map(({ title }) => title)
    expect(await titles({ some: {} })).toEqual(['West', 'North', 'Northeast', 'East'])
    expect(await titles({ none: {} })).toEqual(['Lost'])
    expect(await titles({ some: { chunk: { contains: 'north' } } })).toEqual(['North', 'Northeast'])
    const [east] = await db.blogPost.findMany({
      where: { title: 'East' },
      select: { _count: { select: { contentEmbeddings: true } } },
    })
    expect(east?._count.contentEmbeddings).toBe(2)
  })

  test('a row that the client deletes takes its chunks along', async () => {
    await db.section.delete({ where: { tenantId_number: { tenantId: tenant, number: 1 } } })
    await db.section.deleteMany({ where: { tenantId: tenant, draft: true } })
    expect(await db.sectionBodyEmbeddings.count({ where: { tenantId: tenant } })).toBe(0)
    expect(await db.sectionBodyEmbeddings.count()).toBe(2)
  })
})
