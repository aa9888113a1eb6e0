// What docs/operations.md says of failures and docs/worker.md guarantees is shown by tests that are there.
import { describe, expect, test } from 'vitest'
import { expectLinkedTests, readPage, tableRows } from './support/linked-tests.ts'

const operations = readPage('operations.md')
const [, situations = ''] = operations.text.split('\n## When something happens\n')
const worker = readPage('worker.md')
const guarantees = tableRows(worker, /^G\d+$/u)

/** The rows of the one table, without its head. */
const situationRows = tableRows({ text: situations }, /./u).filter(([when = '']) => !/^(when|-+)$/u.test(when))

test('there are situations and guarantees to check', () => {
  expect(situationRows.length).toBeGreaterThanOrEqual(30)
  expect(guarantees.map(([number]) => number)).toEqual(Array.from({ length: 13 }, (_, index) => `G${index + 1}`))
})

describe('when something happens', () => {
  test.each(situationRows.map((cells) => [cells[0], cells] as const))('%s', (_, [when, we, shown = '', ...more]) => {
    expect([when, we]).toEqual([expect.stringMatching(/\w/u), expect.stringMatching(/\w/u)])
    expect(more).toEqual([])
    expect(expectLinkedTests(shown, operations)).not.toEqual([])
  })
})

test.each(guarantees.map((cells) => [cells[0], cells] as const))('%s of the worker', (_, [, , shown = '', ...more]) => {
  expect(more).toEqual([])
  expect(expectLinkedTests(shown, worker)).not.toEqual([])
})
