// Lists longer than PostgreSQL takes parameters: as arrays they find what findMany finds in several statements.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { listsAsArrays } from '../src/where/long-lists.ts'
import { Prisma } from './fixture/generated/client/client.ts'
import type { BlogPostUpdateInput, BlogPostWhereInput } from './fixture/generated/client/models.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const east = [1, 0, 0]

/** Which value of each type the four posts have, so that longer lists find more of them. */
const places = [3, 1_999, 39_999, 99_999]

type Value = (place: number) => unknown
const lists: Readonly<Record<string, readonly [string, Value]>> = {
  Int: ['views', (place) => place],
  BigInt: ['big', (place) => 9_007_199_254_740_993n + BigInt(place)],
  String: ['title', (place) => `it's "${place}", {$1} \\ NULL`],
  uuid: ['uuid', (place) => `7b1f6d1e-0000-4000-8000-${String(place).padStart(12, '0')}`],
  timestamp: ['createdAt', (place) => new Date(Date.UTC(1999, 1, 28) + place * 61_007)],
  timestamptz: ['publishedAt', (place) => new Date(Date.UTC(1969, 1, 28) + place * 61_007).toISOString()],
  date: ['day', (place) => new Date(Date.UTC(1900, 0, 1 + place))],
  Decimal: ['price', (place) => new Prisma.Decimal(place).plus('0.25')],
  Float: ['rating', (place) => place + 0.1],
  Bytes: ['data', (place) => Uint8Array.of(place >> 16, place >> 8, place, 92)],
}
const longList = (length: number, value: Value) => Array.from({ length }, (_, place) => value(place))

describe.each(adapters)('a long list over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(createVectorizer(manifest)())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = extend()
    for (const [index, place] of places.entries()) {
      const data = Object.fromEntries(Object.values(lists).map(([field, value]) => [field, value(place)]))
      await db.blogPost.update({ where: { id: index + 1 }, data: data as BlogPostUpdateInput })
    }
  })
  afterAll(() => fixture.close())

  const found = async (where: object) => {
    const args = { where: where as BlogPostWhereInput, select: { id: true } } as const
    return (await db.blogPost.findSimilar(east, args)).map(({ id }) => id).sort()
  }

  it.each(Object.entries(lists))('of %s finds its rows', async (_type, [field, value]) => {
    expect(await found({ [field]: { in: longList(2_000, value) } })).toEqual([1, 2])
    expect(await found({ [field]: { notIn: longList(40_000, value) } })).toEqual([4])
  })

  it.each(adapter === 'pglite' ? ['Int', 'Decimal'] : ['uuid', 'timestamptz'])(
    'of 100,000 %s finds its rows',
    async (type) => {
      const [field, value] = lists[type] as (typeof lists)[string]
      expect(await found({ [field]: { in: longList(100_000, value) } })).toEqual([1, 2, 3, 4])
    },
  )

  it('finds what findMany finds, relations included', async () => {
    const args = { where: { views: { in: longList(40_000, Number) as number[] } }, include: { author: true } }
    // In no order, and with no other condition: else Prisma itself refuses a list of this length.
    const rows = (await db.blogPost.findMany(args)).filter(({ title }) => title !== 'Lost')
    const hits = await db.blogPost.findSimilar(east, args)
    expect(hits.map(({ id, author }) => [id, author])).toEqual(rows.map(({ id, author }) => [id, author]).reverse())
    expect(hits).toHaveLength(3)
  })

  it('finds by two of them, with short ones and values between', async () => {
    const views = lists['Int']?.[1] as Value
    const title = lists['String']?.[1] as Value
    const where = {
      id: { in: [1, 2, 3] },
      views: { in: longList(40_000, views) },
      published: true,
      title: { notIn: longList(2_000, title) },
      content: { not: 'the far west' },
    }
    expect(await found(where)).toEqual([3])
    expect(await found({ OR: [{ views: { in: longList(2_000, views) } }, where] })).toEqual([1, 2, 3])
  })

  it('of enums and in any case, which stay a parameter each, finds its rows as long as PostgreSQL takes them', async () => {
    const kinds = (length: number) => Array.from({ length }, () => 'ESSAY')
    const titles = longList(2_000, (place) => String(lists['String']?.[1](place)).toUpperCase())
    expect(await found({ kind: { in: kinds(2_000) } })).toEqual([1, 2, 3, 4])
    expect(await found({ kind: { notIn: kinds(2_000) } })).toEqual([])
    expect(await found({ title: { in: titles, mode: 'insensitive' } })).toEqual([1, 2])
    await expect(found({ kind: { in: kinds(65_536) } })).rejects.toMatchObject({ code: 'VZ306' })
  })
})

describe('the lists of a statement', () => {
  const numbered = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `$${from + index}`).join()
  const values = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

  it('stay as they are where they are short', () => {
    const short = { text: `SELECT 1 WHERE "a" IN (${numbered(1, 1000)})`, values: values(1000) }
    expect(listsAsArrays(short)).toEqual(short)
    const several = {
      text: `SELECT 1 WHERE "a" IN (${numbered(1, 900)}) OR "b" IN (${numbered(901, 900)})`,
      values: values(1800),
    }
    expect(listsAsArrays(several)).toEqual(several)
  })

  it('become one parameter each, and what is behind them moves up', () => {
    const text = `SELECT "$1", '$2' FROM "t" WHERE "a ""$3" = $1 AND "b" IN (${numbered(2, 1001)}) AND ("c" NOT IN (${numbered(1003, 2000)}) OR "d" IN ($3003,$3004)) AND "$9" > $3005`
    expect(listsAsArrays({ text, values: values(3005) })).toEqual({
      text: `SELECT "$1", '$2' FROM "t" WHERE "a ""$3" = $1 AND "b" = ANY ($2) AND ("c" <> ALL ($3) OR "d" IN ($4,$5)) AND "$9" > $6`,
      values: [1, values(1002).slice(1), values(3002).slice(1002), 3003, 3004, 3005],
    })
  })

  it('stay as they are where the values are numbered otherwise than Prisma does', () => {
    const list = numbered(1, 1001)
    const scattered = { text: `SELECT 1 WHERE "a" IN ($1001,${numbered(1, 1000)})`, values: values(1001) }
    const unused = { text: `SELECT 1 WHERE "a" IN (${list})`, values: values(1002) }
    for (const statement of [scattered, unused]) expect(listsAsArrays(statement)).toEqual(statement)
  })
})
