// What PostgreSQL holds and what is read of it, for all four types, by both forms.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  readBits,
  readHalfVector,
  readSparseVector,
  readVector,
  readVectorText,
  sparseVectorToText,
  vectorToBinary,
  vectorToBits,
  vectorToText,
} from '../src/index.ts'

let database: PGlite
beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector } })
  await database.query('CREATE EXTENSION vector')
})
afterAll(() => database.close())

type Read = { readonly bytes: Uint8Array; readonly text: string }

async function stored(value: string, type: 'vector' | 'halfvec'): Promise<Read> {
  const { rows } = await database.query<Read>(
    `SELECT ${type}_send($1::text::${type}) AS bytes, $1::text::${type}::text AS text`,
    [value],
  )
  return rows[0] as Read
}

async function storedText(value: string, type: string): Promise<string> {
  const { rows } = await database.query<{ text: string }>(`SELECT $1::text::${type}::text AS text`, [value])
  return rows[0]?.text as string
}

const float4 = fc.float({ noNaN: true, noDefaultInfinity: true })
const float4s = fc.array(float4, { minLength: 1, maxLength: 60 })
const largest = 2 ** 128 - 2 ** 104
const extremes = [0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, largest, -largest, 0.1, 1 / 3].map(Math.fround)

/** Every number that half precision has, by its bits; what is finite of them. */
const halves = Array.from({ length: 0x7c00 }, (_, bits) =>
  bits < 0x400 ? bits * 2 ** -24 : (1 + (bits & 0x3ff) / 1024) * 2 ** ((bits >> 10) - 15),
)

describe('a vector', () => {
  it('is read as it was written, denormals, the largest and both zeros too', async () => {
    const { bytes, text } = await stored(vectorToText(extremes).replace(',0,', ',-0,'), 'vector')
    expect(readVector(bytes)).toEqual(extremes)
    expect(readVectorText(text)).toEqual(extremes)
  })

  it('is read as it was written, whatever its numbers', async () => {
    await fc.assert(
      fc.asyncProperty(float4s, async (numbers) => {
        const { bytes, text } = await stored(vectorToText(numbers), 'vector')
        // JSON, and so the text that was written, has no -0.
        const written = numbers.map((each) => each + 0)
        expect(readVector(bytes)).toEqual(written)
        expect(readVectorText(text)).toEqual(written)
        expect(readVector(vectorToBinary(numbers))).toEqual(numbers)
      }),
    )
  })

  it('may have as many dimensions as pgvector stores', async () => {
    const numbers = Array.from({ length: 16_000 }, (_, index) => Math.fround(index / 7))
    const { bytes } = await stored(vectorToText(numbers), 'vector')
    expect(readVector(bytes)).toEqual(numbers)
  })

  it('is read out of the middle of a larger buffer', () => {
    const inside = new Uint8Array(20)
    inside.set(vectorToBinary([1, -2]), 5)
    expect(readVector(inside.subarray(5, 17))).toEqual([1, -2])
  })
})

describe('a halfvec', () => {
  it('is read exactly, every number of half precision and its negative', async () => {
    for (let from = 0; from < halves.length; from += 15_000) {
      const numbers = halves.slice(from, from + 15_000)
      for (const signed of [numbers, numbers.map((each) => -each)]) {
        // Written by hand, since JSON has no -0.
        const { bytes, text } = await stored(
          `[${signed.map((each) => (Object.is(each, -0) ? '-0' : each))}]`,
          'halfvec',
        )
        expect(readHalfVector(bytes)).toEqual(signed)
        expect(readVectorText(text)).toEqual(signed)
      }
    }
  })
})

describe('a sparsevec', () => {
  it('is read as its elements that are not zero, by their index from 0', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(999_999_999), float4), { maxLength: 40 }), async (elements) => {
        const written = new Map(elements.filter(([, value]) => value !== 0))
        const text = await storedText(sparseVectorToText(written, 1_000_000_000), 'sparsevec')
        const read = readSparseVector(text)
        expect(read).toEqual(written)
        expect([...read.keys()]).toEqual([...written.keys()].sort((a, b) => a - b))
      }),
    )
  })

  it('holds denormals and the largest float4', async () => {
    const written = new Map(extremes.flatMap((value, index) => (value === 0 ? [] : [[index, value] as const])))
    expect(readSparseVector(await storedText(sparseVectorToText(written, 9), 'sparsevec'))).toEqual(written)
  })
})

describe('bits', () => {
  it('are read as the zeros and ones that were written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 80 }), async (bits) => {
        expect(readBits(await storedText(vectorToBits(bits), `bit(${bits.length})`))).toEqual(bits)
      }),
    )
  })
})
