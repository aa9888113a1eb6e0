// What the database makes of the fragments, on every adapter, with both generated clients.
import type { AnySpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorSql } from '../src/index.ts'
import type { PrismaClient } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, clientClasses, type Fixture, openFixture } from './support/clients.ts'
import { distances } from './support/distances.ts'
import { namespaceOf, type Prisma } from './support/namespaces.ts'
import { insertSamples, randomNumbers, randomVector, sampleRows } from './support/sample-vectors.ts'

const east = [1, 0, 0]
const chunks = 'BlogPostContentEmbeddings'
const measures = {
  cosineDistance: 'cosine',
  l2Distance: 'l2',
  maxInnerProduct: 'ip',
  l1Distance: 'l1',
  hammingDistance: 'hamming',
  jaccardDistance: 'jaccard',
} as const
const ofNumbers = ['cosineDistance', 'l2Distance', 'maxInnerProduct', 'l1Distance'] as const

describe.each(adapters)('fragments over %s', (adapter) => {
  let fixture: Fixture
  let clients: readonly (readonly [Prisma, PrismaClient])[]
  /** By their key, as the queries order them. */
  const samples = sampleRows(120).sort((a, b) => a.kind.localeCompare(b.kind) || a.number - b.number)

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    const { js } = await clientClasses()
    await fixture.prisma.$executeRawUnsafe(insertSamples(samples))
    clients = [
      [await namespaceOf('prisma-client'), fixture.prisma],
      [await namespaceOf('prisma-client-js'), new js(fixture.adapterOptions())],
    ]
  })
  afterAll(async () => {
    await clients[1]?.[1].$disconnect()
    await fixture.close()
  })

  it('order by the distance, return it, and compare it', async () => {
    for (const [Prisma, prisma] of clients) {
      const { cosineDistance, storeTable } = createVectorSql(manifest)(Prisma)
      const distance = cosineDistance(chunks, east, { exact: true })
      const found = await prisma.$queryRaw`
        SELECT chunk, 1 - ${distance} AS score FROM ${storeTable(chunks)} WHERE ${distance} < 1 ORDER BY ${distance}`
      expect(found).toEqual([
        { chunk: 'east', score: 1 },
        { chunk: 'nearly east', score: expect.closeTo(0.96, 6) },
        { chunk: 'northeast', score: expect.closeTo(0.8, 6) },
      ])
    }
  })

  it('measure each distance as pgvector defines it', async () => {
    const columns = [
      ['Sample.dense', 'vector', ofNumbers],
      ['Sample.half', 'halfvec', ofNumbers],
      ['Sample.sparse', 'sparsevec', ofNumbers],
      ['Sample.bits', 'bit', ['hammingDistance', 'jaccardDistance']],
    ] as const
    for (const [Prisma, prisma] of clients) {
      const sql = createVectorSql(manifest)(Prisma)
      for (const [name, type, fragments] of columns) {
        const query = randomVector(type, randomNumbers(7))
        const present = samples.flatMap(({ vectors }) => (vectors[type] ? [vectors[type]] : []))
        for (const fragment of fragments) {
          const distance = sql[fragment](name as never, query, { exact: true })
          const found = await prisma.$queryRaw<{ distance: number }[]>`
            SELECT ${distance} AS distance FROM ${sql.storeTable(name)} WHERE ${sql.storeColumn(name)} IS NOT NULL
            ORDER BY kind, sample_no`
          const expected = present.map((vector) => distances[measures[fragment]](vector, query))
          const rounded = (values: readonly number[]) => values.map((each) => Number(each.toFixed(4)) + 0)
          expect(rounded(found.map((row) => row.distance)), `${name} ${fragment}`).toEqual(rounded(expected))
        }
      }
    }
  })

  /** The plan of `LIMIT 5`, where a sequential scan is the last resort. */
  async function planOf(prisma: PrismaClient, query: ReturnType<Prisma['sql']>, Prisma: Prisma): Promise<string> {
    return prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL enable_seqscan = off`
      const plan = await tx.$queryRaw<{ 'QUERY PLAN': string }[]>(Prisma.sql`EXPLAIN (COSTS OFF) ${query} LIMIT 5`)
      return plan.map((row) => row['QUERY PLAN']).join('\n')
    })
  }

  it('use the index of the vectors, and not where `exact` says so', async () => {
    for (const [Prisma, prisma] of clients) {
      const sql = createVectorSql(manifest)(Prisma)
      const bits = Array.from({ length: 16 }, (_, index) => index % 2)
      const indexed = [
        ['BlogPost_embedding_store_embedding_vector_idx', chunks, sql.cosineDistance, east],
        ['Product_embedding_store_embedding_vector_idx', 'ProductNameEmbeddings', sql.maxInnerProduct, east],
        [
          'Product_description_embedding_store_embedding_vector_idx',
          'ProductDescriptionEmbeddings',
          sql.l1Distance,
          [1, 2],
        ],
        ['Note_embedding_vector_idx', 'Note.embedding', sql.cosineDistance, east],
        ['samples_dense_vector_vector_idx', 'Sample.dense', sql.cosineDistance, [1, 2, 3, 4]],
        ['samples_half_vector_idx', 'Sample.half', sql.l2Distance, [1, 2, 3, 4]],
        ['samples_bits_vector_idx', 'Sample.bits', sql.hammingDistance, bits],
        ['samples_sparse_vector_idx', 'Sample.sparse', sql.maxInnerProduct, new Map([[3, 1]])],
      ] as const
      for (const [index, name, distanceOf, vector] of indexed) {
        const distance = distanceOf(name as never, vector)
        const query = Prisma.sql`SELECT 1 FROM ${sql.storeTable(name)} ORDER BY ${distance}`
        expect(await planOf(prisma, query, Prisma)).toMatch(new RegExp(`Index Scan using "?${index}`))
      }
      const exact = sql.cosineDistance(chunks, east, { exact: true })
      const query = Prisma.sql`SELECT 1 FROM ${sql.storeTable(chunks)} ORDER BY ${exact}`
      expect(await planOf(prisma, query, Prisma)).not.toContain('Index')
    }
  })

  it('use an index of bits by their Hamming distance, and measure the rest in full', async () => {
    const [dense] = manifest.vectors
    const index = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: false, bit: true } as const
    const quantized = { ...manifest, vectors: [{ ...dense, index } satisfies AnySpec] } as const
    await fixture.prisma.$executeRaw`
      CREATE INDEX "samples_quantized" ON "samples" USING hnsw ((binary_quantize("dense_vector")::bit(4)) bit_hamming_ops)`
    const query = [0.5, -1, 0.25, -0.5]
    for (const [Prisma, prisma] of clients) {
      const { hammingDistance, cosineDistance } = createVectorSql(quantized)(Prisma)
      const hamming = hammingDistance('Sample.dense', query)
      const nearest = Prisma.sql`SELECT sample_no FROM samples WHERE dense_vector IS NOT NULL ORDER BY ${hamming}`
      expect(await planOf(prisma, nearest, Prisma)).toContain('Index Scan using samples_quantized')
      const found = await prisma.$queryRaw<{ hamming: number; cosine: number }[]>`
        SELECT ${hamming} AS hamming, ${cosineDistance('Sample.dense', query)} AS cosine
        FROM samples WHERE dense_vector IS NOT NULL ORDER BY kind, sample_no`
      const signs = (vector: readonly number[]) => vector.map((each) => (each > 0 ? 1 : 0))
      const present = samples.flatMap(({ vectors }) => (vectors.vector ? [vectors.vector] : []))
      expect(found.map((row) => row.hamming)).toEqual(
        present.map((vector) => distances.hamming(signs(vector), signs(query))),
      )
      found.forEach((row, place) => {
        expect(row.cosine).toBeCloseTo(distances.cosine(present[place] ?? [], query), 5)
      })
      expect(() => hammingDistance('Sample.dense', query, { exact: true })).toThrow('VZ306')
    }
  })

  it('run in the transaction of the caller', async () => {
    for (const [Prisma, prisma] of clients) {
      const { cosineDistance, storeTable } = createVectorSql(manifest)(Prisma)
      const inside = prisma.$transaction(async (tx) => {
        await tx.$executeRaw`UPDATE "BlogPost_embedding_store" SET chunk = 'changed' WHERE chunk = 'east'`
        const distance = cosineDistance(chunks, east, { alias: 'c' })
        const rows = await tx.$queryRaw<{ chunk: string }[]>`
          SELECT c.chunk FROM ${storeTable(chunks)} AS c ORDER BY ${distance} LIMIT 1`
        throw Object.assign(new Error('rolled back'), { rows })
      })
      await expect(inside).rejects.toMatchObject({ rows: [{ chunk: 'changed' }] })
    }
  })
})
