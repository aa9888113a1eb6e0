// What recall searches for: mixtures of stored vectors of each type, or the lines of a file. No database.
import { describe, expect, test } from 'vitest'
import { mix } from '../src/recall/mix.ts'
import { parseOwnQueries } from '../src/recall/own-queries.ts'
import { field, lists } from './support/recall.ts'

const of = (type: 'vector' | 'halfvec' | 'bit' | 'sparsevec', dimensions = 3) => ({ type, dimensions })

describe('a mixture', () => {
  test('of numbers has a share of each', () => {
    expect(mix('[1,0,-2]', '[0,4,2]', 0.75, of('vector'))).toBe('[0.75,1,-1]')
    expect(mix('[1,0,-2]', '[0,4,2]', 0.5, of('halfvec'))).toBe('[0.5,2,0]')
  })

  test('of sparse vectors has the elements of both', () => {
    expect(mix('{1:1,3:-2}/8', '{3:2,8:4}/8', 0.75, of('sparsevec', 8))).toBe('{1:0.75,3:-1,8:1}/8')
    expect(mix('{}/8', '{2:1}/8', 0.5, of('sparsevec', 8))).toBe('{2:0.5}/8')
  })

  test('of bits has each from one or the other, in that share', () => {
    const mixed = mix('1'.repeat(100), '0'.repeat(100), 0.75, of('bit', 100))
    expect(mixed).toMatch(/^[01]{100}$/)
    expect(Math.abs(mixed.replaceAll('0', '').length - 75)).toBeLessThanOrEqual(1)
    expect(mixed).not.toMatch(/0000|1{8}/)
    expect(mix('0110', '0110', 0.6, of('bit', 4))).toBe('0110')
  })
})

describe("one's own queries", () => {
  const spec = field('Photo', lists, { dimensions: 3 })

  test('are read line by line, in the form of the stored type', () => {
    const text = '[1, 0, -2.5]\r\n\n[0,1,0]\n'
    expect(parseOwnQueries(text, spec)).toEqual(['[1,0,-2.5]', '[0,1,0]'])
    expect(parseOwnQueries(text, { ...spec, type: 'sparsevec' })).toEqual(['{1:1,3:-2.5}/3', '{2:1}/3'])
    expect(parseOwnQueries(text, { ...spec, type: 'bit', distance: 'hamming' })).toEqual(['100', '010'])
    expect(parseOwnQueries('[0,0,0]', { ...spec, distance: 'l2' })).toEqual(['[0,0,0]'])
    expect(parseOwnQueries('[65520,0,0]', spec)).toEqual(['[65520,0,0]'])
  })

  test.each([
    ['[1,2,3]\n[1,2]', {}, 'line 2 has 2 numbers, not 3.'],
    ['\n[1,2,3', {}, 'line 2 is not a JSON array of numbers.'],
    ['{"a":1}', {}, 'line 1 is not a JSON array of numbers.'],
    ['[1,null,3]', {}, 'line 1 is not a JSON array of numbers.'],
    ['[1,1e39,3]', {}, 'line 1 has 1e+39, more than single precision can hold.'],
    ['[1,2,-65520]', { type: 'halfvec' }, 'line 1 has -65520, more than half precision can hold.'],
    ['[0,0,1e-50]', {}, 'line 1 has only zeros, to which no cosine distance exists.'],
    ['\n', {}, 'the file holds no vectors.'],
  ] as const)('are refused: %j', (text, more, fact) => {
    expect(() => parseOwnQueries(text, { ...spec, ...more })).toThrow(
      expect.objectContaining({
        code: 'VZ506',
        fact: `\`--embeddings\`: ${fact}`,
        fix: 'Write a JSON array of 3 numbers on each line, embedded as those of Photo.embedding are.',
      }),
    )
  })
})
