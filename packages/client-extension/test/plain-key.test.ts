// Compiled filters are kept: none may be taken for another.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createQueryCompiler, type QueryCompiler } from '../src/where/compile-where.ts'
import { plainKey } from '../src/where/plain-key.ts'
import { Prisma } from './fixture/generated/client/client.ts'
import { clientClasses, openFixture } from './support/clients.ts'
import { randomWhere } from './support/random-where.ts'

const moment = new Date(0)

describe('the key of a filter', () => {
  it('is there for plain data, and tells it apart', () => {
    const different = [
      ...[null, undefined, 'null', 'undefined', true, 'true', 0, 1, '0', '1', '', [], {}, '[]', '{}', '"', '\\"'],
      ...[[1], ['1'], [[1]], [1, 1], [null], [undefined], [[]], [{}], ['1,1'], ['1', '1'], ['1","1']],
      ...[{ a: 1 }, { a: '1' }, { a: [1] }, { a: undefined }, { a: null }, { a: {} }, { a: { b: 1 } }, { 'a:1,b': 1 }],
      ...[{ a: 1, b: 1 }, { 'a":1,"b': 1 }, JSON.parse('{"__proto__":1}'), { '\ud800': 1 }, { '\ud801': 1 }],
      ...[1e21, '1e21', 0.1, -1, 9_007_199_254_740_992, Number.MIN_VALUE],
    ]
    const keys = different.map((value) => plainKey(value))
    expect(keys).not.toContain(undefined)
    expect(new Set(keys).size).toBe(different.length)
  })

  it('is the same for equal data', () => {
    const where = () => ({ AND: [{ title: { in: ['a', 'b'] } }, { OR: [{ views: 1 }, { uuid: null }] }] })
    expect(plainKey(where())).toBe(plainKey(where()))
  })

  it.each<[string, unknown]>([
    ['a Date', moment],
    ['an invalid Date', new Date(Number.NaN)],
    ['a Decimal', new Prisma.Decimal(1)],
    ['DbNull', Prisma.DbNull],
    ['JsonNull', Prisma.JsonNull],
    ['AnyNull', Prisma.AnyNull],
    ['a BigInt', 1n],
    ['bytes', Uint8Array.of(1)],
    ['a Buffer', Buffer.of(1)],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus zero', -0],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['an instance', new (class Where {})()],
    ['an object without prototype', Object.create(null)],
    ['a Map', new Map()],
    ['an object that writes itself', { toJSON: () => ({ a: 1 }) }],
    ['a long list', Array.from({ length: 101 }, () => 1)],
  ])('is not there for %s, however deep', (_name, value) => {
    expect(plainKey(value)).toBeUndefined()
    expect(plainKey({ AND: [{ a: value }] })).toBeUndefined()
  })
})

describe('a compiled filter that is kept', () => {
  let create: () => QueryCompiler
  beforeAll(async () => {
    const { esm } = await clientClasses()
    create = () => createQueryCompiler('public', (adapter) => new esm({ adapter } as never))
  })

  const compile = (compiler: QueryCompiler, where: object, model = 'BlogPost', fields = ['id']) =>
    compiler.where(model, where, fields).catch(({ message }: Error) => message)

  it('is not given to another filter, model or field', async () => {
    const kept = create()
    const filters: readonly object[] = [
      ...[{ title: '1' }, { title: 1 }, { title: ['1'] }, { title: null }, { title: undefined }, { title: {} }],
      ...[{ json: { equals: 1 } }, { json: { equals: '1' } }, { json: { equals: [1] } }, { json: { equals: null } }],
      ...[{ json: { equals: Prisma.DbNull } }, { json: { equals: Prisma.JsonNull } }, { json: Prisma.AnyNull }],
      ...[{ json: { equals: { a: 1 } } }, { json: { equals: { a: '1' } } }, { json: { equals: { a: moment } } }],
      ...[{ createdAt: moment }, { createdAt: moment.toISOString() }, { createdAt: new Date(1) }],
      ...[{ price: 1 }, { price: '1' }, { price: new Prisma.Decimal(2) }, { price: new Prisma.Decimal(1) }],
      ...[{ big: 1 }, { big: 1n }, { big: 2n }, { data: Uint8Array.of(1) }, { data: Uint8Array.of(2) }],
      ...[{ rating: 0 }, { rating: -0 }, { rating: Number.POSITIVE_INFINITY }, { rating: Number.NEGATIVE_INFINITY }],
      ...[{ published: true }, { published: 'true' }, { id: 1 }, { id: '1' }, { OR: [] }, { AND: [] }, { NOT: [] }],
    ]
    for (const round of [filters, filters, [...filters].reverse()]) {
      for (const where of round) expect(await compile(kept, where)).toEqual(await compile(create(), where))
    }
    const byId = { id: 1 }
    for (const [model, field] of [
      ['BlogPost', 'id'],
      ['BlogPost', 'title'],
      ['Author', 'id'],
      ['Note', 'id'],
    ] as const) {
      expect(await compile(kept, byId, model, [field])).toEqual(await compile(create(), byId, model, [field]))
    }
  })

  it('does not follow a filter that is changed afterwards', async () => {
    const kept = create()
    const where = { views: { in: [1, 2] }, title: 'a' }
    const before = await compile(kept, where)
    where.title = 'b'
    where.views.in.push(3)
    expect(await compile(kept, where)).toMatchObject({ values: expect.arrayContaining(['b', 3]) })
    expect(before).toMatchObject({ values: expect.not.arrayContaining([3]) })
    expect(await compile(kept, { views: { in: [1, 2] }, title: 'a' })).toEqual(before)
  })

  it('is what compiling again would give, whatever the filter', async () => {
    await using fixture = await openFixture('pglite')
    const anyWhere = randomWhere({ prisma: Prisma, fields: fixture.prisma.blogPost.fields, enumLists: true })
    const kept = create()
    const property = fc.asyncProperty(anyWhere, async (where) => {
      const compiled = await compile(create(), where)
      expect(await compile(kept, where)).toEqual(compiled)
      expect(await compile(kept, structuredCopy(where) as object)).toEqual(compiled)
    })
    await fc.assert(property, { seed: 20_261_121, numRuns: 200 })
  })
})

/** Other objects with the same plain data in them. */
function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, structuredCopy(each)]))
}
