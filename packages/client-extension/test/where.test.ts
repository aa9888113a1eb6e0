// Every kind of filter: what findSimilar finds is what findMany finds, on every adapter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import type { BlogPostWhereInput } from './fixture/generated/client/models.ts'
import { manifest } from './fixture/manifest.ts'
import { type AdapterName, adapters, type Fixture, openFixture } from './support/clients.ts'

const moment = new Date('2024-02-29T12:34:56.789Z')
const uuid = '7b1f6d1e-0000-4000-8000-00000000abcd'

/** The East post gets values that no other has. */
const special = {
  rating: 2.5,
  createdAt: moment,
  publishedAt: moment,
  day: new Date('2024-02-29'),
  at: new Date('1970-01-01T12:34:56.789Z'),
  json: { a: { b: ['x', 1] }, name: 'compass "rose"' },
  price: '1234567890.25',
  big: 9007199254740993n,
  data: Uint8Array.of(0, 1, 2, 255),
  uuid,
  kind: 'NOTE',
  kinds: ['NOTE', 'ESSAY'],
  days: [new Date('2024-02-29'), new Date('2000-01-01')],
  tags: ['sun', "it's", 'a,b', '{}'],
} as const

const filters: Record<string, BlogPostWhereInput> = {
  'an Int': { views: 40 },
  'an Int by comparison': { views: { gte: 20, lt: 40 } },
  'an Int list': { views: { in: [10, 40] } },
  'an Int list, negated': { views: { notIn: [10, 40] } },
  'a Boolean': { published: false },
  'a String': { title: 'East' },
  'a String by its parts': { title: { contains: 'ORTH', mode: 'insensitive' }, content: { startsWith: 'the' } },
  'a String that looks like a placeholder': { title: { not: '$1 \'quoted\' "name"' } },
  'a Float': { rating: 2.5 },
  'a Float beyond every number': { rating: { lt: Number.POSITIVE_INFINITY } },
  'a DateTime': { createdAt: moment },
  'a DateTime by comparison, as text': { createdAt: { lte: '2024-02-29T12:34:56.789Z' } },
  'a DateTime list': { createdAt: { in: [moment, new Date(0)] } },
  'a timestamptz': { publishedAt: { gte: new Date(moment.getTime() - 1) } },
  'a date': { day: new Date('2024-02-29') },
  'a time': { at: new Date('1970-01-01T12:34:56.789Z') },
  'a Json value': { json: { path: ['a', 'b'], array_contains: ['x'] } },
  'a Json string': { json: { path: ['name'], equals: 'compass "rose"' } },
  'a whole Json': { json: { equals: special.json as object } },
  'a Decimal': { price: '1234567890.25' },
  'a Decimal by comparison': { price: { gt: 1 } },
  'a BigInt beyond 2^53': { big: 9007199254740993n },
  'a BigInt list': { big: { in: [9007199254740993n, 1n] } },
  Bytes: { data: Uint8Array.of(0, 1, 2, 255) },
  'a Bytes list': { data: { in: [Uint8Array.of(0, 1, 2, 255), Uint8Array.of(9)] } },
  'a uuid': { uuid },
  'an enum': { kind: 'NOTE' },
  'an enum list': { kind: { in: ['NOTE'] } },
  'an enum in a list field': { kinds: { has: 'NOTE' } },
  'a list field as a whole': { kinds: { equals: ['NOTE', 'ESSAY'] } },
  'a String in a list field': { tags: { has: "it's" } },
  'several Strings in a list field': { tags: { hasEvery: ['a,b', '{}'] } },
  'none of the Strings of a list field': { tags: { hasSome: [] } },
  'an empty list field': { tags: { isEmpty: true } },
  'a date in a list field': { days: { has: new Date('2000-01-01') } },
  null: { uuid: null },
  'not null': { publishedAt: { not: null } },
  'a field of the same row': { views: { gt: 5, not: 7 }, title: { not: { equals: 'North' } } },
  'AND, OR and NOT': {
    AND: [{ OR: [{ views: { lt: 20 } }, { author: { name: 'Ann' } }] }, { NOT: [{ title: 'Northeast' }] }],
  },
  'an empty OR': { OR: [] },
  'a relation to one': { author: { posts: { some: { title: 'North' } } } },
  'an absent relation': { author: null },
  'a relation to many, every': { contentEmbeddings: { every: { chunkSeq: 0 } } },
  'a relation to many, none': { contentEmbeddings: { none: { chunk: { startsWith: 'also' } } } },
}

// PGlite's adapter cannot send a list of enums: findMany fails there too.
const filtersOf = (adapter: AdapterName) =>
  Object.entries(filters).filter(([name]) => adapter !== 'pglite' || name !== 'an enum in a list field')

describe.each(adapters)('a filter over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(createVectorizer(manifest)())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = extend()
    const { json, kinds, days, tags, ...scalars } = special
    await db.blogPost.update({
      where: { title: 'East', id: 4 },
      data: { ...scalars, json: json as object, kinds: [...kinds], days: [...days], tags: [...tags] },
    })
  })
  afterAll(() => fixture.close())

  it.each(filtersOf(adapter))('by %s finds what findMany finds', async (_name, where) => {
    const expected = await db.blogPost.findMany({ where, orderBy: { id: 'desc' } })
    const found = await db.blogPost.findSimilar([1, 0, 0], { where })
    expect(found.map((post) => post.title)).toEqual(expected.map((post) => post.title).filter((t) => t !== 'Lost'))
  })

  it('tells the values apart: most of these filters keep some posts and drop others', async () => {
    const counts = await Promise.all(
      filtersOf(adapter).map(async ([, where]) => (await db.blogPost.findSimilar([1, 0, 0], { where })).length),
    )
    expect(counts.filter((count) => count > 0 && count < 4).length).toBeGreaterThan(30)
  })
})
