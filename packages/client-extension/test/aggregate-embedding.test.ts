// Averages and sums of vectors, of all rows and by groups, on every adapter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma, type PrismaClient } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { insertSamples, sampleRows } from './support/sample-vectors.ts'

const samples = sampleRows(40)
const vectorizer = createVectorizer(manifest)

// Every scalar type, with NULLs, and values of which some are equal.
const variety = `UPDATE "BlogPost" SET
  "rating" = CASE WHEN "id" < 3 THEN 'NaN' ELSE 0.1 END, "createdAt" = '2024-05-06 07:08:09.123',
  "publishedAt" = CASE "id" WHEN 1 THEN '2024-01-01T00:00:00.5Z'::timestamptz WHEN 2 THEN '2024-01-01T00:00:00.5Z' END,
  "day" = CASE WHEN "id" > 2 THEN date '2024-02-29' ELSE '1999-12-31' END,
  "at" = CASE WHEN "id" > 1 THEN time '23:59:59.5' END,
  "json" = CASE "id" WHEN 1 THEN '{"b":[1,"1"],"a":null}'::jsonb WHEN 2 THEN '{"a":null, "b":[1, "1"]}' WHEN 3 THEN '"1"' END,
  "price" = CASE WHEN "id" > 2 THEN 9999999999.99 ELSE 1.50 END,
  "big" = CASE WHEN "id" > 2 THEN 9007199254740993 ELSE -1 END,
  "data" = CASE WHEN "id" > 2 THEN '\\x00ff'::bytea WHEN "id" = 1 THEN '' END,
  "uuid" = CASE WHEN "id" > 2 THEN 'bbbbbbbb-0000-4000-8000-000000000000'::uuid END,
  "kind" = CASE WHEN "id" > 3 THEN 'NOTE'::"post_kind" ELSE 'ESSAY' END,
  "kinds" = CASE WHEN "id" > 3 THEN '{NOTE,ESSAY}'::"post_kind"[] ELSE '{}' END,
  "days" = CASE WHEN "id" > 3 THEN '{2024-02-29,1999-12-31}'::date[] ELSE '{}' END`

const notEast = Prisma.defineExtension({
  query: {
    blogPost: {
      findMany: ({ args, query }) => query({ ...args, where: { AND: [args.where ?? {}, { title: { not: 'East' } }] } }),
    },
  },
})

interface Passed {
  readonly args: object
  readonly query: (args: object) => PromiseLike<unknown>
}

/** Of the chunks of the fixture's posts, by the posts' id. */
const vectors: Readonly<Record<number, readonly (readonly number[])[]>> = {
  1: [[-1, 0, 0]],
  2: [[0, 1, 0]],
  3: [
    [0, 1, 0],
    [0.8, 0.6, 0],
  ],
  4: [
    [0.96, 0.28, 0],
    [1, 0, 0],
  ],
}

function sum(of: readonly (readonly number[])[]) {
  return (of[0] ?? []).map((_, index) => of.reduce((total, vector) => total + (vector[index] ?? NaN), 0))
}
const close = (vector: readonly number[]) => vector.map((each) => expect.closeTo(each, 5))
const average = (of: readonly (readonly number[])[]) => close(sum(of).map((each) => each / of.length))

