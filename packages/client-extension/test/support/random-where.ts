// Any `where` of the fixture's BlogPost: every type and operator, relations both ways, AND, OR and NOT of them.
import fc from 'fast-check'
import type { Prisma } from './namespaces.ts'

type Filter = fc.Arbitrary<unknown>

const moments = [0, 86_400_000.5, 1_709_210_096_789, -62_135_596_800_000, 253_402_300_799_999].map((ms) => new Date(ms))
const uuids = [1, 2, 3].map((digit) => `7b1f6d1e-0000-4000-8000-00000000000${digit}`)

/** Rows and filters take their values from here, so that most filters keep some rows and drop others. */
export const pool = {
  strings: ['East', 'east', 'EAST wind', "it's", '50% off_', 'a\\b', '$1 "quoted" $2', 'Ünïcode İ ß', ''],
  ints: [-2_147_483_648, -1, 0, 7, 40, 2_147_483_647],
  floats: [-1.5, 0, 0.1, 2.5, 1e-300, 1e300],
  bigs: [-9_223_372_036_854_775_808n, -1n, 0n, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n],
  prices: ['-9999999999.99', '0', '0.1', '1234567890.25'],
  moments,
  days: moments.map((moment) => new Date(moment.toISOString().slice(0, 10))),
  times: ['00:00:00.000', '12:34:56.789', '23:59:59.999'].map((time) => new Date(`1970-01-01T${time}Z`)),
  uuids,
  bytes: [[], [0], [0, 1, 2, 255], [92, 120, 48]].map((each) => Uint8Array.from(each)),
  kinds: ['ESSAY', 'NOTE'],
  tags: ['sun', "it's", 'a,b', '{}', '"', '\\', 'NULL', ''],
  jsons: [
    { a: { b: ['x', 1] }, name: 'compass "rose"', n: 1 },
    { a: null, name: 'EAST', n: -2.5 },
    ['x', { y: [] }],
    'a text',
    12,
    true,
    {},
  ],
  ids: [1, 2, 5, 11, 23, 37],
  names: ['Ann', 'Bob', "O'Hara"],
} as const

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values)
const under = (name: string, filter: Filter): Filter => filter.map((value) => ({ [name]: value }))
const oneOf = (filters: Readonly<Record<string, Filter>>) =>
  fc.oneof(...Object.entries(filters).map(([name, filter]) => under(name, filter)))
const listOf = (value: Filter) => fc.array(value, { maxLength: 3 })

/** One operator or two, at times negated; or the value itself. */
function operators(value: Filter, filters: Readonly<Record<string, Filter>>, isNullable = false): Filter {
  const alone = isNullable ? fc.option(value, { freq: 3 }) : value
  const each = oneOf({ equals: alone, not: alone, in: listOf(value), notIn: listOf(value), ...filters })
  const both = fc.tuple(each, each).map(([one, other]) => ({ ...(one as object), ...(other as object) }))
  return fc.oneof(alone, each, each, both, under('not', each), fc.constantFrom({}, undefined))
}

const ordered = (value: Filter) => ({ lt: value, lte: value, gt: value, gte: value })
const comparable = (value: Filter, isNullable = false) => operators(value, ordered(value), isNullable)

function text(values: readonly string[]): Filter {
  const value = pick(values)
  // Prisma fails where a pattern ends with a backslash.
  const part = fc
    .tuple(value, fc.nat(3), fc.nat(6))
    .map(([all, from, length]) => all.slice(from, from + length).replace(/\\$/u, ''))
  const sensitive = operators(value, { ...ordered(value), contains: part, startsWith: part, endsWith: part })
  const insensitive = fc
    .tuple(oneOf({ equals: value, contains: part, startsWith: part, endsWith: part, in: listOf(value) }))
    .map(([filter]) => ({ ...(filter as object), mode: 'insensitive' }))
  return fc.oneof(sensitive, insensitive)
}

function list(values: readonly unknown[]): Filter {
  const value = pick(values)
  const several = listOf(value)
  return fc.oneof(
    under('isEmpty', fc.boolean()),
    oneOf({ has: fc.option(value, { freq: 5 }), hasSome: several, hasEvery: several, equals: several }),
  )
}

