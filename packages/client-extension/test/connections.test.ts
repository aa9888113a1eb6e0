// The extension on other connections and among other extensions: adapters by their public interface, ours in the middle and
// ours twice, and transactions that are rolled back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const east = [1, 0, 0]
const extension = createVectorizer(manifest)()
const titles = (posts: readonly { readonly title: string }[]) => posts.map(({ title }) => title)
const nearest = ['East', 'Northeast', 'North', 'West']

describe.each(adapters)('connections over %s', (adapter) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(adapter)
  })
  afterAll(() => fixture.close())

  describe('an adapter that is known by its public interface only', () => {
    const sent: unknown[] = []
    const open = () => {
      const { adapter: inner } = fixture.adapterOptions()
      type Factory = typeof inner
      type Query = { readonly args: unknown[] }
      const factory = {
        provider: inner.provider,
        adapterName: 'another-adapter',
        async connect() {
          const connection = await (inner as { connect(): Promise<object> }).connect()
          return new Proxy(connection, {
            get(target, name) {
              const value: unknown = Reflect.get(target, name)
              if (typeof value !== 'function') return value
              return (...args: unknown[]) => {
                if (name === 'queryRaw') sent.push(...(args[0] as Query).args)
                return value.apply(target, args)
              }
            },
          })
        },
      }
      return fixture.connect({ adapter: factory as unknown as Factory }).$extends(extension)
    }

    it('gets vectors as text, and answers as any other', async () => {
      const db = open()
      sent.length = 0
      expect(titles(await db.blogPost.findSimilar(east))).toEqual(nearest)
      expect(sent[0]).toBe('[1,0,0]')
      expect(sent.filter((value) => value instanceof Uint8Array)).toEqual([])
      const [first] = await db.blogPost.findSimilarMany([east, [0, 1, 0]], { include: { author: true } })
      expect(titles(first ?? [])).toEqual(nearest)
      expect(await db.blogPost.countSimilar(east, { maxDistance: 0.001 })).toBe(1)
      const [post] = await db.blogPost.findEmbeddings({ where: { title: 'East' } })
      expect(post?._embeddings[1]?.embedding).toEqual(east)
      const inside = db.$transaction(async (tx) => titles(await tx.blogPost.findSimilar(east)))
      expect(await inside).toEqual(nearest)
      await db.$disconnect()
    })
  })

  it('works between two other extensions', async () => {
    const seen: string[] = []
    const logging = (name: string) =>
      Prisma.defineExtension({
        name,
        query: {
          $allOperations({ operation, args, query }) {
            seen.push(`${name} ${operation}`)
            return query(args)
          },
        },
      })
    const db = fixture.prisma.$extends(logging('first')).$extends(extension).$extends(logging('last'))
    expect(titles(await db.blogPost.findSimilar(east, { take: 2, where: { published: true } }))).toEqual([
      'East',
      'Northeast',
    ])
    expect(titles(await db.$transaction((tx) => tx.blogPost.findSimilar(east, { skip: 1, take: 1 })))).toEqual([
      'Northeast',
    ])
    expect(seen).toContain('first findMany')
    expect(seen).toContain('last findMany')
  })

  it('is applied twice for two manifests', async () => {
    const [posts, sections, ...others] = manifest.vectorizers
    const one = createVectorizer({ ...manifest, vectorizers: [posts], vectors: [] } as const)()
    const two = createVectorizer({ ...manifest, vectorizers: [sections, ...others] } as const)()
    const db = fixture.prisma.$extends(one).$extends(two)
    expect(titles(await db.blogPost.findSimilar(east))).toEqual(nearest)
    expect((await db.note.findSimilar(east, { take: 1 })).map(({ text }) => text)).toEqual(['east'])
    const both = await db.$transaction(async (tx) => [
      titles(await tx.blogPost.findSimilar(east, { take: 1 })),
      (await tx.note.findSimilar(east, { take: 1 })).map(({ text }) => text),
    ])
    expect(both).toEqual([['East'], ['east']])
    const [found, notes] = await db.$transaction([
      db.blogPost.findSimilar(east, { take: 1 }),
      db.note.findSimilar(east, { take: 1 }),
    ])
    expect([titles(found), notes.map(({ text }) => text)]).toEqual([['East'], ['east']])
  })

  it('is applied twice for one manifest', async () => {
    const db = fixture.prisma.$extends(extension).$extends(createVectorizer(manifest)())
    expect(titles(await db.blogPost.findSimilar(east))).toEqual(nearest)
    expect(titles(await db.blogPost.findSimilar(east, { skip: 1, take: 2, include: { author: true } }))).toEqual(
      nearest.slice(1, 3),
    )
    expect(await db.blogPost.countSimilar(east, { maxDistance: 0.001 })).toBe(1)
  })

  it('sees the rows of its own transaction, and nobody sees them after a rollback', async () => {
    const db = fixture.prisma.$extends(extension)
    const rolledBack = db.$transaction(async (tx) => {
      const { id } = await tx.blogPost.create({ data: { title: 'South', content: 'the deep south' } })
      await tx.blogPost.upsertEmbeddings({ data: [{ id, chunk: 'south', embedding: [0, -1, 0] }] })
      const south = await tx.blogPost.findSimilar([0, -1, 0], { take: 1, include: { author: true } })
      expect(titles(south)).toEqual(['South'])
      expect(await tx.blogPost.countSimilar([0, -1, 0], { maxDistance: 0.001 })).toBe(1)
      await tx.blogPost.update({ where: { id }, data: { title: 'Deep south' } })
      expect(titles(await tx.blogPost.findSimilar({ to: { id: 1 } }, { where: { id } }))).toEqual(['Deep south'])
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    expect(titles(await db.blogPost.findSimilar([0, -1, 0]))).not.toContain('South')
    expect(await db.blogPost.countSimilar([0, -1, 0], { maxDistance: 0.001 })).toBe(0)
  })

  it('goes on after a search that was refused in a transaction', async () => {
    const db = fixture.prisma.$extends(extension)
    const found = db.$transaction(async (tx) => {
      await expect(tx.blogPost.findSimilar([1, 0])).rejects.toMatchObject({ code: 'VZ301' })
      await expect(tx.blogPost.findSimilar({ to: { id: 99 } })).rejects.toMatchObject({ code: 'VZ308' })
      return titles(await tx.blogPost.findSimilar(east, { take: 1 }))
    })
    expect(await found).toEqual(['East'])
  })
})
