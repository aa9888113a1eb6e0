// Ten defects of prisma-extension-pgvector 0.11, the first extension of this kind, as tests that this one passes.
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Distance,
  isVectorizerError,
  metrics,
  type VectorFieldSpec,
  type VectorType,
} from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runNodeProgram } from '../../../test/support/command.ts'
import { createVectorizer } from '../src/index.ts'
import type { PrismaClient } from './fixture/generated/client/client.ts'
import type { BlogPostFindManyArgs, BlogPostWhereInput } from './fixture/generated/client/models.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, clientClasses, type Fixture, openFixture } from './support/clients.ts'
import { distances } from './support/distances.ts'
import { insertSamples, randomNumbers, randomVector, sampleRows } from './support/sample-vectors.ts'

const east = [1, 0, 0]
const west = [-1, 0, 0]
const vectorizer = createVectorizer(manifest)
const packageFolder = fileURLToPath(new URL('..', import.meta.url))
const { resolve } = createRequire(import.meta.url)

/** A type, a distance it has, and the vector field of the fixture that has the type. */
const compared = Object.entries(metrics).flatMap(([distance, { types }]) =>
  types.map((type) => [distance as Distance, type] as const),
)
const fieldOf = (type: VectorType) => manifest.vectors.find((each) => each.type === type) as VectorFieldSpec

