// docs/pgai-cases.md answers every case, and what it links is there.
import { describe, expect, test } from 'vitest'
import { expectLinkedTests, readPage, tableRows } from '../support/linked-tests.ts'

const page = readPage('pgai-cases.md')
const rows = tableRows(page, /^\d/u)

test('there is one row for each of 1 to 117, in order', () => {
  expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 117 }, (_, index) => index + 1))
})

describe.each(rows.map((cells) => [cells[0], cells] as const))('row %s', (_, cells) => {
  const [, asked, answer = '', ...more] = cells

  test('asks something and answers it, with a link or with what there is instead', () => {
    expect(asked).toMatch(/\w/u)
    expect(answer).toMatch(/\]\(\.\.\/[^)]+\.ts\)|^not here: \w/u)
    expect(more).toEqual([])
  })

  test('names files that exist, and tests that are in them', () => {
    expectLinkedTests(answer, page)
  })
})
