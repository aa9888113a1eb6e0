// deleteEmbeddings: of the rows that match, and of no row that the caller may not see.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const vectorizer = createVectorizer(manifest)

/** Only Ann's posts, and notes but east, are to be seen. */
const tenant = Prisma.defineExtension({
  query: {
    blogPost: {
      findMany: ({ args, query }) => query({ ...args, where: { AND: [args.where ?? {}, { authorId: 1 }] } }),
    },
    note: { findMany: async ({ args, query }) => (await query(args)).filter((row) => row.text !== 'east') },
  },
})

describe.each(adapters)('deleteEmbeddings over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(vectorizer())
  type Db = ReturnType<typeof extend>
  let db: Db

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = extend()
  })
  afterAll(() => fixture.close())

  /** What `work` returns, and what it leaves behind; nothing of it lasts. */
  async function rolledBack<T>(client: Db, work: (tx: Db) => Promise<T>) {
    let result: { done: T; posts: number[]; notes: number[] } | undefined
    const rollback = new Error('rolled back')
    await client
      .$transaction(async (tx) => {
        const ids = async (sql: string) => (await tx.$queryRawUnsafe<{ id: number }[]>(sql)).map(({ id }) => id)
        const done = await work(tx as unknown as Db)
        const posts = await ids(`SELECT id FROM "BlogPost_embedding_store" ORDER BY id, chunk_seq`)
        const notes = await ids(`SELECT id FROM "Note" WHERE embedding IS NOT NULL ORDER BY id`)
        result = { done, posts, notes }
        throw rollback
      })
      .catch((error: unknown) => {
        if (error !== rollback) throw error
      })
    return result
  }

  it('removes the chunks of the rows that match', async () => {
    const where = { author: { is: { name: 'Ann' } }, title: 'East' }
    expect(await rolledBack(db, (tx) => tx.blogPost.deleteEmbeddings({ where }))).toEqual({
      done: { count: 2 },
      posts: [1, 2, 3, 3],
      notes: [1, 2, 3, 4],
    })
  })

  it('removes the values of a column', async () => {
    const where = { text: { startsWith: 'north' } }
    expect(await rolledBack(db, (tx) => tx.note.deleteEmbeddings({ where }))).toMatchObject({
      done: { count: 2 },
      notes: [1, 4],
    })
    expect(await rolledBack(db, (tx) => tx.note.deleteEmbeddings({ where: { id: 5 } }))).toMatchObject({
      done: { count: 0 },
    })
  })

  it('removes all of them without a filter', async () => {
    const both = async (tx: Db) => [await tx.blogPost.deleteEmbeddings(), await tx.note.deleteEmbeddings({ where: {} })]
    expect(await rolledBack(db, both)).toEqual({ done: [{ count: 6 }, { count: 4 }], posts: [], notes: [] })
  })

  it('removes those of the vectorizer that is named', async () => {
    const left = await rolledBack(db, async (tx) => {
      await tx.article.deleteEmbeddings({ vectorizer: 'summaryVector' })
      return [
        await tx.articleTitleEmbeddings.count(),
        (await tx.article.findSimilar([1, 0, 0], { vectorizer: 'summaryVector' })).length,
      ]
    })
    expect(left?.done).toEqual([2, 0])
  })

  it('leaves the vectors of rows that another extension hides, applied before or after', async () => {
    const after = fixture.prisma.$extends(vectorizer()).$extends(tenant) as unknown as Db
    const before = fixture.prisma.$extends(tenant).$extends(vectorizer()) as unknown as Db
    for (const client of [before, after]) {
      const all = async (tx: Db) => [await tx.blogPost.deleteEmbeddings(), await tx.note.deleteEmbeddings()]
      expect(await rolledBack(client, all)).toEqual({ done: [{ count: 4 }, { count: 3 }], posts: [1, 2], notes: [4] })
      const hidden = async (tx: Db) => [
        await tx.blogPost.deleteEmbeddings({ where: { id: { in: [1, 2] } } }),
        await tx.note.deleteEmbeddings({ where: { id: 4 } }),
      ]
      expect((await rolledBack(client, hidden))?.done).toEqual([{ count: 0 }, { count: 0 }])
    }
  })

  it('refuses what is not an argument of it', async () => {
    const wrong = (args: unknown, code: string, fact: string) =>
      expect(db.product.deleteEmbeddings(args as never)).rejects.toMatchObject({
        code,
        fact: expect.stringContaining(fact),
      })
    await wrong({ were: {} }, 'VZ306', 'no argument `were`')
    await wrong({ vectorizer: 'nameEmbeddings', where: 5 }, 'VZ306', '`where` is 5')
    await wrong({ vectorizer: 'nameEmbeddings', where: null }, 'VZ306', '`where` is null')
    await wrong({}, 'VZ305', 'none is named')
    await expect(db.blogPost.deleteEmbeddings({ where: { titel: 'x' } as never })).rejects.toThrow('titel')
  })
})
