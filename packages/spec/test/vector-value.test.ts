import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertVector, vectorToBinary, vectorToText, writeVector } from '../src/index.ts'
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
