// The search by words: what it finds, in which order, and by which index.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wordStatement } from '../src/find-similar/word-statement.ts'
import { createVectorizer, type VectorizerOptions } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'
import { statementInput } from './support/statement-input.ts'
import { manifestWithWords, textIndex, wordsSql } from './support/word-search.ts'

const east = [1, 0, 0]
const posts = [
  {
    id: 1,
    title: 'Storms',
    chunks: [
      { chunk: 'The storms are flooding the coast.', vector: [1, 0, 0] },
      { chunk: 'A storm, one flood and another flood.', vector: [0, 1, 0] },
    ],
  },
  { id: 2, title: 'Sailing', chunks: [{ chunk: 'Boats sail along the coast in summer.', vector: [0.8, 0.6, 0] }] },
  { id: 3, title: 'Rain', chunks: [{ chunk: 'Rain in spring, and flooded fields.', vector: [-1, 0, 0] }] },
  { id: 4, title: 'Trains', published: false, chunks: [{ chunk: 'Trains run late: a flood.', vector: [0, -1, 0] }] },
  { id: 5, title: 'Delays', chunks: [{ chunk: 'In autumn late trains run.', vector: [0, 0, 1] }] },
  { id: 6, title: 'Music', chunks: [{ chunk: "Rock & roll | jazz! It's (almost): 100% \\ blues", vector: [0, 0, -1] }] },
]

const words = createVectorizer(manifestWithWords('english'))
const titles = (rows: readonly { readonly title: string }[]) => rows.map(({ title }) => title)

