// Every type, distance and index through the generated client: the rows against distances computed here, and the plan of
// the very statement that was sent.
import {
  type AnySpec,
  type Distance,
  type IndexSpec,
  indexedExpression,
  indexMethods,
  metrics,
  operatorClass,
  type VectorFieldSpec,
  type VectorType,
} from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { distances } from './support/distances.ts'
import { insertSamples, randomNumbers, randomVector, sampleColumns, sampleRows } from './support/sample-vectors.ts'

const rows = sampleRows(200)
const none = { kind: 'none' } as const
const hnsw = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: false, bit: false } as const
// One list, so that a scan of it is exact.
const ivfflat = { kind: 'ivfflat', lists: 1, halfvec: false } as const

interface Variant {
  readonly type: VectorType
  readonly distance: Distance
  readonly index: IndexSpec
}

/** All that pgvector can index, `type: vector` in half precision too, and each distance without an index. */
const variants = (Object.keys(sampleColumns) as VectorType[]).flatMap((type) =>
  (Object.keys(metrics) as Distance[])
    .filter((distance) => metrics[distance].types.includes(type))
    .flatMap((distance) =>
      [none, hnsw, ivfflat, { ...hnsw, halfvec: true }, { ...ivfflat, halfvec: true }]
        .filter((index) => canIndex(type, distance, index))
        .map((index): Variant => ({ type, distance, index })),
    ),
)

function canIndex(type: VectorType, distance: Distance, index: IndexSpec): boolean {
  if (index.kind === 'none') return true
  const halved = 'halfvec' in index && index.halfvec
  if (halved && type !== 'vector') return false
  return indexMethods[index.kind][halved ? 'halfvec' : type]?.distances.includes(distance) ?? false
}

const nameOf = ({ type, distance, index }: Variant) =>
  [type, distance, index.kind, 'halfvec' in index && index.halfvec ? 'of halves' : ''].join(' ').trim()

const fieldOf = (type: VectorType) => manifest.vectors.find((field) => field.type === type) as VectorFieldSpec

