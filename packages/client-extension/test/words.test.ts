// The search by words: what it finds, in which order, and by which index.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer, type VectorizerOptions } from '../src/index.ts'
import { wordStatement } from '../src/statement/word-statement.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'
import { statementInput } from './support/statement-input.ts'
import { manifestWithWords, wordsSql } from './support/word-search.ts'

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
  {
    id: 6,
    title: 'Music',
    chunks: [{ chunk: "Rock & roll | jazz! It's (almost): 100% \\ blues", vector: [0, 0, -1] }],
  },
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

  it.each([
    '&',
    '|',
    '!',
    ':',
    "'",
    '(',
    ')',
    '<->',
    '*',
    '\\',
    '"',
    '-',
    "''",
    '!!',
    '(((',
    "\\'",
    '-"',
    'or',
    '% $1 {}',
  ])('finds nothing by %s alone', async (text) => expect(await found(text)).toEqual([]))

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
    expect(storms?._chunks[0]).toEqual({
      ...storms?._chunk,
      _distance: null,
      _score: expect.closeTo(storms?._score ?? 0, 5),
    })
    expect(storms?._chunk.embedding).toEqual([0, 1, 0])
    const coast = await db.blogPost.findSimilar('coast', { mode: 'keyword', chunks: 3 })
    expect(coast.map(({ _chunks }) => _chunks.length)).toEqual([1, 1])
  })

  it('pages', async () => {
    const all = titles(await db.blogPost.findSimilar('flood or train or coast', { mode: 'keyword' }))
    expect(all).toHaveLength(5)
    const pages: string[] = []
    for (let skip = 0; skip < 6; skip += 2) {
      pages.push(
        ...titles(await db.blogPost.findSimilar('flood or train or coast', { mode: 'keyword', skip, take: 2 })),
      )
    }
    expect(pages).toEqual(all)
  })

  it('selects and includes as findMany does', async () => {
    const [row] = await db.blogPost.findSimilar('spring', { mode: 'keyword', select: { title: true } })
    expect({ ...row }).toEqual({
      title: 'Rain',
      _distance: null,
      _score: expect.any(Number),
      _chunk: expect.anything(),
    })
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
    for (const client of [
      fixture.prisma.$extends(hide).$extends(words()),
      fixture.prisma.$extends(words()).$extends(hide),
    ]) {
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
      // Among so few rows any index is as good; the one of words can only be read as a bitmap.
      await tx.$executeRawUnsafe('SET LOCAL enable_indexscan = off')
      const { text = '', values = [] } = statements[0] ?? {}
      return tx.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${text}`, ...values)
    })
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n')
    expect(lines).toContain('Bitmap Index Scan on "BlogPost_embedding_store_chunk_text_idx"')
  })

  it.each([
    ['simple', 'storms', ['Storms']],
    ['simple', 'storm', []],
    ['simple', 'in the rain', ['Rain']],
    ['german', 'wanderung', ['Rain']],
    ['english', 'wanderung', []],
    ['pg_catalog.english', 'storm', ['Storms']],
  ] as const)('reads a text as %s: %s', async (language, text, expected) => {
    const inLanguage = fixture.prisma.$extends(createVectorizer(manifestWithWords(language))())
    const inside = inLanguage.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE "BlogPost_embedding_store" SET "chunk" = 'The storms' WHERE "id" = 1`
      await tx.$executeRaw`UPDATE "BlogPost_embedding_store" SET "chunk" = 'In the rain: Wanderungen' WHERE "id" = 3`
      throw Object.assign(new Error(), {
        titles: titles(await tx.blogPost.findSimilar(text, { mode: 'keyword' })).sort(),
      })
    })
    await expect(inside).rejects.toMatchObject({ titles: expected })
  })

  it.each([
    ['a vector', [1, 0, 0], {}, 'VZ306', 'a full-text search needs a text, and the query is none'],
    ['a row', { to: { id: 1 } }, {}, 'VZ306', 'a full-text search needs a text'],
    ['an empty text', ' ', {}, 'VZ303', 'the query text is only white space'],
    ['weights', 'rain', { weights: { vector: 1 } }, 'VZ306', "`weights` is given with `mode: 'keyword'`"],
    ['a distance', 'rain', { maxDistance: 1 }, 'VZ306', "`maxDistance` is given with `mode: 'keyword'`"],
    ['a score', 'rain', { minScore: 1 }, 'VZ306', "`minScore` is given with `mode: 'keyword'`"],
    ['efSearch', 'rain', { efSearch: 40 }, 'VZ306', "`efSearch` is given with `mode: 'keyword'`"],
    ['another mode', 'rain', { mode: 'words' }, 'VZ306', '`mode` is "words"'],
    ['hundreds of words', 'rain '.repeat(257), {}, 'VZ303', 'the query text has 257 words'],
  ])('refuses %s', async (_name, query, args, code, text) => {
    const search = db.blogPost.findSimilar as (query: unknown, args: unknown) => Promise<unknown>
    const failing = search.call(db.blogPost, query, { mode: 'keyword', ...args })
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
  })

  it.each([
    ['blogPost', {}, 'Add `textSearch: "english"` to its annotation'],
    ['note', {}, 'Use a vectorizer with a store table'],
    ['sample', { vectorizer: 'dense' }, 'Use a vectorizer with a store table'],
  ] as const)('refuses words where there is no full-text search: %s', async (model, args, fix) => {
    const plain = fixture.prisma.$extends(createVectorizer(manifest)())
    const search = plain[model].findSimilar as (query: unknown, args: unknown) => Promise<unknown>
    for (const mode of ['keyword', 'hybrid']) {
      const failing = search.call(plain[model], 'rain', { mode, ...args })
      await expect(failing).rejects.toMatchObject({ code: 'VZ309', message: expect.stringContaining(fix) })
    }
  })
})

