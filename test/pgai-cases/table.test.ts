// docs/pgai-cases.md answers every case, and what it links is there.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const docs = new URL('../../docs/', import.meta.url)
const page = readFileSync(new URL('pgai-cases.md', docs), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => /^\| \d/u.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
const link = /\[([^\]]+)\]\((?!https?:|#)([^)#]+)\)/gu

test('there is one row for each of 1 to 70, in order', () => {
  expect(rows.map((cells) => Number(cells[1]))).toEqual(Array.from({ length: 70 }, (_, index) => index + 1))
})

describe.each(rows.map((cells) => [cells[1], cells] as const))('row %s', (_, cells) => {
  const [, , asked, answer = '', ...more] = cells

  test('asks something and answers it, with a link or with what there is instead', () => {
    expect(asked).toMatch(/\w/u)
    expect(answer).toMatch(/\]\(\.\.\/[^)]+\.ts\)|^not here: \w/u)
    expect(more).toEqual([''])
  })

  test('names files that exist, and tests that are in them', () => {
    for (const [, title = '', path = ''] of answer.matchAll(link)) {
      const file = new URL(path, docs)
      expect(existsSync(file), path).toBe(true)
      if (!path.endsWith('.test.ts')) continue
      const text = readFileSync(file, 'utf8')
      // As the first argument of a test, or as a case of `test.each`.
      const titled = ["'", '"', '`'].some((quote) =>
        ['(', '[', ' '].some((before) => text.includes(`${before}${quote}${title}${quote},`)),
      )
      expect(titled, `${path}: ${title}`).toBe(true)
    }
  })
})