describe.each(adapters)('over %s', (adapter) => {
  let fixture: Fixture
  const samples = sampleRows(40)
  const extend = () => fixture.prisma.$extends(vectorizer())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    await fixture.prisma.$executeRawUnsafe(insertSamples(samples))
    db = extend()
  })
  afterAll(() => fixture.close())

  describe('1: the nearest rows come first, not the farthest', () => {
    it.each(compared)('by %s of %s, for a vector and for its opposite', async (distance, type) => {
      const field = { ...fieldOf(type), distance, index: { kind: 'none' } } satisfies VectorFieldSpec
      const ofField = createVectorizer({ ...manifest, vectors: [field] } as unknown as typeof manifest)
      const client = fixture.prisma.$extends(ofField())
      const vector = randomVector(type, randomNumbers(3))
      const opposite = vector.map((each) => (type === 'bit' ? 1 - each : -each))
      for (const query of [vector, opposite]) {
        const found = await client.sample.findSimilar(query, { vectorizer: field.accessor as 'dense', take: 40 })
        const expected = samples.flatMap(({ vectors }) => {
          const stored = vectors[type]
          return stored ? [distances[distance](stored, query)] : []
        })
        expect(found.map((row) => row._distance)).toEqual(
          expected.sort((a, b) => a - b).map((each) => expect.closeTo(each, 5)),
        )
      }
    })

    it('through an index', async () => {
      const titles = async (query: number[]) => (await db.blogPost.findSimilar(query)).map(({ title }) => title)
      expect(await titles(east)).toEqual(['East', 'Northeast', 'North', 'West'])
      expect(await titles(west)).toEqual(['West', 'North', 'Northeast', 'East'])
      const products = await db.product.findSimilar(west, { vectorizer: 'nameEmbeddings' })
      expect(products.map(({ sku }) => sku)).toEqual(['cup', 'pot'])
    })
  })

  describe('2: what a transaction wrote is found within it, and gone when it is rolled back:', () => {
    type Transaction = Parameters<Parameters<typeof db.$transaction>[0]>[0]
    const rolledBack = async <T>(work: (tx: Transaction) => Promise<T>) => {
      const inside = db.$transaction(async (tx) => {
        throw Object.assign(new Error('rolled back'), { found: await work(tx as Transaction) })
      })
      return inside.catch((error: { found: T }) => error.found)
    }

    it('chunks', async () => {
      const before = await db.blogPost.findEmbeddings()
      const found = await rolledBack(async (tx) => {
        const { id } = await tx.blogPost.create({ data: { title: 'Due east', content: '' } })
        await tx.blogPost.upsertEmbeddings({ data: [{ id, chunk: 'due east', embedding: east }] })
        await tx.blogPost.deleteEmbeddings({ where: { title: 'East' } })
        return tx.blogPost.findSimilar(east, { take: 2 })
      })
      expect(found.map(({ title }) => title)).toEqual(['Due east', 'Northeast'])
      expect(await db.blogPost.findEmbeddings()).toEqual(before)
    })

    it('rows with a vector of their own', async () => {
      const before = await db.note.findEmbeddings()
      const found = await rolledBack(async (tx) => {
        await tx.note.createWithEmbedding({ data: { id: 90, text: 'due east' }, embedding: east })
        await tx.note.updateEmbedding({ where: { id: 4 }, data: { text: 'due west' }, embedding: west })
        await tx.note.updateEmbeddings({ data: [{ id: 3, embedding: null }] })
        return tx.note.findSimilar(east, { take: 2 })
      })
      expect(found.map(({ text }) => text)).toEqual(['due east', 'north'])
      expect(await db.note.findEmbeddings()).toEqual(before)
    })
  })

  it.each<[name: string, where: BlogPostWhereInput]>([
    ['a column', { title: 'North' }],
    ['a comparison', { views: { gt: 10, lte: 30 } }],
    ['AND of lists', { AND: [{ published: true }, { tags: { has: 'wind' } }] }],
    ['OR', { OR: [{ title: 'East' }, { views: 10 }] }],
    ['NOT', { NOT: { title: { contains: 'east', mode: 'insensitive' } } }],
    ['a relation', { author: { name: 'Ann' } }],
    ['a relation, negated', { author: { isNot: { name: 'Ann' } } }],
    ['chunks', { contentEmbeddings: { some: { chunk: { startsWith: 'north' } } } }],
    ['a list of ids and more', { id: { in: [1, 2, 3] }, published: true }],
  ])('3: no part of `where` is ignored: %s', async (_name, where) => {
    const found = await db.blogPost.findSimilar(east, { where, select: { id: true } })
    const ids = await db.blogPost.findMany({ where: { AND: [where, { contentEmbeddings: { some: {} } }] } })
    expect(found.map(({ id }) => id).sort()).toEqual(ids.map(({ id }) => id).sort())
    expect([1, 2, 3]).toContain(found.length)
  })

  it('4: distance and score come with each row, and bound the search', async () => {
    const posts = await db.blogPost.findSimilar(east)
    expect(posts.map(({ _distance }) => Number(_distance.toFixed(5)))).toEqual([0, 0.2, 1, 2])
    expect(posts.map(({ _score }) => Number(_score.toFixed(5)))).toEqual([1, 0.8, 0, -1])
    expect(await db.blogPost.findSimilar(east, { maxDistance: 0.5 })).toHaveLength(2)
    expect(await db.blogPost.findSimilar(east, { minScore: 0.9 })).toHaveLength(1)
  })

  it('5: models, fields and keys with @map and @@map are found, and filtered', async () => {
    const where = { tenantId: 'bbbbbbbb-0000-4000-8000-000000000000', draft: false }
    const sections = await db.section.findSimilar(east, { where, include: { bodyEmbeddings: true } })
    expect(sections.map(({ body, number }) => [body, number])).toEqual([
      ['b1', 1],
      ['b2', 2],
    ])
    expect(sections[0]?.bodyEmbeddings[0]?.chunk).toBe('b1')
    const notes = await db.sample.findSimilar([1, 0, 0, 0], { vectorizer: 'dense', where: { number: { lt: 2 } } })
    expect(notes.length).toBeGreaterThan(0)
    for (const { number } of notes) expect(number).toBeLessThan(2)
  })

  it('6: the extension takes the clients of both generators', async () => {
    const { esm, js } = await clientClasses()
    for (const generated of [esm, js]) {
      const client: PrismaClient = new generated(fixture.adapterOptions())
      const [post] = await client.$extends(vectorizer()).blogPost.findSimilar(east, { take: 1 })
      expect(post?.title).toBe('East')
      await client.$disconnect()
    }
  })

  it('7: findMany, create and their kin answer as without the extension', async () => {
    const questions: BlogPostFindManyArgs[] = [
      {},
      { orderBy: { title: 'desc' }, take: 2, skip: 1 },
      { where: { id: { in: [4, 1, 2] } }, include: { contentEmbeddings: { orderBy: { chunk: 'asc' } } } },
      { where: { author: { name: 'Bob' } }, select: { title: true, author: true } },
      { distinct: ['authorId'], orderBy: { id: 'asc' }, cursor: { id: 2 } },
    ]
    for (const args of questions) {
      expect(await db.blogPost.findMany(args)).toEqual(await fixture.prisma.blogPost.findMany(args))
    }
    const created = await db.author.create({ data: { id: 90, name: 'Cleo' } })
    expect(created).toEqual({ id: 90, name: 'Cleo' })
    expect(await db.author.createManyAndReturn({ data: [{ id: 91, name: 'Di' }] })).toEqual([{ id: 91, name: 'Di' }])
    expect(await db.blogPostContentEmbeddings.findMany({ where: { id: 4 }, orderBy: { chunkSeq: 'asc' } })).toEqual(
      await fixture.prisma.blogPostContentEmbeddings.findMany({ where: { id: 4 }, orderBy: { chunkSeq: 'asc' } }),
    )
  })

  it('10: whatever is refused is refused with an Error that has a code', async () => {
    const wrong = [
      () => db.blogPost.findSimilar('a text, and no embedder'),
      () => db.blogPost.findSimilar([1]),
      () => db.blogPost.findSimilar([Number.NaN, 0, 0]),
      () => db.blogPost.findSimilar(undefined as never),
      () => db.blogPost.findSimilar(east, { take: -1 }),
      () => db.blogPost.findSimilar(east, { vectorizer: 'none' as never }),
      () => db.product.findSimilar(east, {} as never),
      () => db.blogPost.findSimilar(east, 'args' as never),
    ]
    for (const ask of wrong) {
      const error = await ask().then(
        () => 'no error',
        (rejection: unknown) => rejection,
      )
      expect(isVectorizerError(error), String(error)).toBe(true)
      expect(error).toMatchObject({ code: expect.stringMatching(/^VZ3\d\d$/), stack: expect.stringContaining('VZ3') })
    }
  })
})