it('reads the index of words and ranks what it finds', () => {
  const [spec] = manifestWithWords('english').vectorizers
  const input = { ...statementInput({ spec, chunks: 2, read: 'all' }), words: 'rain\0', textSearch: 'english' }
  const { text, values } = wordStatement(input)
  expect(values).toEqual(['rain '])
  expect(text).toMatchInlineSnapshot(`
    "with words as materialized (
      select websearch_to_tsquery('english'::regconfig, $1) as query
    ), found as materialized (
      select c."id" as key_0, c."embedding_uuid", ts_rank_cd(to_tsvector('english'::regconfig, c."chunk"), (select query from words)) as rank
      from "public"."BlogPost_embedding_store" c
      where to_tsvector('english'::regconfig, c."chunk") @@ (select query from words)
    ), best as (
      select b."embedding_uuid", b.rank as score from (select distinct on (key_0) * from found order by key_0, rank desc) b order by b.rank desc, key_0 limit 2
    )
    select t.*, null::int as scanned
    from (
      select c."id" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", (select json_agg(json_build_object('embeddingUuid', n."embedding_uuid", 'chunkSeq', n."chunk_seq", 'chunk', n."chunk", 'distance', null, 'score', n.place) order by n.place desc) from (
        select o.*, ts_rank_cd(to_tsvector('english'::regconfig, o."chunk"), (select query from words)) as place from "public"."BlogPost_embedding_store" o
        where o."id" = c."id" and to_tsvector('english'::regconfig, o."chunk") @@ (select query from words)
        order by place desc limit 2) n) as chunks, null::float8 as distance, b.score
      from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
    ) t
    order by t.score desc, t.key_0"
  `)
})

type FindMany = (given: { args: { where?: object }; query: (args: object) => Promise<object[]> }) => Promise<object[]>
const hideTrains: FindMany = ({ args, query }) =>
  query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'Trains' } }] } })
