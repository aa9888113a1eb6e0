// With @prisma/extension-read-replicas, over two databases that hold different rows: what a method returns or changes comes
// from one of them, the primary, where raw queries always go.
import { readReplicas } from '@prisma/extension-read-replicas'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { type Fixture, fixtureSql, openFixture } from './support/clients.ts'

const east = [1, 0, 0]
const vectorizer = createVectorizer(manifest)()
let primary: Fixture
let replica: Fixture

beforeAll(async () => {
  const [tables, rows] = [await fixtureSql('tables'), await fixtureSql('rows')]
  primary = await openFixture('pg', `${tables}\n${rows}`)
  // As one that lags: no row 4, East; row 3 by its title of before.
  const before = `DELETE FROM "BlogPost" WHERE id = 4; UPDATE "BlogPost" SET "title" = 'Old' WHERE id = 3;
    UPDATE "BlogPost_embedding_store" SET chunk = 'old ' || chunk;`
  replica = await openFixture('pg', `${tables}\n${rows}\n${before}`)
})
afterAll(async () => {
  await primary?.close()
  await replica?.close()
})

const clients = {
  after: () => primary.prisma.$extends(vectorizer).$extends(readReplicas({ replicas: [replica.prisma] })),
  before: () => primary.prisma.$extends(readReplicas({ replicas: [replica.prisma] })).$extends(vectorizer),
}
type Client = ReturnType<typeof clients.after>
const found = (posts: readonly { readonly title: string; readonly _chunk: { readonly chunk: string } }[]) =>
  posts.map(({ title, _chunk }) => `${title}: ${_chunk.chunk}`)

const onPrimary = ['East: east', 'Northeast: northeast', 'North: north', 'West: west']
const onReplica = ['Old: old northeast', 'North: old north', 'West: old west']

describe.each(['before', 'after'] as const)('applied %s ours', (order) => {
  const open = () => clients[order]() as unknown as Client

  it('reads from a replica what Prisma reads', async () => {
    expect(await open().blogPost.count()).toBe(4)
    expect(await open().blogPost.findFirst({ where: { id: 3 } })).toMatchObject({ title: 'Old' })
  })

  it('searches the primary, rows and their chunks', async () => {
    const db = open()
    expect(found(await db.blogPost.findSimilar(east))).toEqual(onPrimary)
    expect(
      found(await db.blogPost.findSimilar(east, { where: { id: { gte: 3 } }, include: { author: true } })),
    ).toEqual(onPrimary.slice(0, 2))
    expect((await db.blogPost.findSimilarMany([east, east], { take: 2 })).map(found)).toEqual([
      onPrimary.slice(0, 2),
      onPrimary.slice(0, 2),
    ])
    expect(found(await db.blogPost.findSimilar({ to: { id: 4 } }))).toEqual(onPrimary.slice(1))
    expect(found(await db.blogPost.findSimilar(east, { skip: 1, take: 2 }))).toEqual(onPrimary.slice(1, 3))
  })

  it('searches the primary in transactions', async () => {
    const db = open()
    expect(found(await db.$transaction((tx) => tx.blogPost.findSimilar(east)))).toEqual(onPrimary)
    if (order === 'after') return
    expect(found((await db.$transaction([db.blogPost.findSimilar(east)]))[0])).toEqual(onPrimary)
  })

  it('counts, averages and writes on the primary', async () => {
    const db = open()
    expect(await db.blogPost.countSimilar(east, { maxDistance: 0.001 })).toBe(1)
    expect(await db.blogPost.averageEmbedding({ where: { title: 'East' } })).toEqual(
      await primary.prisma.$extends(vectorizer).blogPost.averageEmbedding({ where: { title: 'East' } }),
    )
    const written = db.$transaction(async (tx) => {
      const count = await tx.blogPost.upsertEmbeddings({ data: [{ id: 4, chunk: 'again', embedding: east }] })
      expect(count).toEqual({ count: 1 })
      expect(await tx.blogPost.deleteEmbeddings({ where: { title: 'East' } })).toEqual({ count: 2 })
      throw new Error('rolled back')
    })
    await expect(written).rejects.toThrow('rolled back')
    expect(
      await db.blogPost.upsertEmbeddings({ data: [{ id: 4, chunk: 'nearly east', embedding: [0.96, 0.28, 0] }] }),
    ).toEqual({ count: 1 })
  })
})

it('searches the primary of $primary(), and a replica of $replica() that is extended itself', async () => {
  const db = primary.prisma
    .$extends(vectorizer)
    .$extends(readReplicas({ replicas: [replica.prisma.$extends(vectorizer) as never] }))
  expect(found(await db.$primary().blogPost.findSimilar(east))).toEqual(onPrimary)
  const other = db.$replica() as unknown as Client
  expect(found(await other.blogPost.findSimilar(east))).toEqual(onReplica)
})