it('6: the peer is the Prisma that is installed here', async () => {
  const { peerDependencies } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const { version } = JSON.parse(await readFile(resolve('@prisma/client/package.json'), 'utf8'))
  expect(peerDependencies).toEqual({ '@prisma/client': '>=7 <8' })
  expect(version).toMatch(/^7\./)
})

it('8: the published declarations resolve, and say more than `any`', async () => {
  const consumer = fileURLToPath(new URL('./fixture/consumer.ts', import.meta.url))
  const options = '--noEmit --strict --module NodeNext --target ES2022 --types node --allowImportingTsExtensions'.split(
    ' ',
  )
  const program = [
    join(dirname(resolve('typescript/package.json')), 'bin/tsc'),
    '--ignoreConfig',
    ...options,
    '--skipLibCheck',
    'false',
  ]
  await runNodeProgram([...program, consumer], { cwd: packageFolder, env: process.env })
})

it('9: nothing is imported that the package does not depend on', async () => {
  const source = join(packageFolder, 'src')
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const texts = await Promise.all(files.map((file) => readFile(join(source, file), 'utf8')))
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/ from '(@[^/']+\/[^/']+|[^./'][^/']*)/g)].map(([, name]) => name),
  )
  const { dependencies, peerDependencies } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  expect([...new Set(imported)].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort())
})