describe.each(adapters)('a vector field over %s', (adapter) => {
  let fixture: Fixture
  const statements: { text: string; values: unknown[] }[] = []

  beforeAll(async () => {
    fixture = await openFixture(adapter, `${await fixtureSql('tables')}\n${insertSamples(rows)}`)
    for (const { name, list } of manifest.vectors) {
      if (list) continue
      await fixture.prisma.$executeRawUnsafe(`DROP INDEX "${name}_vector_idx"`)
    }
  })
  afterAll(() => fixture.close())

  /** Like an application's client whose manifest has this one vector field. */
  const clientFor = (spec: VectorFieldSpec) =>
    fixture.prisma
      .$extends({
        query: {
          $queryRawUnsafe({ args, query }) {
            statements.push({ text: args[0] as string, values: args.slice(1) })
            return query(args)
          },
        },
      })
      .$extends(createVectorizer({ ...manifest, vectors: [spec] } as unknown as typeof manifest)())

  async function createIndex(spec: AnySpec): Promise<void> {
    await fixture.prisma.$executeRawUnsafe('DROP INDEX IF EXISTS "samples_vector_idx"')
    if (spec.index.kind === 'none') return
    const expression = indexedExpression(spec, `"${sampleColumns[spec.type]}"`)
    const options = spec.index.kind === 'ivfflat' ? `WITH (lists = ${spec.index.lists})` : ''
    await fixture.prisma.$executeRawUnsafe(`CREATE INDEX "samples_vector_idx" ON "samples"
      USING ${spec.index.kind} ((${expression}) ${operatorClass(spec)}) ${options}`)
  }

  const expectedOf = ({ type, distance }: Variant, query: readonly number[]) =>
    new Map<string, number>(
      rows.flatMap(({ kind, number, vectors }) => {
        const vector = vectors[type]
        return vector ? [[`${kind} ${number}`, distances[distance](query, vector)] as const] : []
      }),
    )

  it.each(variants.map((variant) => [nameOf(variant), variant] as const))('finds by %s', async (_name, variant) => {
    const { type, index } = variant
    const spec: VectorFieldSpec = { ...fieldOf(type), ...variant }
    const db = clientFor(spec)
    await createIndex(spec)
    const next = randomNumbers(99)
    const [one, other] = [randomVector(type, next), randomVector(type, next)]
    const opposite = one.map((each) => (type === 'bit' ? 1 - each : -each))
    for (const query of [one, other, opposite]) {
      statements.length = 0
      const { found, plan } = await db.$transaction(async (tx) => {
        // So few rows are scanned and sorted sooner than read from an index: this asks whether it can be used at all.
        await tx.$executeRawUnsafe('SET LOCAL enable_seqscan = off')
        await tx.$executeRawUnsafe('SET LOCAL enable_sort = off')
        // The client has one vector field, its type has the manifest's four.
        const found = await tx.sample.findSimilar(query, { take: 10, vectorizer: spec.accessor as 'dense' })
        const [statement] = statements
        const plan = await tx.$queryRawUnsafe<Record<string, string>[]>(
          `EXPLAIN ${statement?.text}`,
          ...(statement?.values ?? []),
        )
        return { found, plan: plan.map((line) => line['QUERY PLAN']).join('\n') }
      })
      const expected = expectedOf(variant, query)
      const nearest = [...expected.values()].sort((a, b) => a - b).slice(0, 10)
      const asFound = found.map((row) => expected.get(row.label))
      expect(found.map((row) => row._distance)).toEqual(asFound.map((distance) => expect.closeTo(distance ?? NaN, 5)))
      expect(asFound).toEqual([...asFound].sort((a, b) => (a ?? NaN) - (b ?? NaN)))
      expect(new Set(found.map((row) => row.label)).size).toBe(10)
      const missed = asFound.filter((distance) => (distance ?? NaN) > (nearest.at(-1) ?? NaN) + 1e-5)
      // An HNSW graph is made by chance; the others are exact here.
      expect(missed.length).toBeLessThanOrEqual(index.kind === 'hnsw' ? 2 : 0)
      expect(found.map((row) => row._score)).toEqual(
        found.map((row) => expect.closeTo(metrics[variant.distance].score(row._distance), 5)),
      )
      expect(plan.includes('Index Scan using samples_vector_idx')).toBe(index.kind !== 'none')
      if (index.kind !== 'none') expect(plan).toContain(`Order By: (`)
    }
  })

  it.each(variants.filter(({ index }) => index.kind !== 'none').map((variant) => [nameOf(variant), variant] as const))(
    'returns every row that has a vector, and no other, by %s',
    async (_name, variant) => {
      const spec: VectorFieldSpec = { ...fieldOf(variant.type), ...variant }
      await createIndex(spec)
      const query = randomVector(variant.type, randomNumbers(5))
      const expected = expectedOf(variant, query)
      const found = await clientFor(spec).sample.findSimilar(query, {
        take: 1000,
        select: { label: true },
        vectorizer: spec.accessor as 'dense',
      })
      expect(found.map((row) => row.label).sort()).toEqual([...expected.keys()].sort())
    },
  )

  it.each([
    ['few rows', { number: { lt: 20 } }],
    ['an enum of the key', { kind: 'NOTE' }],
    ['what excludes each vector', { label: 'nothing' }],
  ] as const)('filters by %s exactly', async (_name, where) => {
    for (const type of Object.keys(sampleColumns) as VectorType[]) {
      const spec = fieldOf(type)
      await createIndex(spec)
      const query = randomVector(type, randomNumbers(11))
      const expected = expectedOf(spec, query)
      const all = await fixture.prisma.sample.findMany({ where, select: { label: true } })
      const matching = all.flatMap(({ label }) => expected.get(label) ?? []).sort((a, b) => a - b)
      const found = await clientFor(spec).sample.findSimilar(query, { where, vectorizer: spec.accessor as 'dense' })
      const expectedDistances = matching.slice(0, 10).map((distance) => expect.closeTo(distance, 5))
      expect(found.map((row) => row._distance)).toEqual(expectedDistances)
    }
  })
})
