import { expect, test } from 'vitest'
import type { ClaimedRow } from '../src/pipeline/batch.ts'
import { quarantine } from '../src/pipeline/quarantine.ts'

const row = (id: number, lostLeases: number): ClaimedRow => ({
  key: [`${id}`],
  attempts: 1,
  lostLeases,
  reembed: false,
})
const label = 'BlogPost.contentEmbeddings'
const rows = (count: number, lostLeases: number) => Array.from({ length: count }, (_, id) => row(id, lostLeases))
const sizes = (claimed: readonly ClaimedRow[], limit: number) => {
  const outcome = quarantine(claimed, { limit, label, busy: false })
  expect(outcome.rows.length + outcome.later.length + outcome.failed.length).toBe(claimed.length)
  return [outcome.rows.length, outcome.later.length, outcome.failed.length]
}

test('rows that no worker has lost are one batch', () => {
  expect(sizes(rows(50, 0), 50)).toEqual([50, 0, 0])
})

test.each([
  [1, [12, 38, 0]],
  [2, [3, 47, 0]],
  [3, [1, 49, 0]],
  [4, [1, 49, 0]],
] as const)('after %i deaths groups of 50 are %j now and later', (lostLeases, expected) => {
  expect(sizes(rows(50, lostLeases), 50)).toEqual(expected)
})

test('rows of the most deaths come first, and none of fewer with them', () => {
  const claimed = [...rows(3, 0), ...rows(2, 1), row(9, 3)]
  expect(quarantine(claimed, { limit: 50, label, busy: false }).rows).toEqual([row(9, 3)])
})

test('after five deaths a row is given up with VZ523, the others go on', () => {
  const outcome = quarantine([...rows(3, 0), row(9, 5)], { limit: 50, label, busy: false })
  expect(outcome.rows).toEqual(rows(3, 0))
  expect(outcome.failed).toMatchObject([{ row: row(9, 5), step: 'worker', code: 'VZ523', permanent: true }])
})

test('while a group is in work, only rows beyond suspicion are', () => {
  const outcome = quarantine([...rows(3, 0), row(9, 2)], { limit: 50, label, busy: true })
  expect(outcome).toMatchObject({ rows: rows(3, 0), suspected: false, later: [row(9, 2)] })
})