describe.each(adapters)('averageEmbedding and sumEmbedding over %s', (adapter) => {
  let fixture: Fixture
  const extend = (client: PrismaClient = fixture.prisma) => client.$extends(vectorizer())
  let db: ReturnType<typeof extend>
  const statements: string[] = []
  const watched = () =>
    fixture.prisma.$extends({
      query: {
        $queryRawUnsafe({ args, query }) {
          statements.push(String(args[0]))
          return query(args)
        },
      },
    }) as never

  beforeAll(async () => {
    const [tables, rows] = [await fixtureSql('tables'), await fixtureSql('rows')]
    fixture = await openFixture(adapter, `${tables}\n${rows}\n${insertSamples(samples)};\n${variety}`)
    db = extend()
  })
  afterAll(() => fixture.close())

  it('is of the chunks of all rows, or of those that match', async () => {
    const all = Object.values(vectors).flat()
    expect(await db.blogPost.averageEmbedding()).toEqual(average(all))
    expect(await db.blogPost.sumEmbedding()).toEqual(close(sum(all)))
    const ofAnn = { where: { author: { is: { name: 'Ann' } } } }
    expect(await db.blogPost.averageEmbedding(ofAnn)).toEqual(average([...(vectors[3] ?? []), ...(vectors[4] ?? [])]))
    expect(await db.blogPost.averageEmbedding({ where: { title: 'Lost' } })).toBeNull()
    expect(await db.blogPost.sumEmbedding({ where: { title: 'South' } })).toBeNull()
  })

  it('groups by a field, in its order, and leaves out groups without vectors', async () => {
    expect(await db.blogPost.averageEmbedding({ by: ['authorId'] })).toEqual([
      { authorId: 1, _count: 4, _average: average([...(vectors[3] ?? []), ...(vectors[4] ?? [])]) },
      { authorId: 2, _count: 2, _average: average([...(vectors[1] ?? []), ...(vectors[2] ?? [])]) },
    ])
    expect(await db.blogPost.sumEmbedding({ by: 'published', where: { id: { lt: 4 } } })).toEqual([
      { published: false, _count: 1, _sum: [0, 1, 0] },
      { published: true, _count: 3, _sum: close([-0.2, 1.6, 0]) },
    ])
    expect(await db.blogPost.sumEmbedding({ by: 'id', where: { title: 'Lost' } })).toEqual([])
  })

  const scalars = ['title', 'published', 'views', 'rating', 'tags', 'createdAt', 'publishedAt', 'day', 'at'] as const
  const others = ['json', 'price', 'big', 'data', 'uuid', 'kind', 'kinds', 'days', 'authorId', 'id'] as const

  it.each([...scalars, ...others])(
    'groups by %s as Prisma reads it, with other extensions or without',
    async (field) => {
      const where = { id: { lt: 5 } }
      const posts = await fixture.prisma.blogPost.findMany({ where, orderBy: { [field]: 'asc' } })
      const groups = new Map<string, { value: unknown; vectors: (readonly number[])[] }>()
      for (const post of posts) {
        const text = String(field === 'json' ? JSON.stringify(post.json) : post[field])
        const group = groups.get(text) ?? { value: post[field], vectors: [] }
        group.vectors.push(...(vectors[post.id] ?? []))
        groups.set(text, group)
      }
      const expected = [...groups.values()].map((group) => ({
        [field]: group.value,
        _count: group.vectors.length,
        _average: average(group.vectors),
      }))
      expect(await db.blogPost.averageEmbedding({ where, by: [field] })).toEqual(expected)
      const passing = { query: { blogPost: { findMany: ({ args, query }: Passed) => query(args) } } }
      const hooked = (db.$extends(passing as never) as typeof db).blogPost.averageEmbedding({ where, by: [field] })
      if (field === 'json') expect(await hooked).toEqual(expect.arrayContaining(expected))
      else expect(await hooked).toEqual(expected)
    },
  )

  it('groups by several fields, of a key of several fields', async () => {
    const found = await db.sample.sumEmbedding({
      by: ['kind', 'number'],
      vectorizer: 'half',
      where: { number: { lt: 3 } },
    })
    const expected = samples
      .filter(({ number, vectors: { halfvec } }) => number < 3 && halfvec)
      .sort((a, b) => a.kind.localeCompare(b.kind) || a.number - b.number)
    expect(found).toEqual(
      expected.map(({ kind, number, vectors: { halfvec } }) => ({
        kind,
        number,
        _count: 1,
        _sum: halfvec?.map((n) => n + 0),
      })),
    )
    const drafts = await db.draft.averageEmbedding({ by: ['seq'] })
    expect(drafts.map(({ seq }) => seq)).toEqual([1n, 9007199254740993n])
  })

  it('is of the vectors of the model itself that are not NULL', async () => {
    expect(await db.note.sumEmbedding()).toEqual(close([0.8, 1.6, 0]))
    expect(await db.note.sumEmbedding({ where: { text: '' } })).toBeNull()
    expect(await db.note.averageEmbedding({ by: 'id', where: { id: { gt: 3 } } })).toEqual([
      { id: 4, _count: 1, _average: [1, 0, 0] },
    ])
    const hooked = db.$extends({ query: { note: { findMany: ({ args, query }) => query(args) } } })
    expect(await hooked.note.averageEmbedding({ by: 'id', where: { id: { gt: 3 } } })).toHaveLength(1)
  })

  it('adds halfvecs in more than half precision', async () => {
    const added = db.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`INSERT INTO "samples" ("kind", "sample_no", "label", "half")
        SELECT 'NOTE', n, 'many', '[2047,0,0,60000]' FROM generate_series(1001, 1003) n`)
      const where = { label: 'many' }
      const found = await tx.sample.sumEmbedding({ vectorizer: 'half', where })
      throw Object.assign(new Error('rolled back'), { found })
    })
    await expect(added).rejects.toMatchObject({ found: [6141, 0, 0, 180_000] })
  })

  it('is of visible rows only, whichever extension came first', async () => {
    const northeast = vectors[3] ?? []
    const filtering = db.$extends({
      query: {
        $allModels: {
          findMany: async ({ args, query }) =>
            (await query(args)).filter((row) => !('views' in row && row.views === 40)),
        },
      },
    })
    for (const client of [extend(fixture.prisma.$extends(notEast) as never), db.$extends(notEast), filtering]) {
      const { blogPost } = client as typeof db
      expect(await blogPost.averageEmbedding({ where: { authorId: 1 } })).toEqual(average(northeast))
      expect(await blogPost.averageEmbedding({ by: ['authorId'], where: { authorId: 1 } })).toEqual([
        { authorId: 1, _count: 2, _average: average(northeast) },
      ])
      expect(await blogPost.averageEmbedding({ by: 'id', where: { title: 'East' } })).toEqual([])
    }
  })

  it('groups by what an extension lets a row say of itself', async () => {
    const masked = db.$extends({
      query: {
        blogPost: { findMany: async ({ args, query }) => (await query(args)).map((row) => ({ ...row, title: '***' })) },
      },
    })
    expect((await masked.blogPost.sumEmbedding({ by: 'title' })).map(({ title, _count }) => [title, _count])).toEqual([
      ['***', 6],
    ])
    const computed = db.$extends({ result: { blogPost: { title: { needs: {}, compute: () => '***' } } } })
    const titles = (await computed.blogPost.sumEmbedding({ by: 'title' })).map(({ title }) => title)
    expect(titles).toEqual(['***', '***', '***', '***'])
  })

  it('reads fields that the client leaves out by itself', async () => {
    const quiet = extend(fixture.connect({ omit: { blogPost: { id: true, authorId: true } } }))
    const expected = await db.blogPost.averageEmbedding({ by: 'authorId' })
    expect(await quiet.blogPost.averageEmbedding({ by: 'authorId' })).toEqual(expected)
    const hooked = quiet.$extends({ query: { blogPost: { findMany: ({ args, query }) => query(args) } } })
    expect(await hooked.blogPost.averageEmbedding({ by: 'authorId' })).toEqual(expected)
  })

  it('sees what its transaction has written, in one statement besides findMany', async () => {
    const json = { a: null, b: [1, '1'] }
    const found = extend(watched()).$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`DELETE FROM "BlogPost_embedding_store" WHERE "chunk" <> 'west'`)
      statements.length = 0
      const groups = await tx.blogPost.averageEmbedding({ by: ['authorId', 'json'], where: { views: { lt: 35 } } })
      throw Object.assign(new Error('rolled back'), { groups })
    })
    await expect(found).rejects.toMatchObject({ groups: [{ authorId: 2, json, _count: 1, _average: [-1, 0, 0] }] })
    const mean = adapter === 'pg' ? 'vector_send(avg(c."embedding"))' : 'avg(c."embedding")::text'
    expect(statements).toEqual([
      `select (array_agg(c."id"))[1] as key_0, count(c."embedding") as count, ${mean} as vector
from "public"."BlogPost_embedding_store" c
join "public"."BlogPost" p on p."id" = c."id"
where c."id" in (select w."id" from (SELECT "public"."BlogPost"."id" FROM "public"."BlogPost" WHERE "public"."BlogPost"."views" < $1) w)
group by p."authorId", p."json"::jsonb
order by p."authorId", p."json"::jsonb`,
    ])
  })

  it('tells a row that is deleted before its fields are read from its group', async () => {
    let times = 0
    const racing = fixture.prisma.$extends({
      query: {
        async $queryRawUnsafe({ args, query }) {
          const rows = (await query(args)) as Record<string, unknown>[]
          // As if the row, of which there is none, had been deleted in between.
          return times++ === 0 ? rows.map((row) => ({ ...row, key_0: 99 })) : rows
        },
      },
    })
    expect(await extend(racing as never).blogPost.sumEmbedding({ by: 'kind' })).toMatchObject([
      { kind: 'ESSAY', _count: 4 },
      { kind: 'NOTE', _count: 2 },
    ])
    expect(times).toBe(2)
  })

  it('says which sum a vector cannot hold', async () => {
    const added = db.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`UPDATE "Article" SET "summary_vector" = '[3e38,0,0]'`)
      return tx.article.sumEmbedding({ vectorizer: 'summaryVector' })
    })
    await expect(added).rejects.toMatchObject({
      code: 'VZ306',
      message: expect.stringContaining('beyond what a vector'),
    })
  })

  it.each([
    [
      'a field that does not exist',
      { by: ['autorId'] },
      'VZ306',
      'names "autorId", which is no scalar field of BlogPost',
    ],
    ['a misspelled field, by its nearest', { by: 'autorId' }, 'VZ306', 'Did you mean "authorId"?'],
    ['a relation', { by: ['author'] }, 'VZ306', 'names "author", which is no scalar field'],
    ['no field', { by: [] }, 'VZ306', '`by` is empty'],
    ['what is no field', { by: [{ authorId: true }] }, 'VZ306', 'names {"authorId":true}, which is no scalar field'],
    ['another argument of findMany', { take: 3 }, 'VZ306', 'there is no argument `take`'],
    ['a `where` that is none', { where: 'published' }, 'VZ306', '`where` is "published", not an object'],
    ['a vectorizer that does not exist', { vectorizer: 'x' }, 'VZ305', 'no vectorizer "x"'],
  ])('refuses %s', async (_name, args, code, message) => {
    const found = db.blogPost.averageEmbedding(args as never)
    await expect(found).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it.each(['bits', 'sparse'] as const)('refuses %s, which pgvector cannot add', async (field) => {
    await expect(db.sample.sumEmbedding({ vectorizer: field } as never)).rejects.toMatchObject({
      code: 'VZ306',
      message: expect.stringContaining(`"${field}" is of type ${field === 'bits' ? 'bit' : 'sparsevec'}`),
    })
  })

  it('refuses lists, and says what findMany says of a wrong filter', async () => {
    await expect(db.collage.averageEmbedding()).rejects.toMatchObject({
      code: 'VZ306',
      message: expect.stringContaining('"parts" is a list of vectors'),
    })
    await expect(db.blogPost.averageEmbedding({ where: { titel: 'x' } } as never)).rejects.toThrow(
      /Unknown argument `titel`/,
    )
  })
})
