// The queries that the Python world writes with SQLAlchemy, pgai's relationship and pgvector's distances, in Prisma's form:
// by typed methods where there are some, by fragments in SQL where the query was SQL.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer, createVectorSql } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'
import { namespaceOf, type Prisma } from './support/namespaces.ts'

interface Chunk {
  readonly chunk: string
}

const east = [1, 0, 0]
const chunks = 'BlogPostContentEmbeddings'
const compass = { name: 'test/compass', embed: async () => ({ vectors: [east], tokens: 1 }) }

/** Of pgai's signature; it answers with the direction that the text speaks of. */
const openaiEmbed = `CREATE FUNCTION ai.openai_embed(model text, input_text text, api_key text DEFAULT NULL,
  api_key_name text DEFAULT NULL, base_url text DEFAULT NULL, dimensions int DEFAULT NULL) RETURNS vector IMMUTABLE
  LANGUAGE sql AS $$ SELECT CASE WHEN input_text LIKE '%east%' THEN '[1,0,0]'::vector(3) ELSE '[0,1,0]' END $$`

describe.each(adapters)('SQLAlchemy’s queries over %s', (adapter) => {
  let fixture: Fixture
  let Prisma: Prisma
  const extend = () => fixture.prisma.$extends(createVectorizer(manifest)({ embedder: async () => compass }))
  let db: ReturnType<typeof extend>
  const fragmentsOf = (prisma: Prisma) => createVectorSql(manifest)(prisma)
  let sql: ReturnType<typeof fragmentsOf>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    await fixture.prisma.$executeRaw`CREATE SCHEMA ai`
    await fixture.prisma.$executeRawUnsafe(openaiEmbed)
    Prisma = await namespaceOf('prisma-client')
    db = extend()
    sql = fragmentsOf(Prisma)
  })
  afterAll(() => fixture.close())

  describe('semantic search of the chunks', () => {
    it('by a text that the database embeds', async () => {
      const query = 'what lies east'
      const vector = Prisma.sql`ai.openai_embed('text-embedding-3-small', ${query}, dimensions => 3)`
      const similar = await db.$queryRaw<Chunk[]>`
        SELECT chunk FROM ${sql.storeTable(chunks)} ORDER BY ${sql.cosineDistance(chunks, vector)} LIMIT 5`
      expect(similar.map(({ chunk }) => chunk).slice(0, 3)).toEqual(['east', 'nearly east', 'northeast'])
      expect(similar).toHaveLength(5)
    })

    it('by a text that the application embeds', async () => {
      const similar = await db.blogPostContentEmbeddings.findSimilar('what lies east', { take: 5 })
      expect(similar.map(({ chunk }) => chunk).slice(0, 3)).toEqual(['east', 'nearly east', 'northeast'])
      expect(similar).toHaveLength(5)
    })

    it('by a vector, in SQL and by the method', async () => {
      const inSql = await db.$queryRaw<Chunk[]>`
        SELECT chunk FROM ${sql.storeTable(chunks)} ORDER BY ${sql.cosineDistance(chunks, [3, 2, 1])} LIMIT 3`
      const similar = await db.blogPostContentEmbeddings.findSimilar([3, 2, 1], { take: 3 })
      const nearest = ['northeast', 'nearly east', 'east']
      expect(inSql.map(({ chunk }) => chunk)).toEqual(nearest)
      expect(similar.map(({ chunk }) => chunk)).toEqual(nearest)
    })

    it('with the post that each chunk belongs to', async () => {
      const similar = await db.blogPostContentEmbeddings.findSimilar(east, { take: 2, include: { parent: true } })
      for (const embedding of similar) expect(embedding.parent.title).toBe('East')
    })
  })

  describe('the embeddings themselves', () => {
    it('all of them, with their vectors', async () => {
      const embeddings = await db.blogPostContentEmbeddings.findMany({ orderBy: [{ id: 'asc' }, { chunkSeq: 'asc' }] })
      expect(embeddings.map(({ chunk }) => chunk)).toEqual([
        'west',
        'north',
        'also north',
        'northeast',
        'nearly east',
        'east',
      ])
      const withVectors = await db.$queryRaw<{ chunk: string; embedding: string }[]>`
        SELECT chunk, ${sql.storeColumn(chunks)}::text AS embedding FROM ${sql.storeTable(chunks)} ORDER BY id, chunk_seq`
      expect(withVectors[0]).toEqual({ chunk: 'west', embedding: '[-1,0,0]' })
      expect(withVectors).toHaveLength(embeddings.length)
      const [west] = await db.blogPost.findEmbeddings({ where: { title: 'West' } })
      expect(west?._embeddings).toMatchObject([{ chunk: 'west', chunkSeq: 0, embedding: [-1, 0, 0] }])
    })

    it('have the key of the post, the chunk, its place and their own identity', async () => {
      const [embedding] = await db.blogPostContentEmbeddings.findMany({ where: { id: 4, chunkSeq: 1 } })
      expect(embedding).toEqual({
        embeddingUuid: expect.stringMatching(/^[\da-f-]{36}$/),
        id: 4,
        chunkSeq: 1,
        chunk: 'east',
      })
    })

    it('of a post, through the relation', async () => {
      const post = await db.blogPost.findFirst({ where: { title: 'East' }, include: { contentEmbeddings: true } })
      expect(post?.contentEmbeddings.map(({ chunk }) => chunk).sort()).toEqual(['east', 'nearly east'])
      const accessed = await db.blogPost.findUniqueOrThrow({ where: { id: 4 } }).contentEmbeddings()
      expect(accessed?.map(({ chunk }) => chunk).sort()).toEqual(['east', 'nearly east'])
    })

    it('and the post of an embedding, the other way', async () => {
      const [embedding] = await db.blogPostContentEmbeddings.findMany({ where: { chunk: 'north' } })
      const { embeddingUuid } = embedding ?? { embeddingUuid: '' }
      const parent = await db.blogPostContentEmbeddings.findUniqueOrThrow({ where: { embeddingUuid } }).parent()
      expect(parent?.title).toBe('North')
    })
  })

  describe('the join of posts and embeddings', () => {
    const expected = [
      ['North', 'north', 0],
      ['Northeast', 'also north', 0],
      ['Northeast', 'northeast', 1],
    ]

    it('by the relation, with a condition on the post', async () => {
      const results = await db.blogPostContentEmbeddings.findMany({
        where: { parent: { title: { contains: 'NORTH', mode: 'insensitive' } } },
        include: { parent: true },
        orderBy: [{ id: 'asc' }, { chunkSeq: 'asc' }],
      })
      expect(results.map(({ parent, chunk, chunkSeq }) => [parent.title, chunk, chunkSeq])).toEqual(expected)
    })

    it('in SQL, with the vector', async () => {
      const results = await db.$queryRaw<{ title: string; chunk: string; chunk_seq: number; embedding: string }[]>`
        SELECT p.title, e.chunk, e.chunk_seq, e.embedding_uuid, ${sql.storeColumn(chunks, { alias: 'e' })}::text AS embedding
        FROM "BlogPost" AS p JOIN ${sql.storeTable(chunks)} AS e ON e.id = p.id
        WHERE p.title ILIKE ${'%NORTH%'} ORDER BY e.id, e.chunk_seq`
      expect(results.map(({ title, chunk, chunk_seq }) => [title, chunk, chunk_seq])).toEqual(expected)
      expect(results.map(({ embedding }) => embedding)).toEqual(['[0,1,0]', '[0,1,0]', '[0.8,0.6,0]'])
    })

    it('ordered by a distance', async () => {
      const distance = sql.cosineDistance(chunks, east, { alias: 'e', exact: true })
      const results = await db.$queryRaw<{ title: string }[]>`
        SELECT p.title, ${distance} AS distance FROM "BlogPost" AS p JOIN ${sql.storeTable(chunks)} AS e ON e.id = p.id
        WHERE p.title ILIKE ${'%north%'} ORDER BY distance LIMIT 2`
      expect(results).toEqual([
        { title: 'Northeast', distance: expect.closeTo(0.2, 6) },
        { title: expect.stringContaining('North'), distance: 1 },
      ])
      const posts = await db.blogPost.findSimilar(east, {
        where: { title: { contains: 'north', mode: 'insensitive' } },
      })
      expect(posts.map(({ title }) => title)).toEqual(['Northeast', 'North'])
    })
  })

  describe('a model with a vector of its own', () => {
    it('the k nearest rows, each with its distance', async () => {
      const notes = await db.note.findSimilar([1, 0, 0], { take: 3 })
      expect(notes.map(({ text }) => text)).toEqual(['east', 'northeast', 'north'])
      expect(notes.map(({ _distance }) => Number(_distance.toFixed(5)))).toEqual([0, 0.2, 1])
    })

    it('a list of rows, without what is large', async () => {
      const notes = await db.note.findMany({ select: { id: true, text: true }, take: 50, orderBy: { id: 'asc' } })
      expect(notes[0]).toEqual({ id: 1, text: 'west' })
      expect(await db.note.findFirst()).not.toHaveProperty('embedding')
    })

    it('a row with its vector is written', async () => {
      const inside = db.$transaction(async (tx) => {
        await tx.note.createWithEmbedding({ data: { id: 6, text: 'item' }, embedding: [1, 2, 3] })
        const nearest = await tx.note.findSimilar([1, 2, 3], { take: 1 })
        throw Object.assign(new Error('rolled back'), { nearest })
      })
      await expect(inside).rejects.toMatchObject({ nearest: [{ id: 6, _distance: expect.closeTo(0, 6) }] })
    })

    it('nearest neighbors by Euclidean distance', async () => {
      const distance = sql.l2Distance('Note.embedding', [0.8, 0.7, 0])
      const nearest = await db.$queryRaw`SELECT id FROM "Note" ORDER BY ${distance} LIMIT 2`
      expect(nearest).toEqual([{ id: 3 }, { id: 4 }])
      const articles = await db.article.findSimilar([3, 1, 0], { vectorizer: 'summaryVector', take: 5 })
      expect(articles.map(({ id }) => id)).toEqual([2, 1])
    })

    it('rows within a distance', async () => {
      const distance = sql.l2Distance('Note.embedding', east)
      const near = await db.$queryRaw`SELECT id FROM "Note" WHERE ${distance} < ${1} ORDER BY id`
      expect(near).toEqual([{ id: 3 }, { id: 4 }])
      const articles = await db.article.findSimilar([3, 1, 0], { vectorizer: 'summaryVector', maxDistance: 4 })
      expect(articles.map(({ id }) => id)).toEqual([2])
    })

    it('the distance of each row', async () => {
      const distance = sql.l2Distance('Note.embedding', east)
      expect(await db.$queryRaw`SELECT ${distance} AS distance FROM "Note" ORDER BY id LIMIT 2`).toEqual([
        { distance: 2 },
        { distance: expect.closeTo(Math.SQRT2, 6) },
      ])
    })

    it('each of the six distances', async () => {
      const vector = [1, 0, 0, 0]
      const bits = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      const inside = db.$transaction(async (tx) => {
        await tx.$executeRaw`INSERT INTO samples (kind, sample_no, label, dense_vector, half, bits, sparse)
          VALUES ('NOTE', 1, '', '[3,4,0,0]', '[3,4,0,0]', B'1000000000000000', '{1:3,2:4}/40')`
        const [row] = await tx.$queryRaw<Record<string, number>[]>`SELECT
          ${sql.cosineDistance('Sample.dense', vector, { exact: true })} AS cosine, ${sql.l2Distance('Sample.half', vector)} AS l2,
          ${sql.l1Distance('Sample.half', vector)} AS l1,
          ${sql.maxInnerProduct('Sample.sparse', new Map([[0, 1]]))} AS inner_product,
          ${sql.hammingDistance('Sample.bits', bits)} AS hamming, ${sql.jaccardDistance('Sample.bits', bits)} AS jaccard
          FROM ${sql.storeTable('Sample.dense')}`
        throw Object.assign(new Error('rolled back'), { row })
      })
      await expect(inside).rejects.toMatchObject({
        row: { cosine: expect.closeTo(0.4, 6), l2: expect.closeTo(Math.hypot(2, 4), 6), l1: 6, inner_product: -3 },
      })
      await expect(inside).rejects.toMatchObject({ row: { hamming: 1, jaccard: 0.5 } })
    })

    it('the average and the sum of the vectors', async () => {
      const embedding = sql.storeColumn('Note.embedding')
      const rows = await db.$queryRaw`SELECT avg(${embedding})::text AS avg, sum(${embedding})::text AS sum FROM "Note"`
      expect(rows).toEqual([{ avg: '[0.2,0.4,0]', sum: '[0.8,1.6,0]' }])
      expect(await db.note.averageEmbedding()).toEqual([0.2, 0.4, 0].map(Math.fround))
      expect(await db.note.sumEmbedding()).toEqual([0.8, 1.6, 0].map(Math.fround))
    })

    it('half precision by the index, in full precision by request', async () => {
      const text = (exact: boolean) => sql.cosineDistance('Note.embedding', east, { exact }).text
      expect(text(false)).toContain('"embedding"::halfvec(3)')
      expect(text(true)).not.toContain('halfvec')
    })

    it('several vectors in each row', async () => {
      const inside = db.$transaction(async (tx) => {
        await tx.$executeRaw`INSERT INTO "Collage" VALUES (1, 'a', '{"[0,1,0]","[0,0,1]"}'), (2, 'b', '{"[1,0,0]"}')`
        const rows = await tx.$queryRaw`
          SELECT c.id FROM ${sql.storeTable('Collage.parts')} AS c,
            unnest(${sql.storeColumn('Collage.parts', { alias: 'c' })}) AS part
          ORDER BY part <-> ${JSON.stringify([0, 0, 2])}::vector LIMIT 1`
        throw Object.assign(new Error('rolled back'), { rows })
      })
      await expect(inside).rejects.toMatchObject({ rows: [{ id: 1 }] })
    })
  })
})
