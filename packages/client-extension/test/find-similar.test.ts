// What a caller of findSimilar sees, on every adapter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const east = [1, 0, 0]
const tenants = { a: 'aaaaaaaa-0000-4000-8000-000000000000', b: 'bbbbbbbb-0000-4000-8000-000000000000' }

describe.each(adapters)('findSimilar over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(createVectorizer(manifest)())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = extend()
  })
  afterAll(() => fixture.close())

  const titles = async (args: Parameters<typeof db.blogPost.findMany>[0]) =>
    (await db.blogPost.findSimilar(east, args)).map((post) => post.title)

  it('returns parents nearest first, each once, with the chunk that came nearest', async () => {
    const posts = await db.blogPost.findSimilar(east)
    expect(posts.map(({ title, _chunk }) => [title, _chunk.chunk, _chunk.chunkSeq])).toEqual([
      ['East', 'east', 1],
      ['Northeast', 'northeast', 1],
      ['North', 'north', 0],
      ['West', 'west', 0],
    ])
  })

  it('measures the distance in full precision, and scores it so that nearer is higher', async () => {
    const [first, second, , last] = await db.blogPost.findSimilar(east)
    expect(first).toMatchObject({ _distance: 0, _score: 1 })
    // Half precision would say 0.2002.
    expect(second?._distance).toBeCloseTo(0.2, 6)
    expect(second?._score).toBeCloseTo(0.8, 6)
    expect(last).toMatchObject({ title: 'West', _distance: 2, _score: -1 })
  })

  it('names the chunk by its row in the store', async () => {
    const [post] = await db.blogPost.findSimilar(east, { take: 1 })
    const chunk = await db.blogPostContentEmbeddings.findUnique({
      where: { embeddingUuid: post?._chunk.embeddingUuid ?? '' },
    })
    expect(chunk).toMatchObject({ id: 4, chunk: 'east', chunkSeq: 1 })
  })

  it('takes a Float32Array as it takes an array of numbers', async () => {
    const [post] = await db.blogPost.findSimilar(Float32Array.of(-1, 0, 0), { take: 1 })
    expect(post?.title).toBe('West')
  })

  it('returns `take` rows', async () => {
    expect(await db.blogPost.findSimilar(east, { take: 2 })).toHaveLength(2)
  })

  it('returns `take` parents when one of them has more chunks than the search reads at first', async () => {
    const flood = db.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding")
        SELECT 4, n, 'east again', '[1,0,0]' FROM generate_series(2, 900) n`)
      const posts = await tx.blogPost.findSimilar(east, { take: 4 })
      throw Object.assign(new Error('rolled back'), { titles: posts.map((post) => post.title) })
    })
    await expect(flood).rejects.toMatchObject({ titles: ['East', 'Northeast', 'North', 'West'] })
  })

  it('returns what findMany returns without select', async () => {
    const [post] = await db.blogPost.findSimilar(east, { take: 1 })
    const { _distance, _score, _chunk, ...row } = post ?? {}
    expect(row).toEqual(await db.blogPost.findUnique({ where: { id: 4 } }))
  })

  it('returns only the selected fields beside its own three', async () => {
    const [post] = await db.blogPost.findSimilar(east, { take: 1, select: { title: true, author: true } })
    expect({ ...post }).toEqual({
      title: 'East',
      author: { id: 1, name: 'Ann' },
      _distance: 0,
      _score: 1,
      _chunk: expect.objectContaining({ chunk: 'east' }),
    })
    expect(Object.keys(post ?? {})).not.toContain('id')
    expect(JSON.parse(JSON.stringify(post))).not.toHaveProperty('id')
  })

  it('includes relations and omits fields, the key too', async () => {
    const [post] = await db.blogPost.findSimilar(east, {
      take: 1,
      include: { author: { select: { name: true } }, contentEmbeddings: { orderBy: { chunkSeq: 'asc' } } },
      omit: { id: true, content: true },
    })
    expect(post?.author).toEqual({ name: 'Ann' })
    expect(post?.contentEmbeddings.map((chunk) => chunk.chunk)).toEqual(['nearly east', 'east'])
    expect(Object.keys(post ?? {})).not.toContain('id')
    expect(Object.keys(post ?? {})).not.toContain('content')
  })

  it('leaves out fields that the client omits everywhere', async () => {
    const client = fixture.connect({ omit: { blogPost: { id: true, content: true } } })
    const posts = await client.$extends(createVectorizer(manifest)()).blogPost.findSimilar(east, { take: 2 })
    expect(posts.map((post) => post.title)).toEqual(['East', 'Northeast'])
    expect(Object.keys(posts[0] ?? {})).not.toContain('id')
    expect(Object.keys(posts[0] ?? {})).not.toContain('content')
  })

  it('filters by fields and relations of the parent', async () => {
    expect(await titles({ where: { published: true } })).toEqual(['East', 'Northeast', 'West'])
    expect(await titles({ where: { author: { is: { name: 'Bob' } } } })).toEqual(['North', 'West'])
    expect(await titles({ where: { NOT: { tags: { has: 'wind' } } } })).toEqual(['East'])
    expect(await titles({ where: { contentEmbeddings: { some: { chunk: { contains: 'north' } } } } })).toEqual([
      'Northeast',
      'North',
    ])
  })

  it('returns nothing when the filter matches nothing', async () => {
    expect(await titles({ where: { title: 'Nowhere' } })).toEqual([])
    expect(await titles({ where: { id: { in: [] } } })).toEqual([])
    expect(await titles({ where: { title: 'Lost' } })).toEqual([])
  })

  it('treats an empty filter as none', async () => {
    expect(await titles({ where: {} })).toHaveLength(4)
    expect(await titles({ where: { AND: [] } })).toHaveLength(4)
  })

  it('filters by lists of thousands', async () => {
    const ids = Array.from({ length: 40_000 }, (_, index) => index + 2)
    expect(await titles({ where: { id: { in: ids } } })).toEqual(['East', 'Northeast', 'North'])
  })

  it('rejects a filter that Prisma rejects, with its message', async () => {
    // @ts-expect-error: the field does not exist
    const search = db.blogPost.findSimilar(east, { where: { titel: 'x' } })
    await expect(search).rejects.toThrow('Unknown argument `titel`. Did you mean `title`?')
  })

  it('returns chunks of the store, with their parents on request', async () => {
    const chunks = await db.blogPostContentEmbeddings.findSimilar(east, {
      take: 3,
      include: { parent: { select: { title: true } } },
    })
    expect(chunks.map(({ chunk, parent, id }) => [chunk, parent.title, id])).toEqual([
      ['east', 'East', 4],
      ['nearly east', 'East', 4],
      ['northeast', 'Northeast', 3],
    ])
    expect(chunks[1]?._distance).toBeCloseTo(0.04, 6)
    expect(chunks[0]).not.toHaveProperty('_chunk')
    expect(chunks[0]).not.toHaveProperty('embedding')
  })

  it('filters chunks by the store and by the parent', async () => {
    const chunks = await db.blogPostContentEmbeddings.findSimilar(east, {
      where: { chunkSeq: 0, parent: { published: true } },
      select: { chunk: true },
    })
    expect(chunks.map(({ chunk }) => chunk)).toEqual(['nearly east', 'also north', 'west'])
    expect(Object.keys(chunks[0] ?? {})).toEqual(['chunk', '_distance', '_score'])
  })

  it('finds rows with a composite key of mapped columns, without an index', async () => {
    const sections = await db.section.findSimilar(east, { where: { draft: false }, select: { body: true } })
    expect(sections.map(({ body, _distance }) => [body, _distance])).toEqual([
      ['b1', 1],
      ['b2', 2],
      ['a1', 3],
    ])
    expect(Object.keys(sections[0] ?? {})).toEqual(['body', '_distance', '_score', '_chunk'])
    expect(sections[1]?._score).toBeCloseTo(1 / 3)
    const ofTenant = await db.section.findSimilar(east, { where: { tenantId: tenants.a } })
    expect(ofTenant.map(({ tenantId, number }) => [tenantId, number])).toEqual([
      [tenants.a, 2],
      [tenants.a, 1],
    ])
  })

  it('finds rows whose key holds an enum and a number beyond 2^53', async () => {
    const drafts = await db.draft.findSimilar(east, { where: { text: { not: 'z' } } })
    expect(drafts.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['ESSAY', 9007199254740993n],
      ['NOTE', 1n],
    ])
  })

  it('searches by the vectorizer that is named, with its own metric and dimensions', async () => {
    const byName = await db.product.findSimilar(east, { vectorizer: 'nameEmbeddings' })
    expect(byName.map(({ sku, _distance, _score }) => [sku, _distance, _score])).toEqual([
      ['pot', -2, 2],
      ['cup', -1, 1],
    ])
    const byDescription = await db.product.findSimilar([1, 0], { vectorizer: 'descriptionEmbeddings' })
    expect(byDescription.map(({ sku, _distance }) => [sku, _distance])).toEqual([
      ['cup', 1],
      ['pot', 5],
    ])
  })

  it('sees the uncommitted rows of its interactive transaction, and only there', async () => {
    const search = { where: { title: 'Due east' } }
    const inside = db.$transaction(async (tx) => {
      const { id } = await tx.blogPost.create({ data: { title: 'Due east', content: '' } })
      await tx.$executeRaw`INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding")
        VALUES (${id}, 0, 'due east', '[1,0,0]')`
      const posts = await tx.blogPost.findSimilar(east, search)
      throw Object.assign(new Error('rolled back'), { titles: posts.map((post) => post.title) })
    })
    await expect(inside).rejects.toMatchObject({ titles: ['Due east'] })
    expect(await db.blogPost.findSimilar(east, search)).toEqual([])
  })

  it('leaves the settings of the session and of the transaction as they were', async () => {
    const client = db
    type Connection = Pick<typeof db, '$queryRawUnsafe'>
    const settings = (connection: Connection) =>
      connection.$queryRawUnsafe(`SELECT name, setting FROM pg_settings WHERE name LIKE 'hnsw.%' ORDER BY name`)
    await client.blogPost.findSimilar(east)
    const before = await settings(client)
    await client.blogPost.findSimilar(east, { where: { published: true } })
    expect(await settings(client)).toEqual(before)

    await client.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`SET LOCAL hnsw.ef_search = 77`)
      const own = await settings(tx)
      expect(own).not.toEqual(before)
      await tx.blogPost.findSimilar(east, { where: { published: true } })
      await tx.blogPost.findSimilar(east, { where: { title: 'Nowhere' } })
      await tx.blogPostContentEmbeddings.findSimilar(east)
      expect(await settings(tx)).toEqual(own)
    })
    expect(await settings(client)).toEqual(before)
  })

  it('answers searches that run at the same time, each with its own filter', async () => {
    const views = [10, 20, 30, 40]
    const found = await Promise.all(views.map((each) => titles({ where: { views: each } })))
    expect(found).toEqual([['West'], ['North'], ['Northeast'], ['East']])
  })
})
