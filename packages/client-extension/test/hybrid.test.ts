// The search by vectors and words together, against a fusion of the two rankings computed here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer, type VectorizerOptions } from '../src/index.ts'
import { hybridStatement } from '../src/statement/word-statement.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'
import { distances } from './support/distances.ts'
import { randomNumbers } from './support/sample-vectors.ts'
import { statementInput } from './support/statement-input.ts'
import { manifestWithWords, wordsSql } from './support/word-search.ts'

const vocabulary = ['storm', 'flood', 'coast', 'sail', 'rain', 'train', 'field', 'boat']
const next = randomNumbers(3)
const pick = () => vocabulary[Math.floor(((next() + 1) / 2) * vocabulary.length) % vocabulary.length] as string
const posts = Array.from({ length: 60 }, (_, index) => ({
  id: index + 1,
  title: `post ${index + 1}`,
  published: index % 3 !== 0,
  chunks: Array.from({ length: 1 + (index % 2) }, () => ({
    chunk: Array.from({ length: 1 + (index % 5) }, pick).join(' '),
    vector: [next(), next(), next()],
  })),
}))
// Far from every query, but the only one with this word; and nearest to them, without any word that is asked for.
posts.push({ id: 61, title: 'post 61', published: true, chunks: [{ chunk: 'zebra', vector: [-1, -1, -1] }] })
posts.push({ id: 62, title: 'post 62', published: true, chunks: [{ chunk: 'nothing', vector: [1, 0.5, 0.25] }] })

const query = [1, 0.5, 0.25]
const words = createVectorizer(manifestWithWords('english'))
const embedder: VectorizerOptions['embedder'] = async () => ({
  name: 'test',
  embed: async (texts) => ({ vectors: texts.map(() => query), tokens: undefined }),
})

interface Fused {
  readonly id: number
  readonly score: number
}

/** Reciprocal rank fusion of the rows by their best chunks. */
function fusion(ranks: ReadonlyMap<number, number>, weights = { vector: 1, keyword: 1 }, shown = posts): Fused[] {
  const nearest = shown
    .map(({ id, chunks }) => ({ id, value: Math.min(...chunks.map(({ vector }) => distances.cosine(query, vector))) }))
    .sort((a, b) => a.value - b.value || a.id - b.id)
  const worded = shown
    .flatMap(({ id }) => (ranks.has(id) ? [{ id, value: ranks.get(id) as number }] : []))
    .sort((a, b) => b.value - a.value || a.id - b.id)
  const scores = new Map<number, number>()
  for (const [list, weight] of [
    [nearest, weights.vector],
    [worded, weights.keyword],
  ] as const) {
    if (weight === 0) continue
    for (const [index, { id }] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + weight / (61 + index))
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || a.id - b.id)
}

