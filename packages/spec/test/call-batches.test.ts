import { describe, expect, it } from 'vitest'
import { callBatches } from '../src/call-batches.ts'

const any = Number.POSITIVE_INFINITY
const sizes = (count: number) => Array<number>(count).fill(1)

describe('callBatches', () => {
  // The first six are pgai's.
  it.each([
    ['no texts', [], { texts: 1, tokens: any }, []],
    [
      'one text a call',
      sizes(3),
      { texts: 1, tokens: any },
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    ],
    [
      'calls that are not full',
      sizes(4),
      { texts: 3, tokens: any },
      [
        [0, 3],
        [3, 4],
      ],
    ],
    ['a call that is full', sizes(5), { texts: 5, tokens: any }, [[0, 5]]],
    [
      'tokens',
      [5, 1, 1, 1, 1, 1, 1, 1, 1],
      { texts: any, tokens: 6 },
      [
        [0, 2],
        [2, 8],
        [8, 9],
      ],
    ],
    [
      'whichever limit comes first',
      [5, 1, 1, 1, 1, 1, 1, 1, 1],
      { texts: 5, tokens: 6 },
      [
        [0, 2],
        [2, 7],
        [7, 9],
      ],
    ],
    [
      'a text larger than a call, alone',
      [1, 9, 1],
      { texts: any, tokens: 6 },
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    ],
    ['texts without a size', [0, 0, 0], { texts: any, tokens: 0 }, [[0, 3]]],
  ])('cuts by %s', (_, tokens, limits, ranges) => {
    expect(callBatches(tokens, limits)).toEqual(ranges)
  })
})
