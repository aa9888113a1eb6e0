// upsertEmbeddings: vectors that the application brings, into store tables.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const vectorizer = createVectorizer(manifest)
const tenants = { a: 'aaaaaaaa-0000-4000-8000-000000000000', b: 'bbbbbbbb-0000-4000-8000-000000000000' }
const up = [0, 0, 1]

/** East is not to be seen. */
const argumentsHook = Prisma.defineExtension({
  query: {
    blogPost: {
      findMany: ({ args, query }) => query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'East' } }] } }),
    },
  },
})
const resultHook = Prisma.defineExtension({
  query: {
    blogPost: {
      findMany: async ({ args, query }) => (await query(args)).filter((row) => row.title !== 'East'),
    },
  },
})

describe.each(adapters)('upsertEmbeddings over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(vectorizer())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = extend()
  })
  afterAll(() => fixture.close())

  /** Runs `work` in a transaction that is rolled back, so that each test finds the fixture's rows. */
  async function rolledBack<T>(
    work: (tx: Prisma.TransactionClient & Pick<typeof db, 'blogPost' | 'section' | 'draft' | 'product'>) => Promise<T>,
  ) {
    let result: T | undefined
    const rollback = new Error('rolled back')
    await db
      .$transaction(async (tx) => {
        result = await work(tx as never)
        throw rollback
      })
      .catch((error: unknown) => {
        if (error !== rollback) throw error
      })
    return result as T
  }

  const stored = (client: Pick<Prisma.TransactionClient, '$queryRawUnsafe'>, table = 'BlogPost_embedding_store') =>
    client.$queryRawUnsafe<{ id: number; seq: number; chunk: string; vector: string }[]>(
      `SELECT id, chunk_seq AS seq, chunk, embedding::text AS vector FROM "${table}" ORDER BY id, chunk_seq`,
    )

  it('inserts chunks, replaces those that are there, and leaves the others', async () => {
    const { count, rows, kept } = await rolledBack(async (tx) => {
      const [before] = await tx.$queryRawUnsafe<{ uuid: string }[]>(
        `SELECT embedding_uuid::text AS uuid FROM "BlogPost_embedding_store" WHERE id = 4 AND chunk_seq = 1`,
      )
      const { count } = await tx.blogPost.upsertEmbeddings({
        data: [
          { id: 5, chunk: 'nowhere', embedding: up },
          { id: 4, chunkSeq: 1, chunk: 'further east', embedding: Float32Array.of(0.5, 0, 0) },
        ],
      })
      const kept = await tx.blogPostContentEmbeddings.findUnique({ where: { embeddingUuid: before?.uuid ?? '' } })
      return { count, rows: await stored(tx), kept }
    })
    expect(count).toBe(2)
    expect(rows.filter(({ id }) => id > 3)).toEqual([
      { id: 4, seq: 0, chunk: 'nearly east', vector: '[0.96,0.28,0]' },
      { id: 4, seq: 1, chunk: 'further east', vector: '[0.5,0,0]' },
      { id: 5, seq: 0, chunk: 'nowhere', vector: '[0,0,1]' },
    ])
    expect(rows).toHaveLength(7)
    expect(kept?.chunk).toBe('further east')
  })

  it('finds what it stored', async () => {
    const [post] = await rolledBack(async (tx) => {
      await tx.blogPost.upsertEmbeddings({ data: [{ id: 5, chunk: 'up', embedding: up }] })
      return tx.blogPost.findSimilar(up, { take: 1 })
    })
    expect(post).toMatchObject({ title: 'Lost', _distance: 0, _chunk: { chunk: 'up', chunkSeq: 0 } })
  })

  it('takes keys of several columns, enums and big integers', async () => {
    const found = await rolledBack(async (tx) => {
      await tx.section.upsertEmbeddings({
        data: [{ tenantId: tenants.b.toUpperCase(), number: 2, chunk: 'b2 ' + '\\ " \u{1F30D}', embedding: up }],
      })
      await tx.draft.upsertEmbeddings({
        data: [{ kind: 'ESSAY', seq: 9007199254740993n, chunkSeq: 7, chunk: 'y', embedding: up }],
      })
      return {
        sections: await tx.section.findSimilar(up, { take: 1 }),
        drafts: await tx.draft.findSimilar(up, { take: 1 }),
      }
    })
    expect(found.sections).toMatchObject([{ tenantId: tenants.b, number: 2, _chunk: { chunk: 'b2 \\ " \u{1F30D}' } }])
    expect(found.drafts).toMatchObject([{ kind: 'ESSAY', seq: 9007199254740993n, _chunk: { chunkSeq: 7 } }])
  })

  it('writes to the vectorizer that is named', async () => {
    const rows = await rolledBack(async (tx) => {
      await tx.product.upsertEmbeddings({
        vectorizer: 'descriptionEmbeddings',
        data: [{ sku: 'cup', chunk: 'holds coffee', embedding: [2, 2] }],
      })
      return tx.productDescriptionEmbeddings.findMany({ select: { chunk: true }, orderBy: { sku: 'asc' } })
    })
    expect(rows).toEqual([{ chunk: 'holds coffee' }, { chunk: 'makes tea' }])
  })

  it('does nothing with no rows', async () => {
    expect(await db.blogPost.upsertEmbeddings({ data: [] })).toEqual({ count: 0 })
  })

  it('writes several batches in one transaction, which it opens itself', async () => {
    const data = Array.from({ length: 7 }, (_, chunkSeq) => ({
      id: 5,
      chunkSeq,
      chunk: `part ${chunkSeq}`,
      embedding: up,
    }))
    expect(await db.blogPost.upsertEmbeddings({ data, batchSize: 3 })).toEqual({ count: 7 })
    expect((await stored(db)).filter(({ id }) => id === 5).map(({ chunk }) => chunk)).toEqual(
      data.map(({ chunk }) => chunk),
    )
    expect(await db.blogPost.deleteEmbeddings({ where: { id: 5 } })).toEqual({ count: 7 })
  })

  it('writes in the order of the keys, so that two callers cannot wait each for the other', async () => {
    const written = await rolledBack(async (tx) => {
      const data = [5, 2, 4, 1].map((id) => ({ id, chunkSeq: 9, chunk: 'x', embedding: up }))
      await tx.blogPost.upsertEmbeddings({ data, batchSize: 2 })
      return tx.$queryRawUnsafe<{ id: number }[]>(
        `SELECT id FROM "BlogPost_embedding_store" WHERE chunk_seq = 9 ORDER BY ctid`,
      )
    })
    expect(written.map(({ id }) => id)).toEqual([1, 2, 4, 5])
  })

  it('writes nothing when a row of the last batch does not exist', async () => {
    const before = await stored(db)
    const data = [1, 2, 3, 99].map((id) => ({ id, chunk: 'new', embedding: up }))
    const missing = { code: 'VZ308', fact: expect.stringContaining('there is no BlogPost { id: 99 }') }
    await expect(db.blogPost.upsertEmbeddings({ data })).rejects.toMatchObject(missing)
    await expect(db.blogPost.upsertEmbeddings({ data, batchSize: 1 })).rejects.toMatchObject(missing)
    expect(await stored(db)).toEqual(before)
  })

  it('leaves the transaction of the caller usable, and without any of the rows, when one does not exist', async () => {
    const [before, inside] = await rolledBack(async (tx) => {
      const before = await stored(tx)
      const data = [1, 99].map((id) => ({ id, chunk: 'new', embedding: up }))
      await expect(tx.blogPost.upsertEmbeddings({ data, batchSize: 1 })).rejects.toMatchObject({ code: 'VZ308' })
      return [before, await stored(tx)]
    })
    expect(inside).toEqual(before)
  })

  it.each([
    ['changes the arguments', argumentsHook],
    ['filters the result', resultHook],
  ])('writes nothing for a row that another extension hides, which %s', async (_, hook) => {
    const before = fixture.prisma.$extends(hook).$extends(vectorizer())
    const after = fixture.prisma.$extends(vectorizer()).$extends(hook)
    for (const client of [before, after]) {
      const hidden = client.blogPost.upsertEmbeddings({
        data: [3, 4].map((id) => ({ id, chunk: 'x', embedding: up })),
        batchSize: 1,
      })
      await expect(hidden).rejects.toMatchObject({ code: 'VZ308', fact: expect.stringContaining('{ id: 4 }') })
      const seen = await client.$transaction((tx) =>
        tx.blogPost.upsertEmbeddings({ data: [{ id: 5, chunk: 'x', embedding: up }] }),
      )
      expect(seen).toEqual({ count: 1 })
      expect(await client.blogPost.deleteEmbeddings({ where: { id: { in: [4, 5] } } })).toEqual({ count: 1 })
      // In a transaction that is opened for the batches.
      const data = [0, 1].map((chunkSeq) => ({ id: 5, chunkSeq, chunk: 'x', embedding: up }))
      expect(await client.blogPost.upsertEmbeddings({ data, batchSize: 1 })).toEqual({ count: 2 })
      expect(await client.blogPost.deleteEmbeddings({ where: { id: 5 } })).toEqual({ count: 2 })
    }
    expect((await stored(db)).filter(({ id }) => id === 4).map(({ chunk }) => chunk)).toEqual(['nearly east', 'east'])
  })

  describe('refuses, before anything is written,', () => {
    const good = { id: 1, chunk: 'x', embedding: up }
    const cases: [string, unknown, string, string][] = [
      ['no data', {}, 'VZ306', '`data` is missing'],
      ['data that is no array', { data: good }, 'VZ306', '`data` is an object, not an array'],
      ['an unknown argument', { data: [good], batch: 5 }, 'VZ306', 'no argument `batch`'],
      ['a batch size that is none', { data: [good], batchSize: 0 }, 'VZ306', '`batchSize` is 0'],
      ['an unknown vectorizer', { data: [good], vectorizer: 'x' }, 'VZ305', 'no vectorizer or vector field "x"'],
      ['a row that is no object', { data: [good, 5] }, 'VZ306', 'data[1] is 5'],
      ['an unknown property', { data: [{ ...good, chunkseq: 1 }] }, 'VZ306', 'no property `chunkseq`'],
      ['a missing key', { data: [{ chunk: 'x', embedding: up }] }, 'VZ306', '`id` is missing'],
      [
        'a key of another type',
        { data: [{ ...good, id: '1' }] },
        'VZ306',
        '`id` is "1", not a whole number of 32 bits',
      ],
      ['a key out of range', { data: [{ ...good, id: 2 ** 31 }] }, 'VZ306', '`id` is 2147483648'],
      ['a place that is none', { data: [{ ...good, chunkSeq: 0.5 }] }, 'VZ306', '`chunkSeq` is 0.5'],
      ['no chunk', { data: [{ id: 1, embedding: up }] }, 'VZ306', '`chunk` is missing'],
      ['a NUL character', { data: [{ ...good, chunk: 'a\0b' }] }, 'VZ306', 'NUL'],
      ['half a surrogate pair', { data: [{ ...good, chunk: 'a\ud83d' }] }, 'VZ306', 'surrogate'],
      ['no vector', { data: [{ id: 1, chunk: 'x' }] }, 'VZ306', '`embedding` is undefined, not a vector'],
      ['a null vector', { data: [{ ...good, embedding: null }] }, 'VZ306', '`embedding` is null, not a vector'],
      ['a sparse vector', { data: [{ ...good, embedding: new Map() }] }, 'VZ306', 'a Map'],
      [
        'another length',
        { data: [good, { ...good, id: 2, embedding: [1] }] },
        'VZ301',
        'data[1]: the vector has 1 dimension',
      ],
      [
        'what is no number',
        { data: [{ ...good, embedding: [1, Number.NaN, 1] }] },
        'VZ302',
        'element 1 of the vector is NaN',
      ],
      ['a key twice', { data: [good, { ...good, chunkSeq: 1 }, good] }, 'VZ306', 'data[0] and data[2]'],
    ]
    it.each(cases)('%s', async (_, args, code, fact) => {
      await expect(db.blogPost.upsertEmbeddings(args as never)).rejects.toMatchObject({
        code,
        fact: expect.stringContaining(fact),
      })
    })

    it('a key that PostgreSQL could not read', async () => {
      const section = { tenantId: 'a', number: 1, chunk: 'x', embedding: up }
      await expect(db.section.upsertEmbeddings({ data: [section] })).rejects.toMatchObject({
        code: 'VZ306',
        fact: 'Section.upsertEmbeddings, data[0]: `tenantId` is "a", not a UUID.',
      })
    })

    it('the vectors of a model that holds them itself', async () => {
      const note = db.note as unknown as typeof db.blogPost
      await expect(note.upsertEmbeddings({ data: [good] })).rejects.toMatchObject({
        code: 'VZ306',
        fix: 'Use updateEmbeddings.',
      })
      const article = db.article as unknown as typeof db.blogPost
      await expect(
        article.upsertEmbeddings({ data: [good], vectorizer: 'summaryVector' as never }),
      ).rejects.toMatchObject({
        code: 'VZ306',
        fact: 'Article.upsertEmbeddings: "summaryVector" holds its vectors itself.',
      })
    })
  })
})