function json({ DbNull, JsonNull, AnyNull }: Prisma): Filter {
  const nulls = fc.constantFrom<unknown>(DbNull, JsonNull, AnyNull)
  const whole = fc.oneof(pick(pool.jsons), nulls)
  const path = fc.constantFrom(['a'], ['a', 'b'], ['a', 'b', '0'], ['name'], ['n'], ['1', 'y'], ['0'], ["it's"])
  const string = fc.constantFrom('compass', 'rose"', 'EAST', 'a', '%')
  const inside = oneOf({
    equals: fc.constantFrom<unknown>(1, -2.5, 'x', 'EAST', ['x', 1], DbNull, JsonNull, AnyNull),
    not: fc.constantFrom<unknown>(1, 'EAST'),
    string_contains: string,
    string_starts_with: string,
    string_ends_with: string,
    array_contains: fc.constantFrom([['x']], ['x'], [1, 'x'], [{ y: [] }]),
    array_starts_with: fc.constantFrom<unknown>('x', 1),
    array_ends_with: fc.constantFrom<unknown>(1, { y: [] }),
    lt: fc.constantFrom<unknown>(0, 5, 'b'),
    gte: fc.constantFrom<unknown>(0, 1, 'a'),
  })
  const atPath = fc.tuple(path, inside).map(([at, filter]) => ({ path: at, ...(filter as object) }))
  const caseless = fc
    .tuple(path, string)
    .map(([at, part]) => ({ path: at, string_contains: part.toLowerCase(), mode: 'insensitive' }))
  return fc.oneof(oneOf({ equals: whole, not: whole }), inside, atPath, atPath, caseless)
}

export interface RandomWhere {
  readonly prisma: Prisma
  /** References to fields of the same row, e.g. `prisma.blogPost.fields`. */
  readonly fields: Readonly<Record<'title' | 'content' | 'views' | 'authorId', unknown>>
  /** PGlite's adapter cannot send a list of enums: findMany fails there too. */
  readonly enumLists: boolean
}

/** `depth`: how often AND, OR, NOT and relations may stand inside each other. */
export function randomWhere(given: RandomWhere, depth = 3): fc.Arbitrary<object> {
  const { prisma, fields, enumLists } = given
  const instants = fc.oneof(pick(pool.moments), pick(pool.moments.map((moment) => moment.toISOString())))
  const decimals = fc.oneof(
    pick(pool.prices),
    pick(pool.prices.map((each) => new prisma.Decimal(each))),
    fc.constantFrom(0.1, 7),
  )
  const kind = pick(pool.kinds)
  const scalar = oneOf({
    id: comparable(pick(pool.ids)),
    title: fc.oneof(text(pool.strings), fc.constant({ equals: fields.content }), fc.constant({ lt: fields.content })),
    content: text(pool.strings),
    published: fc.oneof(fc.boolean(), under('not', fc.boolean()), under('equals', fc.boolean())),
    views: fc.oneof(comparable(pick(pool.ints)), fc.constant({ gte: fields.authorId })),
    rating: comparable(pick(pool.floats)),
    big: comparable(pick(pool.bigs)),
    price: comparable(decimals),
    createdAt: comparable(instants),
    publishedAt: comparable(instants, true),
    deletedAt: comparable(instants, true),
    day: comparable(pick(pool.days), true),
    at: comparable(pick(pool.times), true),
    uuid: comparable(pick(pool.uuids), true),
    data: operators(pick(pool.bytes), {}, true),
    kind: operators(kind, {}),
    json: json(prisma),
    tags: list(pool.tags),
    days: list(pool.days),
    kinds: enumLists ? list(pool.kinds) : under('isEmpty', fc.boolean()),
    authorId: comparable(pick([1, 2, 3]), true),
  })
  if (depth === 0) return scalar as fc.Arbitrary<object>
  const inner = randomWhere(given, depth - 1)
  const author = oneOf({ name: text(pool.names), id: comparable(pick([1, 2, 3])), posts: toMany(inner) })
  const chunk = oneOf({
    chunk: text(['chunk 0', 'CHUNK 1', 'chunk 2']),
    chunkSeq: comparable(pick([0, 1, 2])),
    parent: fc.oneof(inner, oneOf({ is: inner, isNot: inner })),
  })
  const relation = oneOf({
    author: fc.oneof(author, oneOf({ is: fc.option(author), isNot: fc.option(author) }), fc.constant(null)),
    contentEmbeddings: toMany(chunk),
  })
  const several = fc.array(inner, { maxLength: 3 })
  const oneOrMore = fc.oneof(inner, several)
  const combined = oneOf({ AND: oneOrMore, OR: several, NOT: oneOrMore })
  const conjunction = fc
    .tuple(scalar, fc.oneof(scalar, relation, combined))
    .map(([one, other]) => ({ ...(one as object), ...(other as object) }))
  return fc.oneof(
    { arbitrary: scalar, weight: 3 },
    { arbitrary: relation, weight: 3 },
    { arbitrary: combined, weight: 3 },
    { arbitrary: conjunction, weight: 2 },
    { arbitrary: fc.constant({}), weight: 1 },
  ) as fc.Arbitrary<object>
}

const toMany = (filter: Filter) => oneOf({ some: filter, every: filter, none: filter })
