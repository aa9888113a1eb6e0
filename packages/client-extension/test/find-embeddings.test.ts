// The rows of findMany with their vectors, on every adapter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma, type PrismaClient } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { insertSamples, sampleRows } from './support/sample-vectors.ts'

const samples = sampleRows(16)
const vectorizer = createVectorizer(manifest)
const tenant = 'aaaaaaaa-0000-4000-8000-000000000000'

const notEast = Prisma.defineExtension({
  query: {
    blogPost: {
      findMany: ({ args, query }) => query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'East' } }] } }),
    },
  },
})

describe.each(adapters)('findEmbeddings over %s', (adapter) => {
  let fixture: Fixture
  const extend = (client: PrismaClient = fixture.prisma) => client.$extends(vectorizer())
  let db: ReturnType<typeof extend>
  const statements: string[] = []

  beforeAll(async () => {
    const [tables, rows] = [await fixtureSql('tables'), await fixtureSql('rows')]
    fixture = await openFixture(adapter, `${tables}\n${rows}\n${insertSamples(samples)}`)
    db = extend()
  })
  afterAll(() => fixture.close())

  it('returns the rows of findMany, each with its chunks in their order', async () => {
    const posts = await db.blogPost.findEmbeddings({ orderBy: { id: 'desc' } })
    expect(posts.map(({ _embeddings, ...post }) => post)).toEqual(
      await db.blogPost.findMany({ orderBy: { id: 'desc' } }),
    )
    expect(posts.map((post) => post._embeddings.map(({ chunkSeq, chunk }) => [chunkSeq, chunk]))).toEqual([
      [],
      [
        [0, 'nearly east'],
        [1, 'east'],
      ],
      [
        [0, 'also north'],
        [1, 'northeast'],
      ],
      [[0, 'north']],
      [[0, 'west']],
    ])
    const [embedding] = posts[1]?._embeddings ?? []
    expect(embedding?.embedding).toEqual([0.96, 0.28, 0].map(Math.fround))
    const stored = await db.blogPostContentEmbeddings.findFirst({ where: { chunk: 'nearly east' } })
    expect(embedding?.embeddingUuid).toBe(stored?.embeddingUuid)
  })

  it('takes every argument of findMany', async () => {
    const page = {
      where: { published: true },
      orderBy: { views: 'desc' },
      cursor: { id: 4 },
      skip: 1,
      take: 2,
    } as const
    const posts = await db.blogPost.findEmbeddings(page)
    expect(posts.map((post) => [post.title, post._embeddings.length])).toEqual([
      ['Northeast', 2],
      ['West', 1],
    ])
    expect(posts.map(({ id }) => id)).toEqual((await db.blogPost.findMany(page)).map(({ id }) => id))
    const authors = await db.blogPost.findEmbeddings({ distinct: ['authorId'], orderBy: { id: 'asc' } })
    expect(authors.map(({ title }) => title)).toEqual(['West', 'Northeast', 'Lost'])
    expect(await db.blogPost.findEmbeddings({ where: { title: 'South' } })).toEqual([])
  })

  it('reads the key, and shows it only where it was asked for', async () => {
    const where = { title: 'West' }
    const embeddings = [expect.objectContaining({ chunk: 'west', embedding: [-1, 0, 0] })]
    const [selected] = await db.blogPost.findEmbeddings({ where, select: { title: true, author: true } })
    expect(JSON.parse(JSON.stringify(selected))).toEqual({
      title: 'West',
      author: { id: 2, name: 'Bob' },
      _embeddings: embeddings,
    })
    const [omitted] = await db.blogPost.findEmbeddings({ where, omit: { id: true } })
    expect(Object.keys(omitted ?? {})).not.toContain('id')
    expect(omitted?._embeddings).toEqual(embeddings)
    const [shown] = await db.blogPost.findEmbeddings({ where, select: { id: true } })
    expect({ ...shown }).toEqual({ id: 1, _embeddings: embeddings })
    const quiet = extend(fixture.connect({ omit: { blogPost: { id: true, content: true } } }))
    const [globally] = await quiet.blogPost.findEmbeddings({ where })
    expect(globally?._embeddings).toEqual(embeddings)
    expect(Object.keys(globally ?? {})).not.toContain('id')
    expect(Object.keys(globally ?? {})).not.toContain('content')
  })

  it('goes with relations in both directions', async () => {
    const [post] = await db.blogPost.findEmbeddings({
      where: { title: 'East' },
      include: { author: true, contentEmbeddings: { orderBy: { chunkSeq: 'asc' } } },
    })
    expect(post?.contentEmbeddings.map(({ embeddingUuid }) => embeddingUuid)).toEqual(
      post?._embeddings.map(({ embeddingUuid }) => embeddingUuid),
    )
    const chunk = await db.blogPostContentEmbeddings.findFirst({ where: { chunk: 'east' }, include: { parent: true } })
    expect(chunk?.parent).toMatchObject({ id: post?.id, title: 'East' })
  })

  it('finds chunks by keys of several fields, of enums and of large numbers', async () => {
    const sections = await db.section.findEmbeddings({ where: { tenantId: tenant }, orderBy: { number: 'asc' } })
    expect(sections.map(({ number, _embeddings }) => [number, _embeddings[0]?.embedding])).toEqual([
      [1, [4, 0, 0]],
      [2, [3, 0, 0]],
    ])
    const [draft] = await db.draft.findEmbeddings({ where: { kind: 'ESSAY' }, select: { text: true } })
    expect(draft?._embeddings.map(({ chunk }) => chunk)).toEqual(['x'])
  })

  it('reads by the vectorizer that is named', async () => {
    const [cup] = await db.product.findEmbeddings({ where: { sku: 'cup' }, vectorizer: 'descriptionEmbeddings' })
    expect(cup?._embeddings.map(({ embedding }) => embedding)).toEqual([[1, 1]])
    const articles = await db.article.findEmbeddings({ orderBy: { id: 'asc' }, vectorizer: 'summaryVector' })
    expect(articles.map(({ _embedding }) => _embedding)).toEqual([[0, 4, 0], [3, 0, 0], null])
    const titles = await db.article.findEmbeddings({ orderBy: { id: 'asc' }, vectorizer: 'titleEmbeddings' })
    expect(titles.map(({ _embeddings }) => _embeddings.map(({ embedding }) => embedding))).toEqual([
      [[1, 0, 0]],
      [[0, 1, 0]],
      [],
    ])
  })

  it.each([
    ['dense', 'vector'],
    ['half', 'halfvec'],
    ['bits', 'bit'],
    ['sparse', 'sparsevec'],
  ] as const)('reads vectors of the model itself: %s', async (field, type) => {
    const found = await db.sample.findEmbeddings({ vectorizer: field, select: { label: true } })
    const read = Object.fromEntries(found.map(({ label, _embedding }) => [label, _embedding]))
    const expected = samples.map(({ kind, number, vectors }) => {
      const vector = vectors[type]?.map((each) => each + 0)
      const elements = vector?.flatMap((each, index) => (each === 0 ? [] : [[index, each] as const]))
      return [`${kind} ${number}`, type === 'sparsevec' && elements ? new Map(elements) : (vector ?? null)]
    })
    expect(read).toEqual(Object.fromEntries(expected))
    expect(Object.values(read)).toContain(null)
  })

  it('reads lists of vectors, NULL as an empty one', async () => {
    await fixture.prisma.$executeRawUnsafe(`INSERT INTO "Collage" VALUES (1, 'two', '{"[1,2,3]","[0.1,-4,0]"}'),
      (2, 'none', '{}'), (3, 'with NULL', '{"[1,2,3]",NULL}'), (4, 'NULL', NULL)`)
    const found = await db.collage.findEmbeddings({ orderBy: { id: 'asc' } })
    expect(found.map(({ name, _embedding }) => [name, _embedding])).toEqual([
      [
        'two',
        [
          [1, 2, 3],
          [Math.fround(0.1), -4, 0],
        ],
      ],
      ['none', []],
      ['with NULL', [[1, 2, 3]]],
      ['NULL', []],
    ])
  })

  it('hides what other extensions hide, whichever came first', async () => {
    const where = { authorId: 1 }
    for (const client of [extend(fixture.prisma.$extends(notEast) as never), db.$extends(notEast)]) {
      const posts = await (client as typeof db).blogPost.findEmbeddings({ where })
      expect(posts.map(({ title, _embeddings }) => [title, _embeddings.length])).toEqual([['Northeast', 2]])
    }
    const filtering = db.$extends({
      query: { $allModels: { findMany: async ({ args, query }) => (await query(args)).slice(0, 1) } },
    })
    expect(await filtering.blogPost.findEmbeddings()).toHaveLength(1)
  })

  it('lets result extensions compute from a key that is not shown', async () => {
    const computed = db.$extends({
      result: { blogPost: { url: { needs: { id: true }, compute: ({ id }) => `/posts/${id}` } } },
    })
    const [post] = await computed.blogPost.findEmbeddings({ where: { id: 4 }, select: { url: true } })
    expect(post?.url).toBe('/posts/4')
    expect(Object.keys(post ?? {}).sort()).toEqual(['_embeddings', 'url'])
  })

  it('sees what its transaction has written, in one statement besides findMany', async () => {
    const watched = fixture.prisma.$extends({
      query: {
        $queryRawUnsafe({ args, query }) {
          statements.push(String(args[0]))
          return query(args)
        },
      },
    })
    const found = extend(watched as never).$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`UPDATE "BlogPost_embedding_store" SET "embedding" = '[7,8,9]' WHERE "chunk" = 'west'`)
      const [post] = await tx.blogPost.findEmbeddings({ where: { id: 1 } })
      throw Object.assign(new Error('rolled back'), { vector: post?._embeddings[0]?.embedding })
    })
    await expect(found).rejects.toMatchObject({ vector: [7, 8, 9] })
    expect(statements).toEqual([
      `select k.n, c."embedding_uuid", c."chunk_seq", c."chunk", ${
        adapter === 'pg' ? 'vector_send(c."embedding")' : 'c."embedding"::text'
      } as vector
from rows from (jsonb_to_recordset($1::jsonb) as (key_0 INTEGER)) with ordinality as k (key_0, n)
join "public"."BlogPost_embedding_store" c on c."id" = k.key_0
order by k.n, c."chunk_seq"`,
    ])
  })

  it.each([
    ['a list of arguments', [], 'VZ306', 'not an object'],
    ['no vectorizer where there are several', {}, 'VZ305', 'has 4 vectorizers and vector fields and none is named'],
    ['a vectorizer that does not exist', { vectorizer: 'density' }, 'VZ305', 'no vectorizer or vector field "density"'],
  ])('refuses %s', async (_name, args, code, message) => {
    const found = db.sample.findEmbeddings(args as never)
    await expect(found).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('says what findMany says of wrong arguments, and which store is missing', async () => {
    await expect(db.blogPost.findEmbeddings({ where: { titel: 'x' } } as never)).rejects.toThrow(
      /Unknown argument `titel`/,
    )
    await fixture.prisma.$executeRawUnsafe('ALTER TABLE "Draft_embedding_store" RENAME TO "elsewhere"')
    await expect(db.draft.findEmbeddings()).rejects.toMatchObject({
      code: 'VZ307',
      message: expect.stringContaining('Draft.findEmbeddings: the store "Draft_embedding_store" does not exist'),
    })
  })
})
