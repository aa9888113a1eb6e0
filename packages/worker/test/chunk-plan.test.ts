import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StoredChunk } from '../src/pipeline/batch.ts'
import { type ChunkPlan, planChunks, textsToEmbed } from '../src/pipeline/chunk-plan.ts'
import { chunkHash } from '../src/sql/chunk-hash.ts'

const storedOf = (texts: readonly string[]): StoredChunk[] =>
  texts.map((text, sequence) => ({ id: `${sequence}`, sequence, hash: chunkHash(text) }))

const plan = (before: readonly string[], after: readonly string[]) => planChunks(after, storedOf(before))

describe('the chunks of a document', () => {
  test('that is new are all written', () => {
    expect(plan([], ['a', 'b'])).toEqual({ kept: 0, moves: [], written: [0, 1], removed: [] })
  })

  test('that did not change all stay', () => {
    expect(plan(['a', 'b'], ['a', 'b'])).toEqual({ kept: 2, moves: [], written: [], removed: [] })
  })

  test('that grew at its end: only the new one is written', () => {
    expect(plan(['a', 'b'], ['a', 'b', 'c'])).toEqual({ kept: 2, moves: [], written: [2], removed: [] })
  })

  test('with another in the middle: one goes, one is written', () => {
    expect(plan(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual({ kept: 2, moves: [], written: [1], removed: ['1'] })
  })

  test('that grew at its start move up, the last one first', () => {
    expect(plan(['a', 'b'], ['x', 'a', 'b'])).toEqual({
      kept: 0,
      moves: [[{ id: '1', sequence: 2 }], [{ id: '0', sequence: 1 }]],
      written: [0],
      removed: [],
    })
  })

  test('that change places step aside first', () => {
    expect(plan(['a', 'b'], ['b', 'a']).moves).toEqual([
      [
        { id: '1', sequence: -2 },
        { id: '0', sequence: -1 },
      ],
      [
        { id: '1', sequence: 0 },
        { id: '0', sequence: 1 },
      ],
    ])
  })

  test('of equal texts: those in their places stay, the others serve once each', () => {
    expect(plan(['a', 'a'], ['a', 'b', 'a', 'a'])).toEqual({
      kept: 1,
      moves: [[{ id: '1', sequence: 2 }]],
      written: [1, 3],
      removed: [],
    })
  })

  test('of a text that is gone are removed', () => {
    expect(plan(['a', 'b'], [])).toEqual({ kept: 0, moves: [], written: [], removed: ['0', '1'] })
  })

  test('a thousand that move by one take few statements', () => {
    const texts = Array.from({ length: 1000 }, (_, index) => `chunk ${index}`)
    expect(plan(texts, ['new', ...texts]).moves.length).toBeLessThan(20)
  })
})

test('only texts without a vector are embedded', () => {
  expect(textsToEmbed(['a', 'x', 'b'], storedOf(['a', 'b']))).toEqual(['x'])
  expect(textsToEmbed(['a', 'a'], [])).toEqual(['a', 'a'])
})

/** What a table with a unique key on the sequence says to each statement of the plan. */
function apply(before: readonly string[], after: readonly string[], { moves, removed, written }: ChunkPlan): string[] {
  const table = new Map(
    storedOf(before).map(({ id, sequence }) => [id, { sequence, text: before[sequence] as string }]),
  )
  for (const id of removed) table.delete(id)
  for (const round of moves) {
    const moving = new Set(round.map(({ id }) => id))
    // PostgreSQL checks row by row: a place must be free of all chunks, those that move with it included.
    const places = new Set([...table.values()].map(({ sequence }) => sequence))
    for (const { id, sequence } of round) {
      expect(places.has(sequence)).toBe(false)
      places.add(sequence)
      expect(moving.has(id)).toBe(true)
      table.set(id, { sequence, text: (table.get(id) as { text: string }).text })
    }
  }
  for (const place of written) table.set(`new ${place}`, { sequence: place, text: after[place] as string })
  const rows = [...table.values()].sort((a, b) => a.sequence - b.sequence)
  expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index))
  return rows.map(({ text }) => text)
}

test('any change ends in the new chunks, and no statement meets the unique key', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { maxLength: 40 })
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const changed = plan(before, after)
      expect(apply(before, after, changed)).toEqual(after)
      const common = before.length - changed.removed.length
      expect(changed.written.length).toBe(after.length - common)
    }),
    { numRuns: 500 },
  )
})