describe.each(adapters)('a search by both over %s', (adapter) => {
  let fixture: Fixture
  const open = () => fixture.prisma.$extends(words({ embedder }))
  let db: ReturnType<typeof open>
  /** PostgreSQL's rank of each post with any of the words. */
  let ranksOf: (any: string) => Promise<Map<number, number>>
  const idsAndScores = (rows: readonly { readonly id: number; readonly _score: number }[]) =>
    rows.map(({ id, _score }) => ({ id, score: _score }))
  const close = (fused: readonly Fused[]) => fused.map(({ id, score }) => ({ id, score: expect.closeTo(score, 12) }))

  beforeAll(async () => {
    fixture = await openFixture(adapter, await wordsSql(posts))
    db = open()
    ranksOf = async (any) => {
      const rows = await fixture.prisma.$queryRaw<{ id: number; rank: number }[]>`
        SELECT "id", max(ts_rank_cd(to_tsvector('english', "chunk"), to_tsquery('english', ${any}))) AS rank
        FROM "BlogPost_embedding_store" WHERE to_tsvector('english', "chunk") @@ to_tsquery('english', ${any}) GROUP BY 1`
      return new Map(rows.map(({ id, rank }) => [id, rank]))
    }
  })
  afterAll(() => fixture.close())

  it.each([
    ['equally', {}, { vector: 1, keyword: 1 }],
    ['with weights', { weights: { vector: 2, keyword: 0.5 } }, { vector: 2, keyword: 0.5 }],
    ['with one weight', { weights: { keyword: 3 } }, { vector: 1, keyword: 3 }],
  ])('fuses the two rankings %s', async (_name, args, weights) => {
    const rows = await db.blogPost.findSimilar('Which storms and floods?', { mode: 'hybrid', take: 62, ...args })
    expect(idsAndScores(rows)).toEqual(close(fusion(await ranksOf('storm | flood'), weights)))
    expect(rows.every(({ _distance }) => typeof _distance === 'number')).toBe(true)
  })

  it('finds what only the words find, and what only the vectors find', async () => {
    const rows = await db.blogPost.findSimilar('zebra', { mode: 'hybrid', take: 2 })
    expect(rows.map(({ id }) => id)).toEqual([61, 62])
    expect(rows[0]).toMatchObject({ _chunk: { chunk: 'zebra' } })
    expect(rows[0]?._distance).toBeCloseTo(distances.cosine(query, [-1, -1, -1]), 5)
  })

  it('is one ranking where the other has no weight', async () => {
    const byWords = await db.blogPost.findSimilar('sails', { mode: 'keyword', take: 62 })
    const onlyWords = await db.blogPost.findSimilar('sails', { mode: 'hybrid', take: 62, weights: { vector: 0 } })
    expect(byWords.length).toBeGreaterThan(5)
    expect(byWords.length).toBeLessThan(62)
    expect(onlyWords.map(({ id }) => id)).toEqual(byWords.map(({ id }) => id))
    const byVector = await db.blogPost.findSimilar(query, { take: 20 })
    const onlyVector = await db.blogPost.findSimilar('sails', { mode: 'hybrid', take: 20, weights: { keyword: 0 } })
    expect(onlyVector.map(({ id, _distance }) => [id, _distance])).toEqual(
      byVector.map(({ id, _distance }) => [id, _distance]),
    )
  })

  it('filters rows and chunks of both rankings', async () => {
    const shown = posts.filter(({ published }) => published)
    const rows = await db.blogPost.findSimilar('storm', { mode: 'hybrid', take: 62, where: { published: true } })
    expect(idsAndScores(rows)).toEqual(close(fusion(await ranksOf('storm'), undefined, shown)))
    const firsts = await db.blogPost.findSimilar('storm', { mode: 'hybrid', take: 62, chunkWhere: { chunkSeq: 1 } })
    expect(firsts).toHaveLength(30)
    expect(new Set(firsts.map(({ _chunk }) => _chunk.chunkSeq))).toEqual(new Set([1]))
  })

  it('pages without repeating or losing a row', async () => {
    const args = { mode: 'hybrid', select: { id: true } } as const
    const all = await db.blogPost.findSimilar('storm rain', { ...args, skip: 0, take: 62 })
    const pages: number[] = []
    for (let skip = 0; skip < 62; skip += 7) {
      pages.push(...(await db.blogPost.findSimilar('storm rain', { ...args, skip, take: 7 })).map(({ id }) => id))
    }
    expect(pages).toEqual(all.map(({ id }) => id))
    expect(new Set(pages).size).toBe(62)
  })

  it('brings chunks, vectors and relations', async () => {
    const [row] = await db.blogPost.findSimilar('storm', {
      mode: 'hybrid',
      take: 1,
      chunks: 2,
      embedding: true,
      include: { contentEmbeddings: true },
    })
    const distancesOfChunks = row?._chunks.map(({ _distance }) => _distance) ?? []
    expect(distancesOfChunks).toEqual([...distancesOfChunks].sort((a, b) => a - b))
    expect(distancesOfChunks).toHaveLength(row?.contentEmbeddings.length ?? 0)
    expect(row?._chunk.embedding).toHaveLength(3)
    const chunks = await db.blogPostContentEmbeddings.findSimilar('zebra', { mode: 'hybrid', take: 3 })
    expect(
      chunks
        .slice(0, 2)
        .map(({ chunk }) => chunk)
        .sort(),
    ).toEqual(['nothing', 'zebra'])
    expect(new Set(chunks.map(({ embeddingUuid }) => embeddingUuid)).size).toBe(3)
  })

  it('answers many texts as it answers each', async () => {
    const texts = ['storm', 'zebra', 'of the', 'rain & field | it\'s (a) "boat']
    const lists = await db.blogPost.findSimilarMany(texts, { mode: 'hybrid', take: 5 })
    for (const [index, text] of texts.entries()) {
      expect(lists[index]).toEqual(await db.blogPost.findSimilar(text, { mode: 'hybrid', take: 5 }))
    }
    expect(lists[2]?.map(({ id }) => id)).toEqual(
      (await db.blogPost.findSimilar(query, { take: 5 })).map(({ id }) => id),
    )
    const [rows] = await db.$transaction([
      db.blogPost.findSimilar('storm', { mode: 'hybrid', take: 5 }),
      db.author.count(),
    ])
    expect(rows).toEqual(lists[0])
    const both = db.$transaction([db.blogPost.findSimilarMany(texts, { mode: 'hybrid' }), db.author.count()])
    await expect(both).rejects.toMatchObject({ code: 'VZ306', message: expect.stringContaining('it takes one query') })
  })

  it('takes the first words of a long text', async () => {
    const long = `zebra ${Array.from({ length: 14_000 }, (_, index) => `w${index}`).join(' ')}`
    expect((await db.blogPost.findSimilar(long, { mode: 'hybrid', take: 1 }))[0]?.id).toBe(61)
  })

  it('reads the index of words and the index of vectors, and puts the settings back', async () => {
    const [spec] = manifestWithWords('english').vectorizers
    const input = { words: 'storm', textSearch: 'english', weights: { vector: 1, keyword: 1 }, places: 50 }
    const { text, values } = hybridStatement({ ...statementInput({ spec, read: 500 }), ...input })
    const plan = await fixture.prisma.$transaction(async (tx) => {
      for (const kind of ['seqscan', 'sort', 'indexonlyscan'])
        await tx.$executeRawUnsafe(`SET LOCAL enable_${kind} = off`)
      return tx.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${text}`, ...values)
    })
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n')
    expect(lines).toContain('Index Scan using "BlogPost_embedding_store_embedding_vector_idx"')
    expect(lines).toContain('Bitmap Index Scan on "BlogPost_embedding_store_chunk_text_idx"')
    await db.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL hnsw.ef_search = 77')
      await tx.blogPost.findSimilar('storm', { mode: 'hybrid' })
      await tx.blogPost.findSimilarMany([query, query])
      expect(await tx.$queryRawUnsafe('SHOW hnsw.ef_search')).toEqual([{ 'hnsw.ef_search': '77' }])
    })
  })

  it.each([
    ['a vector', query, {}, 'a full-text search needs a text, and the query is none'],
    ['a row', { to: { id: 1 } }, {}, 'a full-text search needs a text'],
    ['no weight at all', 'x', { weights: { vector: 0, keyword: 0 } }, '`weights` is {"vector":0,"keyword":0}'],
    ['a negative weight', 'x', { weights: { vector: -1 } }, '`weights` is {"vector":-1}'],
    ['a weight in words', 'x', { weights: { vector: 'much' } }, '`weights.vector` is "much"'],
    ['an endless weight', 'x', { weights: { keyword: Number.POSITIVE_INFINITY } }, '`weights.keyword` is Infinity'],
    ['another weight', 'x', { weights: { words: 1 } }, '`weights` is {"words":1}'],
    ['weights that are none', 'x', { weights: [1, 2] }, 'the arguments are an array, not an object'],
    ['a distance', 'x', { maxDistance: 1 }, "`maxDistance` is given with `mode: 'hybrid'`"],
    ['a score', 'x', { minScore: 0.5 }, "`minScore` is given with `mode: 'hybrid'`"],
  ])('refuses %s', async (_name, asked, args, text) => {
    const search = db.blogPost.findSimilar as (query: unknown, args: unknown) => Promise<unknown>
    const failing = search.call(db.blogPost, asked, { mode: 'hybrid', ...args })
    await expect(failing).rejects.toMatchObject({ code: 'VZ306', message: expect.stringContaining(text) })
  })
})

it('ranks by both, and adds what the places of a row count', () => {
  const [spec] = manifestWithWords('english').vectorizers
  const input = { words: 'storm', textSearch: 'english', weights: { vector: 2, keyword: 1 }, places: 50 }
  const { text, values } = hybridStatement({ ...statementInput({ spec, read: 'all' }), ...input })
  expect(values).toEqual(['[1,0,0]', 'storm', 2, 1])
  expect(text).toMatchInlineSnapshot(`
    "with near as materialized (
      select c."id" as key_0, c."embedding_uuid", c."embedding" <=> (select $1::vector) as distance
      from "public"."BlogPost_embedding_store" c
    ), words as materialized (
      select string_agg('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''', ' | ')::tsquery as query
      from (select lexeme from unnest(to_tsvector('english'::regconfig, $2)) order by positions[1] limit 64) w
    ), found as materialized (
      select c."id" as key_0, c."embedding_uuid", ts_rank_cd(to_tsvector('english'::regconfig, c."chunk"), (select query from words)) as rank
      from "public"."BlogPost_embedding_store" c
      where to_tsvector('english'::regconfig, c."chunk") @@ (select query from words)
      order by rank desc, key_0 limit 2000
    ), by_vector as (
      select r.*, row_number() over (order by distance, key_0) as place from (select distinct on (key_0) * from near order by key_0, distance) r
      order by place limit 50
    ), by_words as (
      select r.*, row_number() over (order by rank desc, key_0) as place from (select distinct on (key_0) * from found order by key_0, rank desc) r
      order by place limit 50
    ), best as (
      select coalesce(v."embedding_uuid", k."embedding_uuid") as "embedding_uuid", coalesce($3::float8 / (60 + v.place), 0) + coalesce($4::float8 / (60 + k.place), 0) as score
      from by_vector v full join by_words k using (key_0)
      order by score desc, key_0 limit 2
    )
    select t.*, null::int as scanned
    from (select) s left join (
      select c."id" as key_0, c."embedding_uuid", c."chunk_seq", c."chunk", c."embedding" <=> (select $1::vector) as distance, b.score
      from best b join "public"."BlogPost_embedding_store" c on c."embedding_uuid" = b."embedding_uuid"
    ) t on true
    order by t.score desc, t.key_0"
  `)
})
