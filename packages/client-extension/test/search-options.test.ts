// What a search can be asked for besides a query: pages, thresholds, chunks, vectors, exactness, more like this.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const east = [1, 0, 0]
const vectorizer = createVectorizer(manifest)
const titles = (posts: readonly { readonly title: string }[]) => posts.map(({ title }) => title)

describe.each(adapters)('a search over %s', (adapter) => {
  let fixture: Fixture
  const open = () => fixture.prisma.$extends(vectorizer())
  beforeAll(async () => {
    fixture = await openFixture(adapter)
  })
  afterAll(() => fixture.close())

  it('pages without repeating or losing a row', async () => {
    const db = open()
    const all = await db.blogPost.findSimilar(east, { take: 100 })
    expect(all.length).toBeGreaterThan(3)
    const pages: string[] = []
    for (let skip = 0; skip < all.length; skip += 2) {
      pages.push(...titles(await db.blogPost.findSimilar(east, { skip, take: 2 })))
    }
    expect(pages).toEqual(titles(all))
    expect(await db.blogPost.findSimilar(east, { skip: all.length })).toEqual([])
  })

  it('leaves out what is farther than maxDistance, or scores less than minScore', async () => {
    const db = open()
    const all = await db.blogPost.findSimilar(east)
    const distance = all[1]?._distance as number
    const near = await db.blogPost.findSimilar(east, { maxDistance: distance + 1e-6 })
    expect(titles(near)).toEqual(titles(all.slice(0, 2)))
    const scored = await db.blogPost.findSimilar(east, { minScore: 1 - distance - 1e-6 })
    expect(scored).toEqual(near)
    expect(await db.blogPost.findSimilar(east, { minScore: 2 })).toEqual([])
    expect(titles(await db.blogPost.findSimilar(east, { minScore: -10 }))).toEqual(titles(all))
  })

  it('brings the nearest chunks of each row', async () => {
    const [post] = await open().blogPost.findSimilar(east, { take: 1, chunks: 2 })
    expect(post?._chunks.map(({ chunk }) => chunk)).toEqual(['east', 'nearly east'])
    expect(post?._chunks[0]).toMatchObject({ ...post?._chunk, _distance: 0, _score: 1 })
    expect(post?._chunks[1]?._distance).toBeGreaterThan(0)
  })

  it('brings the vectors when asked for', async () => {
    const db = open()
    const [post] = await db.blogPost.findSimilar(east, { take: 1, embedding: true, chunks: 1 })
    expect(post?._chunk.embedding).toEqual(east)
    expect(post?._chunks[0]?.embedding).toEqual(east)
    const [chunk] = await db.blogPostContentEmbeddings.findSimilar(east, { take: 1, embedding: true })
    expect(chunk?._embedding).toEqual(east)
    const [plain] = await db.blogPostContentEmbeddings.findSimilar(east, { take: 1 })
    expect(plain).not.toHaveProperty('_embedding')
  })

  it('searches some chunks only', async () => {
    const db = open()
    const posts = await db.blogPost.findSimilar(east, { chunkWhere: { chunk: { contains: 'nearly' } }, chunks: 5 })
    expect(posts.map(({ _chunk }) => _chunk.chunk)).toEqual(['nearly east'])
    expect(posts[0]?._chunks).toHaveLength(1)
    const none = await db.blogPost.findSimilar(east, {
      where: { title: 'North' },
      chunkWhere: { chunk: { contains: 'nearly' } },
    })
    expect(none).toEqual([])
  })

  it('is exact when asked to be, by the distance asked for', async () => {
    const warned: string[] = []
    const db = fixture.prisma.$extends(vectorizer({ warn: (message) => warned.push(message) }))
    const exact = await db.blogPost.findSimilar(east, { exact: true })
    expect(titles(exact)).toEqual(titles(await db.blogPost.findSimilar(east, { efSearch: 400 })))
    expect(warned).toEqual([])
    const [byLength] = await db.blogPost.findSimilar([2, 0, 0], { distance: 'l2', take: 1 })
    expect(byLength).toMatchObject({ title: 'East', _distance: 1, _score: 0.5 })
    await db.blogPost.findSimilar([2, 0, 0], { distance: 'l2', take: 1 })
    expect(warned).toEqual([expect.stringMatching(/^VZ310 .*serves the distance cosine, not l2\.\n.*every distance/)])
  })

  it('finds more like a row, itself left out', async () => {
    const db = open()
    const [first] = await db.blogPost.findSimilar(east, { take: 1 })
    const like = await db.blogPost.findSimilar({ to: { id: first?.id as number } }, { take: 2 })
    expect(like).toHaveLength(2)
    expect(titles(like)).not.toContain('East')
    expect(titles(like)[0]).toBe('Northeast')
    const second = await db.blogPost.findSimilar({ to: { id: first?.id as number } }, { take: 1, skip: 1 })
    expect(titles(second)).toEqual(titles(like.slice(1)))
    const [chunk] = await db.blogPostContentEmbeddings.findSimilar(east, { take: 1 })
    const uuid = chunk?.embeddingUuid as string
    const others = await db.blogPostContentEmbeddings.findSimilar({ to: { embeddingUuid: uuid } }, { take: 1 })
    expect(others[0]?.chunk).toBe('nearly east')
  })

  it('takes all that names the row, a field beside its compound key too', async () => {
    const db = open()
    const [section] = await db.section.findSimilar(east, { take: 1 })
    const { tenantId, number } = section as NonNullable<typeof section>
    const key = { tenantId, number }
    expect(await db.section.findSimilar({ to: { tenantId_number: key, tenantId } })).not.toContainEqual(
      expect.objectContaining(key),
    )
    const other = '00000000-0000-0000-0000-00000000ffff'
    for (const to of [
      { tenantId: other, tenantId_number: key },
      { tenantId_number: key, tenantId: other },
    ]) {
      await expect(db.section.findSimilar({ to })).rejects.toMatchObject({ code: 'VZ308' })
    }
  })

  it('refuses a row that is not there, or is hidden, or has no embedding', async () => {
    const db = open()
    const refused = { code: 'VZ308' }
    await expect(db.blogPost.findSimilar({ to: { id: 99_999 } })).rejects.toMatchObject(refused)
    const hiding = fixture.prisma.$extends(vectorizer()).$extends({
      query: {
        blogPost: {
          findMany: ({ args, query }) =>
            query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'East' } }] } }),
        },
      },
    })
    const [hidden] = await db.blogPost.findSimilar(east, { take: 1 })
    await expect(hiding.blogPost.findSimilar({ to: { id: hidden?.id as number } })).rejects.toMatchObject(refused)
    const { id } = await fixture.prisma.blogPost.create({ data: { title: 'New', content: '' } })
    await expect(db.blogPost.findSimilar({ to: { id } })).rejects.toMatchObject(refused)
    await fixture.prisma.blogPost.delete({ where: { id } })
  })

  it('answers many queries in one statement', async () => {
    const statements: string[] = []
    const db = fixture.prisma
      .$extends({
        query: {
          $queryRawUnsafe({ args, query }) {
            statements.push(args[0] as string)
            return query(args)
          },
        },
      })
      .$extends(vectorizer())
    const [first] = await db.blogPost.findSimilar(east, { take: 1 })
    statements.length = 0
    const queries = [east, [0, 1, 0], [-1, 0, 0]]
    const lists = await db.blogPost.findSimilarMany(queries, { take: 2, where: { published: true } })
    expect(statements).toHaveLength(1)
    for (const [index, query] of queries.entries()) {
      expect(lists[index]).toEqual(await db.blogPost.findSimilar(query, { take: 2, where: { published: true } }))
    }
    const like = { to: { id: first?.id as number } }
    const mixed = await db.blogPost.findSimilarMany([like, east], { take: 2, include: { author: true } })
    expect(titles(mixed[0] ?? [])).toEqual(titles(await db.blogPost.findSimilar(like, { take: 2 })))
    expect(mixed[1]).toEqual(await db.blogPost.findSimilar(east, { take: 2, include: { author: true } }))
    expect(await db.blogPost.findSimilarMany([])).toEqual([])
  })

  it('hands the hits to a reranker, more than it returns', async () => {
    const seen: number[] = []
    const posts = await open().blogPost.findSimilar(east, {
      take: 1,
      candidates: 3,
      rerank: async (query, hits) => {
        expect(query).toEqual(east)
        seen.push(hits.length)
        expect(hits[0]?._chunk.chunk).toBe('east')
        return hits.toReversed()
      },
    })
    expect(seen).toEqual([3])
    expect(titles(posts)).toEqual([(await open().blogPost.findSimilar(east, { take: 3 }))[2]?.title])
  })

  it('is an element of $transaction([…])', async () => {
    const db = open()
    const [posts, author, lists] = await db.$transaction([
      db.blogPost.findSimilar(east, { take: 2, where: { published: true } }),
      db.author.findFirst({ orderBy: { id: 'asc' } }),
      db.blogPost.findSimilarMany([east, [0, 1, 0]], { take: 1 }),
    ])
    expect(posts).toEqual(await db.blogPost.findSimilar(east, { take: 2, where: { published: true } }))
    expect(author?.id).toBeTypeOf('number')
    expect(lists.map((list) => titles(list))).toEqual([['East'], ['North']])
    await expect(
      db.$transaction([db.blogPost.findSimilar(east, { include: { author: true } }), db.author.count()]),
    ).rejects.toMatchObject({ code: 'VZ306', message: expect.stringContaining('returns scalar fields only') })
  })

  it('sees the other statements of $transaction([…])', async () => {
    const db = open()
    const moved = db.$transaction([
      db.blogPost.updateMany({ where: { title: 'East' }, data: { title: 'Moved' } }),
      db.blogPost.findSimilar(east, { take: 1 }),
      db.blogPost.updateMany({ where: { title: 'Moved' }, data: { title: 'East' } }),
    ])
    expect(titles((await moved)[1])).toEqual(['Moved'])
  })
})
