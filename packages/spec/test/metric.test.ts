import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Distance, metrics, type VectorType, vectorTypes } from '../src/index.ts'

const entries = Object.entries(metrics) as [Distance, (typeof metrics)[Distance]][]
const samples: Record<VectorType, readonly [string, string, string]> = {
  // A question, then the nearer and the farther value under every metric of the type.
  vector: ['[1,1,0]', '[1,0.9,0]', '[-1,0.2,3]'],
  halfvec: ['[1,1,0]', '[1,0.9,0]', '[-1,0.2,3]'],
  sparsevec: ['{1:1,2:1}/3', '{1:1,2:0.9}/3', '{1:-1,2:0.2,3:3}/3'],
  bit: ['1100', '1110', '0011'],
}

let database: PGlite
beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector } })
  await database.query('CREATE EXTENSION vector')
})
afterAll(() => database.close())

const cases = entries.flatMap(([distance, metric]) => metric.types.map((type) => ({ distance, type, metric })))

describe.each(cases)('$distance of $type', ({ metric, type }) => {
  const cast = type === 'bit' ? 'bit(4)' : `${type}(3)`

  it('has an operator and a function that agree in pgvector', async () => {
    const [question, near] = samples[type]
    const { rows } = await database.query<{ operator: number; function: number }>(
      `SELECT $1::text::${cast} ${metric.operator} $2::text::${cast} AS operator,
              ${metric.sqlFunction(type)}($1::text::${cast}, $2::text::${cast}) AS function`,
      [question, near],
    )
    expect(rows[0]?.operator).toBe(rows[0]?.function)
  })

  it('gives the nearer value the smaller distance and the higher score', async () => {
    const { rows } = await database.query<{ near: number; far: number }>(
      `SELECT $1::text::${cast} ${metric.operator} $2::text::${cast} AS near,
              $1::text::${cast} ${metric.operator} $3::text::${cast} AS far`,
      [...samples[type]],
    )
    const { near, far } = rows[0] as { near: number; far: number }
    expect(near).toBeLessThan(far)
    expect(metric.score(near)).toBeGreaterThan(metric.score(far))
  })

  it('has an operator class that pgvector knows', async () => {
    const { rows } = await database.query('SELECT 1 FROM pg_opclass WHERE opcname = $1', [
      `${type}_${metric.operatorClass}`,
    ])
    expect(rows.length).toBeGreaterThan(0)
  })
})

describe.each(entries)('distanceOf of %s', (distance, metric) => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  const distances = distance === 'ip' ? number : fc.double({ min: 0, noNaN: true })
  const wanted = fc.oneof(number, fc.double({ min: -2, max: 2, noNaN: true }), distances.map(metric.score))

  it('is a threshold that says exactly what the score says', () => {
    fc.assert(
      fc.property(distances, wanted, (found, score) => {
        expect(found <= metric.distanceOf(score)).toBe(metric.score(found) >= score)
      }),
      { numRuns: 1000 },
    )
  })

  it('lets a distance pass its own score', () => {
    fc.assert(fc.property(distances, (found) => metric.distanceOf(metric.score(found)) >= found))
  })
})

describe('a score that no distance has', () => {
  it('lets nothing pass where it is too high, everything where it is too low', () => {
    expect(metrics.l2.distanceOf(1.1)).toBe(Number.NEGATIVE_INFINITY)
    expect(metrics.cosine.distanceOf(1.1)).toBe(Number.NEGATIVE_INFINITY)
    expect(metrics.l2.distanceOf(0)).toBe(Number.POSITIVE_INFINITY)
    expect(metrics.hamming.distanceOf(-3)).toBe(Number.POSITIVE_INFINITY)
    expect(metrics.cosine.distanceOf(-3)).toBeGreaterThan(2)
    expect(metrics.ip.distanceOf(7.5)).toBe(-7.5)
  })
})

describe('vectorTypes', () => {
  it.each(['vector', 'halfvec', 'sparsevec'] as const)(
    'states the most dimensions %s can be declared with',
    async (type) => {
      const { maxDimensions } = vectorTypes[type]
      await database.query(`SELECT NULL::${type}(${maxDimensions})`)
      await expect(database.query(`SELECT NULL::${type}(${maxDimensions + 1})`)).rejects.toThrow(/cannot exceed/)
    },
  )
})
