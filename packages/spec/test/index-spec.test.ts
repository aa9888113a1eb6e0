// What `indexMethods` claims, tried on pgvector itself.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import {
  type Distance,
  defaultIndex,
  type IndexMethod,
  type IndexSpec,
  indexDefinition,
  indexedDistance,
  indexedExpression,
  indexedType,
  indexMethods,
  isDeclaredIndex,
  metrics,
  minRowsOf,
  operatorClass,
  type VectorType,
} from '../src/index.ts'

let database: PGlite
beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector } })
  await database.query('CREATE EXTENSION vector')
})
afterAll(() => database.close())

async function createIndex(method: string, type: VectorType, dimensions: number, operators: string): Promise<void> {
  await database.exec(`DROP TABLE IF EXISTS sized; CREATE TABLE sized (v ${type}(${dimensions}))`)
  await database.query(`CREATE INDEX ON sized USING ${method} (v ${operators})`)
}

// pgvectorscale is in no embedded PostgreSQL.
const methods = ['hnsw', 'ivfflat'] as const satisfies readonly IndexMethod[]
const types = ['vector', 'halfvec', 'bit', 'sparsevec'] as const
const distances = Object.keys(metrics) as Distance[]

describe.each(methods)('%s', (method) => {
  test.each(types)('indexes %s by the distances listed, and by no other', async (type) => {
    const works: Distance[] = []
    for (const distance of distances) {
      const created = createIndex(method, type, 8, `${type}_${metrics[distance].operatorClass}`)
      if (
        await created.then(
          () => true,
          () => false,
        )
      )
        works.push(distance)
    }
    expect(works.sort()).toEqual([...(indexMethods[method][type]?.distances ?? [])].sort())
  })

  const limited = types.filter((type) => Number.isFinite(indexMethods[method][type]?.maxDimensions ?? Number.NaN))
  test.each(limited)('holds %s of as many dimensions as listed, and not one more', async (type) => {
    const most = indexMethods[method][type]?.maxDimensions as number
    const operators = `${type}_${type === 'bit' ? 'hamming' : 'l2'}_ops`
    await createIndex(method, type, most, operators)
    await expect(createIndex(method, type, most + 1, operators)).rejects.toThrow(/more than \d+ dimensions/)
  })
})

it('hnsw over sparsevec has no limit of dimensions', () =>
  createIndex('hnsw', 'sparsevec', 1_000_000, 'sparsevec_l2_ops'))

describe('the form of an index', () => {
  const full: IndexSpec = { ...defaultIndex, halfvec: false }
  test.each([
    ['vector', defaultIndex, '"v"::halfvec(8)', 'halfvec', false],
    ['vector', { kind: 'ivfflat', lists: 10, halfvec: true }, '"v"::halfvec(8)', 'halfvec', false],
    ['vector', full, '"v"', 'vector', true],
    ['halfvec', full, '"v"', 'halfvec', true],
    ['vector', { kind: 'none' }, '"v"', 'vector', false],
  ] as const)('over %s with %j', (type, index, expression, indexed, declared) => {
    const spec = { type, index, dimensions: 8, distance: 'l2' } as const
    expect(indexedExpression(spec, '"v"')).toBe(expression)
    expect(indexedType(spec)).toBe(indexed)
    expect(operatorClass(spec)).toBe(`${indexed}_l2_ops`)
    expect(indexedDistance(spec)).toBe('l2')
    expect(isDeclaredIndex(spec)).toBe(declared)
  })

  const bits: IndexSpec = { ...defaultIndex, halfvec: false, bit: true }
  test.each(['vector', 'halfvec'] as const)('over the bits of %s, which pgvector takes', async (type) => {
    const spec = { type, index: bits, dimensions: 16_000, distance: 'cosine' } as const
    expect(indexedExpression(spec, '"v"')).toBe('binary_quantize("v")::bit(16000)')
    expect(indexedType(spec)).toBe('bit')
    expect(indexedDistance(spec)).toBe('hamming')
    expect(operatorClass(spec)).toBe('bit_hamming_ops')
    expect(isDeclaredIndex(spec)).toBe(false)
    await database.exec(`DROP TABLE IF EXISTS sized; CREATE TABLE sized (v ${type}(16000))`)
    await database.exec(`CREATE INDEX ON sized USING hnsw ((${indexedExpression(spec, '"v"')}) ${operatorClass(spec)})`)
  })

  test('of vectors that are bits already is over the column, whatever the index says', () => {
    const spec = { type: 'bit', index: bits, dimensions: 8, distance: 'jaccard' } as const
    expect(indexedExpression(spec, '"v"')).toBe('"v"')
    expect(operatorClass(spec)).toBe('bit_jaccard_ops')
    expect(isDeclaredIndex(spec)).toBe(true)
  })
})

test('when an index is built is no part of what it is', () => {
  const later: IndexSpec = { ...defaultIndex, minRows: 5 }
  expect(minRowsOf(later)).toBe(5)
  expect(minRowsOf(defaultIndex)).toBeNull()
  expect(minRowsOf({ kind: 'none' })).toBeNull()
  expect(indexDefinition(later)).toStrictEqual(indexDefinition(defaultIndex))
  expect(indexDefinition({ kind: 'ivfflat', lists: 1, halfvec: true })).toEqual({
    kind: 'ivfflat',
    lists: 1,
    halfvec: true,
  })
})
