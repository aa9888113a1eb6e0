// Tables of the documentation whose cells link the tests that show what they say: each file is there, and each test in it.
import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'

export interface DocumentationPage {
  readonly url: URL
  readonly text: string
}

const docs = new URL('../../docs/', import.meta.url)

/** A page below docs/. */
export function readPage(name: string): DocumentationPage {
  const url = new URL(name, docs)
  return { url, text: readFileSync(url, 'utf8') }
}

/** The cells of the table rows whose first cell matches, in order, without the empty ends. */
export function tableRows({ text }: Pick<DocumentationPage, 'text'>, first: RegExp): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([cell = '']) => first.test(cell))
}

const link = /\[([^\]]+)\]\((?!https?:|#)([^)#]+)\)/gu

/** Fails where a file that `cell` links is not there, or a test file has no test of the link's text. Returns the tests linked. */
export function expectLinkedTests(cell: string, { url }: Pick<DocumentationPage, 'url'>): readonly string[] {
  const tests: string[] = []
  for (const [, title = '', path = ''] of cell.matchAll(link)) {
    const file = new URL(path, url)
    expect(existsSync(file), path).toBe(true)
    if (!path.endsWith('.test.ts')) continue
    expect(holdsTest(readFileSync(file, 'utf8'), title), `${path}: ${title}`).toBe(true)
    tests.push(title)
  }
  return tests
}

/** As the first argument of a test, or as a case of `test.each`. */
const holdsTest = (source: string, title: string): boolean =>
  ["'", '"', '`'].some((quote) =>
    ['(', '[', ' '].some((before) => source.includes(`${before}${quote}${title}${quote},`)),
  )