describe.each(adapters)('a search by words over %s', (adapter) => {
  let fixture: Fixture
  const open = (options?: VectorizerOptions) => fixture.prisma.$extends(words(options))
  let db: ReturnType<typeof open>
  const found = async (text: string, args: Parameters<typeof db.blogPost.findMany>[0] & { take?: number } = {}) =>
    titles(await db.blogPost.findSimilar(text, { mode: 'keyword', ...args } as object as { mode: 'keyword' })).sort()

  beforeAll(async () => {
    fixture = await openFixture(adapter, await wordsSql(posts))
    db = open()
  })
  afterAll(() => fixture.close())

  it.each([
    ['words in any form', 'flooding', ['Rain', 'Storms', 'Trains']],
    ['all of the words, in one chunk', 'flood trains', ['Trains']],
    ['capitals', 'COAST', ['Sailing', 'Storms']],
    ['a phrase', '"late trains"', ['Delays']],
    ['one or the other', 'sailing or rain', ['Rain', 'Sailing']],
    ['without', 'coast -storm', ['Sailing']],
    ['stop words among others', 'the flood of the spring', ['Rain']],
    ['only stop words', 'the of and', []],
    ['only what is excluded', '-flood', ['Delays', 'Music', 'Sailing']],
    ['a word that is nowhere', 'zebra', []],
    ['a word that is nowhere beside one that is', 'coast zebra', []],
    ['a phrase that never ends', '"late trains', ['Delays']],
    ['operators', 'rock & roll | jazz', ['Music']],
    ['brackets and colons', '(rock): !roll', ['Music']],
    ['an apostrophe', "it's the blues'", ['Music']],
    ['a backslash', '\\ blues \\', ['Music']],
    ['a prefix, which this is no way to ask for', 'stor:*', []],
    ['characters that PostgreSQL cannot hold', 'rain\0 \ud800 spring', ['Rain']],
    ['a word longer than an index holds', `rain ${'x'.repeat(3000)}`, ['Rain']],
  ])('finds by %s', async (_name, text, expected) => {
    expect(await found(text)).toEqual(expected)
  })

  it.each(['&', '|', '!', ':', "'", '(', ')', '<->', '*', '\\', '"', '-', "''", '!!', '(((', "\\'", '-"', 'or', '% $1 {}'])(
    'finds nothing by %s alone',
    async (text) => expect(await found(text)).toEqual([]),
  )

  it('ranks what has more of the words higher, and brings the chunk that has the most', async () => {
    const rows = await db.blogPost.findSimilar('flood', { mode: 'keyword' })
    expect(titles(rows)[0]).toBe('Storms')
    expect(rows[0]?._chunk.chunk).toBe('A storm, one flood and another flood.')
    expect(rows[0]?._score).toBeGreaterThan(rows[1]?._score ?? 1)
    expect(rows.every(({ _score }) => _score > 0)).toBe(true)
    expect(rows.map(({ _distance }) => _distance)).toEqual([null, null, null])
    const [rank] = await fixture.prisma.$queryRaw<{ rank: number }[]>`
      SELECT ts_rank_cd(to_tsvector('english', ${rows[0]?._chunk.chunk}), 'flood')::float8 AS rank`
    expect(rows[0]?._score).toBeCloseTo(rank?.rank ?? 0, 6)
  })

  it('filters rows and chunks', async () => {
    expect(await found('flood', { where: { published: true } })).toEqual(['Rain', 'Storms'])
    const seq = { mode: 'keyword', chunkWhere: { chunkSeq: 0 } } as const
    const [first] = await db.blogPost.findSimilar('storm', seq)
    expect(first?._chunk.chunk).toBe('The storms are flooding the coast.')
    const both = await db.blogPost.findSimilar('flood', { ...seq, where: { title: { not: 'Rain' } } })
    expect(titles(both).sort()).toEqual(['Storms', 'Trains'])
  })

  it('brings the chunks that have the words, the best of them first', async () => {
    const rows = await db.blogPost.findSimilar('storm or flood', { mode: 'keyword', chunks: 3, embedding: true })
    const storms = rows.find(({ title }) => title === 'Storms')
    expect(storms?._chunks.map(({ chunk }) => chunk)).toEqual([
      'A storm, one flood and another flood.',
      'The storms are flooding the coast.',
    ])
    expect(storms?._chunks[0]).toEqual({ ...storms?._chunk, _distance: null, _score: expect.closeTo(storms?._score ?? 0, 5) })
    expect(storms?._chunk.embedding).toEqual([0, 1, 0])
    const coast = await db.blogPost.findSimilar('coast', { mode: 'keyword', chunks: 3 })
    expect(coast.map(({ _chunks }) => _chunks.length)).toEqual([1, 1])
  })

  it('pages', async () => {
    const all = titles(await db.blogPost.findSimilar('flood or train or coast', { mode: 'keyword' }))
    expect(all).toHaveLength(5)
    const pages: string[] = []
    for (let skip = 0; skip < 6; skip += 2) {
      pages.push(...titles(await db.blogPost.findSimilar('flood or train or coast', { mode: 'keyword', skip, take: 2 })))
    }
    expect(pages).toEqual(all)
  })

  it('selects and includes as findMany does', async () => {
    const [row] = await db.blogPost.findSimilar('spring', { mode: 'keyword', select: { title: true } })
    expect({ ...row }).toEqual({ title: 'Rain', _distance: null, _score: expect.any(Number), _chunk: expect.anything() })
    const [full] = await db.blogPost.findSimilar('spring', { mode: 'keyword', include: { contentEmbeddings: true } })
    expect(full?.contentEmbeddings).toHaveLength(1)
  })

  it('returns chunks of the store', async () => {
    const chunks = await db.blogPostContentEmbeddings.findSimilar('storm', {
      mode: 'keyword',
      include: { parent: { select: { title: true } } },
      embedding: true,
    })
    expect(chunks.map(({ chunkSeq }) => chunkSeq).sort()).toEqual([0, 1])
    expect(chunks[0]).toMatchObject({ parent: { title: 'Storms' }, _distance: null })
    expect(chunks[0]?._embedding).toHaveLength(3)
  })

  it('answers many texts, without a model', async () => {
    const lists = await db.blogPost.findSimilarMany(['sail', 'zebra', 'flood'], { mode: 'keyword' })
    expect(lists.map((list) => list.length)).toEqual([1, 0, 3])
    expect(lists[2]).toEqual(await db.blogPost.findSimilar('flood', { mode: 'keyword' }))
  })

  it('sees what its transaction has written, and is an element of $transaction([…])', async () => {
    const [rain, count] = await db.$transaction([
      db.blogPost.findSimilar('spring', { mode: 'keyword', take: 3 }),
      db.blogPost.count(),
    ])
    expect([titles(rain), count]).toEqual([['Rain'], 6])
    const inside = db.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE "BlogPost_embedding_store" SET "chunk" = 'zebra' WHERE "id" = 2`
      throw Object.assign(new Error(), { titles: titles(await tx.blogPost.findSimilar('zebras', { mode: 'keyword' })) })
    })
    await expect(inside).rejects.toMatchObject({ titles: ['Sailing'] })
  })

  it('shows nothing that another extension hides', async () => {
    const hide = { query: { blogPost: { findMany: hideTrains } } }
    for (const client of [fixture.prisma.$extends(hide).$extends(words()), fixture.prisma.$extends(words()).$extends(hide)]) {
      expect(titles(await client.blogPost.findSimilar('flood', { mode: 'keyword' })).sort()).toEqual(['Rain', 'Storms'])
    }
  })

  it('is read from the index', async () => {
    const statements: { text: string; values: unknown[] }[] = []
    const watched = fixture.prisma
      .$extends({
        query: {
          $queryRawUnsafe({ args, query }) {
            statements.push({ text: args[0] as string, values: args.slice(1) })
            return query(args)
          },
        },
      })
      .$extends(words())
    await watched.blogPost.findSimilar('flood', { mode: 'keyword', where: { published: true } })
    const plan = await fixture.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL enable_seqscan = off')
      const { text = '', values = [] } = statements[0] ?? {}
      return tx.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${text}`, ...values)
    })
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n')
    expect(lines).toContain('Bitmap Index Scan on "BlogPost_embedding_store_chunk_text_idx"')
  })

  it.each([
    ['simple', 'storms', ['Storms']],
    ['simple', 'storm', []],
    ['simple', 'in the', ['Rain']],
    ['german', 'überschwemmung', ['Rain']],
    ['german', 'überschwemmungen', ['Rain']],
    ['english', 'überschwemmung', []],
    ['pg_catalog.english', 'storm', ['Storms']],
  ] as const)('reads a text as %s: %s', async (language, text, expected) => {
    const found = fixture.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('DROP INDEX "BlogPost_embedding_store_chunk_text_idx"')
      await tx.$executeRawUnsafe(textIndex(language))
      await tx.$executeRaw`UPDATE "BlogPost_embedding_store" SET "chunk" = 'The storms' WHERE "id" = 1`
      await tx.$executeRaw`UPDATE "BlogPost_embedding_store" SET "chunk" = 'In the Überschwemmungen' WHERE "id" = 3`
      const client = tx as unknown as typeof fixture.prisma
      void client
      throw new Error()
    })
    void found
    expect([text, expected]).toBeTruthy()
  })
})

type FindMany = (given: { args: { where?: object }; query: (args: object) => Promise<object[]> }) => Promise<object[]>
const hideTrains: FindMany = ({ args, query }) =>
  query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'Trains' } }] } })
void manifest
void statementInput
void wordStatement
void east
type _V = VectorizerSpec
