// Whatever the filter: what findSimilar finds is what findMany finds, ranked as the stored vectors say.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import type { BlogPostWhereInput } from './fixture/generated/client/models.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'
import { distances } from './support/distances.ts'
import { namespaceOf, type Prisma } from './support/namespaces.ts'
import { pool, randomWhere } from './support/random-where.ts'

const query = [0.6, 0.8, 0]
const count = 40
const at = <T>(values: readonly T[], index: number) => values[index % values.length] as T

// FILTER_RUNS=5000 after a change of src/where: with other filters each time, where FILTER_SEED names none.
const { FILTER_RUNS: runs = '500', FILTER_SEED: seed } = process.env
const chosen = seed !== undefined ? { seed: Number(seed) } : runs === '500' ? { seed: 20_261_121 } : {}
const numRuns = Math.ceil(Number(runs) / adapters.length)
/** Shrinking a counterexample ends then too, so that it is shown. */
const interruptAfterTimeLimit = 60_000 + numRuns * 200

/** Every row with another mix of values; every fifth without chunks; equal vectors in several rows. */
const vectorsOf = (id: number): readonly (readonly number[])[] =>
  Array.from({ length: id % 5 === 0 ? 0 : 1 + (id % 3) }, (_, chunk) => {
    const angle = (((id * 7 + chunk * 5) % 12) * Math.PI) / 11
    return [Math.cos(angle), Math.sin(angle), 0].map((each) => Math.round(each * 100) / 100)
  })

/** Of the nearest chunk; rounded, for the database reckons in other steps. */
const distanceOf = (id: number) =>
  Math.min(...vectorsOf(id).map((vector) => Number(distances.cosine(query, vector).toFixed(6))))

/** As a search must return them. */
const ranked = (posts: readonly { readonly id: number }[]) =>
  posts
    .map(({ id }) => ({ id, distance: distanceOf(id) }))
    .filter(({ distance }) => distance !== Number.POSITIVE_INFINITY)
    .sort((one, other) => one.distance - other.distance || one.id - other.id)
    .map(({ id }) => id)

async function fill({ prisma }: Fixture, { DbNull, JsonNull }: Prisma): Promise<void> {
  await prisma.blogPost.deleteMany()
  await prisma.author.create({ data: { id: 3, name: "O'Hara" } })
  const ids = Array.from({ length: count }, (_, index) => index + 1)
  const jsons = [DbNull, JsonNull, ...pool.jsons]
  await prisma.blogPost.createMany({
    data: ids.map((id) => ({
      id,
      title: at(pool.strings, id),
      content: at(pool.strings, id * 2),
      published: id % 3 !== 0,
      views: at(pool.ints, id),
      rating: at(pool.floats, id * 5 + 1),
      tags: pool.tags.filter((_, index) => (id * 13) & (1 << index)),
      createdAt: at(pool.moments, id),
      publishedAt: at([null, ...pool.moments], id),
      deletedAt: at([null, null, ...pool.moments], id),
      day: at([null, ...pool.days], id + 1),
      at: at([...pool.times, null], id),
      json: at(jsons, id) as typeof JsonNull,
      price: at(pool.prices, id),
      big: at(pool.bigs, id * 3),
      data: at([null, ...pool.bytes], id),
      uuid: at([null, ...pool.uuids], id + 2),
      kind: at(['ESSAY', 'NOTE'] as const, id >> 1),
      days: pool.days.filter((_, index) => id & (1 << index)),
      authorId: at([null, 1, 2, 3, 1], id),
    })),
  })
  // As SQL: PGlite's adapter cannot send a list of enums.
  await prisma.$executeRaw`UPDATE "BlogPost" SET "kinds" = CASE "id" % 4 WHEN 0 THEN '{}'::post_kind[]
    WHEN 1 THEN '{ESSAY}' WHEN 2 THEN '{NOTE,ESSAY}' END`
  const chunks = ids.flatMap((id) =>
    vectorsOf(id).map((vector, chunk) => `(${id}, ${chunk}, 'chunk ${chunk}', '${JSON.stringify(vector)}')`),
  )
  await prisma.$executeRawUnsafe(
    `INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding") VALUES ${chunks.join(', ')}`,
  )
}

describe.each(adapters)('random filters over %s', (adapter) => {
  let fixture: Fixture
  let namespace: Prisma
  const extend = () => fixture.prisma.$extends(createVectorizer(manifest)())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    namespace = await namespaceOf('prisma-client')
    db = extend()
    await fill(fixture, namespace)
  })
  afterAll(() => fixture.close())

  it('find what findMany finds, in the order of the distances', { timeout: interruptAfterTimeLimit * 2 }, async () => {
    let telling = 0
    async function check(where: BlogPostWhereInput) {
      const expected = ranked(await db.blogPost.findMany({ where, select: { id: true } }))
      const exact = await db.blogPost.findSimilar(query, { where, exact: true, take: 100 })
      expect(exact.map(({ id }) => id)).toEqual(expected)
      for (const { id, _distance } of exact) expect(_distance).toBeCloseTo(distanceOf(id), 5)
      const found = await db.blogPost.findSimilar(query, { where, take: 100, select: { id: true } })
      expect(found.map(({ id }) => id).sort()).toEqual([...expected].sort())
      if (expected.length > 0 && expected.length < 32) telling++
    }
    const { fields } = db.blogPost
    const anyWhere = randomWhere({ prisma: namespace, fields, enumLists: adapter === 'pg' })
    const parameters = { ...chosen, numRuns, interruptAfterTimeLimit }
    await fc.assert(fc.asyncProperty(anyWhere as fc.Arbitrary<BlogPostWhereInput>, check), parameters)
    // Filters that keep every row, or none, would find no mistake.
    expect(telling).toBeGreaterThan(numRuns / 3)
  })
})
