import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertSparseVector,
  assertVector,
  sparseVector,
  sparseVectorToText,
  vectorToBinary,
  vectorToBits,
  vectorToText,
  writeVector,
} from '../src/index.ts'
import { caught } from './support/caught.ts'

const float4 = fc.float({ noNaN: true, noDefaultInfinity: true })

/** Reads pgvector's binary form back, as `vector_recv` does. */
function readBinary(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: view.getInt16(0) }, (_, index) => view.getFloat32(4 + index * 4))
}

describe('vectorToText', () => {
  it('round-trips every float4 through pgvector’s text form', () => {
    fc.assert(
      fc.property(fc.array(float4, { minLength: 1, maxLength: 40 }), (numbers) => {
        const text = vectorToText(numbers)
        expect(text).toMatch(/^\[[^\s\]]+\]$/)
        const read = text.slice(1, -1).split(',').map(Number)
        // -0 is written as 0, as PostgreSQL compares the two as equal.
        expect(read.map((value) => value + 0)).toEqual(numbers.map((value) => value + 0))
      }),
    )
  })

  it('writes typed arrays as it writes plain ones', () => {
    expect(vectorToText(new Float32Array([1, -0.5]))).toBe('[1,-0.5]')
    expect(vectorToText(new Float64Array([1, -0.5]))).toBe('[1,-0.5]')
    expect(vectorToText([1, -0.5])).toBe('[1,-0.5]')
  })
})

describe('vectorToBinary', () => {
  it('is the count, a zero, then big-endian float4s', () => {
    expect([...vectorToBinary([1, -2, 0.5])]).toEqual([0, 3, 0, 0, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0])
  })

  it('round-trips every float4', () => {
    fc.assert(
      fc.property(fc.array(float4, { minLength: 1, maxLength: 40 }), (numbers) => {
        expect(readBinary(vectorToBinary(numbers))).toEqual(numbers)
        expect(readBinary(vectorToBinary(Float32Array.from(numbers)))).toEqual(numbers)
      }),
    )
  })

  it('can be written into the middle of a larger message', () => {
    const view = new DataView(new ArrayBuffer(16))
    expect(writeVector(view, 4, [2, 4])).toBe(16)
    expect(readBinary(new Uint8Array(view.buffer, 4))).toEqual([2, 4])
  })
})

describe('assertVector', () => {
  it('takes a vector of the right length, plain or typed', () => {
    assertVector([1, 2, 3], 3, 'BlogPost.findSimilar')
    assertVector(new Float32Array(3), 3, 'BlogPost.findSimilar')
  })

  it('names both lengths of a wrong one', () => {
    const error = caught(() => assertVector([1, 2], 3, 'BlogPost.findSimilar'))
    expect(error.code).toBe('VZ301')
    expect(error.fact).toBe('BlogPost.findSimilar: the vector has 2 dimensions, the store has 3.')
  })

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a number beyond float4', 1e39],
    ['a text', '1'],
    ['nothing', undefined],
  ])('names the element that is %s', (_, value) => {
    const error = caught(() => assertVector([0, value as number], 2, 'BlogPost.findSimilar'))
    expect(error.code).toBe('VZ302')
    expect(error.fact).toContain(`element 1 of the vector is ${value}`)
  })
})

describe('sparseVectorToText', () => {
  it('counts from 1, in order, and leaves zeros out', () => {
    const elements = new Map([
      [7, -2],
      [0, 0.5],
      [3, 0],
      [4, 1e-60],
    ])
    expect(sparseVectorToText(elements, 8)).toBe('{1:0.5,8:-2}/8')
    expect(sparseVectorToText(new Map(), 1_000_000)).toBe('{}/1000000')
  })

  it('holds every element of a dense vector that is not zero as float4', () => {
    fc.assert(
      fc.property(fc.array(float4, { minLength: 1, maxLength: 40 }), (numbers) => {
        const text = sparseVectorToText(sparseVector(numbers, ''), numbers.length)
        const read = Array(numbers.length).fill(0)
        for (const [, index, value] of text.matchAll(/(\d+):([^,}]+)/g)) read[Number(index) - 1] = Number(value)
        expect(read).toEqual(numbers.map((value) => value + 0))
        expect(text.endsWith(`}/${numbers.length}`)).toBe(true)
      }),
    )
  })
})

describe('vectorToBits', () => {
  it('is 1 where a number is greater than 0 as float4', () => {
    expect(vectorToBits([1, 0, -1, 0.001, 1e-60])).toBe('10010')
    expect(vectorToBits(Float32Array.of(0, 2))).toBe('01')
  })
})

describe('assertSparseVector', () => {
  it('takes indexes from 0 to below the dimensions', () => {
    assertSparseVector(new Map(), 3, 'BlogPost.findSimilar')
    assertSparseVector(new Map([[0, 1]]).set(2, -1), 3, 'BlogPost.findSimilar')
  })

  it.each([
    ['beyond the dimensions', 3, 1, 'VZ301', 'has an element at index 3, the store has 3 dimensions'],
    ['below 0', -1, 1, 'VZ306', 'has an element at -1, which is no index'],
    ['between two indexes', 0.5, 1, 'VZ306', 'has an element at 0.5, which is no index'],
    ['a text', '1', 1, 'VZ306', 'has an element at 1, which is no index'],
    ['with a value that is NaN', 1, Number.NaN, 'VZ302', 'element 1 of the vector is NaN'],
    ['with a value beyond float4', 1, 1e39, 'VZ302', 'element 1 of the vector is 1e+39'],
  ])('names the element that is %s', (_, index, value, code, fact) => {
    const error = caught(() => assertSparseVector(new Map([[index as number, value]]), 3, 'BlogPost.findSimilar'))
    expect(error.code).toBe(code)
    expect(error.fact).toContain(fact)
  })

  it('counts the elements that are not zero, of which pgvector takes 16,000', () => {
    const most = new Map(Array.from({ length: 16_000 }, (_, index) => [index, 1]))
    assertSparseVector(most.set(16_000, 0), 20_000, 'BlogPost.findSimilar')
    const error = caught(() => assertSparseVector(most.set(16_000, 1), 20_000, 'BlogPost.findSimilar'))
    expect(error.code).toBe('VZ306')
    expect(error.fact).toBe('BlogPost.findSimilar: 16001 elements of the vector are not zero.')
    const dense = Array(20_000).fill(1)
    expect(caught(() => sparseVector(dense, 'BlogPost.findSimilar')).code).toBe('VZ306')
  })
})
