// `chunking: markdown(…)`.
import { defaultMarkdownChunking } from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import { createMarkdownSplitter } from '../src/chunkers/markdown.ts'

const split = (text: string, size = 800, overlap = 0) =>
  createMarkdownSplitter({ ...defaultMarkdownChunking, size, overlap })(text)
const asWritten = (text: string, size = 800) =>
  createMarkdownSplitter({ ...defaultMarkdownChunking, size, headings: false })(text)

describe('headings', () => {
  const guide = '# Guide #\n\n## Install\n\nRun it.\n\nUse\n---\nCall it.\n\n# End\n'

  test('each chunk says where it stands', () => {
    expect(split(`Before.\n${guide}`)).toEqual([
      'Before.',
      '# Guide\n## Install\n\nRun it.',
      '# Guide\n## Use\n\nCall it.',
      '# End',
    ])
  })

  test('stay as written, in their place only, with `headings: false`', () => {
    expect(asWritten(guide)).toEqual(['# Guide #\n\n## Install\n\nRun it.', 'Use\n---\nCall it.', '# End'])
  })

  test('a heading leaves those of its level and below', () => {
    expect(split('# A\n### B\nb\n## C\nc\n# D\nd')).toEqual(['# A\n### B\n\nb', '# A\n## C\n\nc', '# D\n\nd'])
  })

  test('headings count to the size; the outermost go first, but are said once', () => {
    expect(split('# Alphabet\n## Beta gamma\none two three', 32)).toEqual([
      '# Alphabet',
      '## Beta gamma\n\none two three',
    ])
  })

  test('a heading of over half the size is text', () => {
    expect(split('# A heading that is too long\ntext', 40)).toEqual(['# A heading that is too long\ntext'])
  })

  test.each([
    ['fenced code', '```sh\n# comment\n```'],
    ['a longer fence', '~~~~~\n~~~\n# comment\n```\n~~~~~'],
    ['a fence in a list', '- item\n\n  ```sh\n  x\n\n# comment\n  ```'],
    ['a quoted fence', '> ```\n> # comment\n> ```'],
    ['a fence without an end', '```\n# comment'],
    ['a comment', '<!--\n# comment\n-->'],
    ['hashes alone, or without a space', '#\n\n#tag\n\n####### seven'],
    ['a rule, and the dashes of a table or list', 'text\n\n---\n\na | b\n--- | ---\n1 | 2\n\n- item\n---'],
  ])('are not in %s', (_, text) => {
    expect(split(text)).toEqual([text])
    expect(split(`# A\n${text}`)).toEqual([`# A\n\n${text}`])
  })

  test('are not in front matter', () => {
    const matter = '---\ntitle: x\n# comment\n---\n'
    expect(split(`${matter}# A\ntext`)).toEqual([matter.trim(), '# A\n\ntext'])
  })

  test('as they stand with CRLF', () => {
    expect(split('# A\r\n\r\ntext\r\n\r\nB\r\n---\r\nmore\r\n')).toEqual(['# A\n\ntext', '# A\n## B\n\nmore'])
  })
})

describe('what fits stays whole', () => {
  const code = '```ts\nconst a = 1\n\nconst b = 2\n```'
  const table = '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |'

  test.each([
    ['code', code],
    ['a table', table],
    ['a paragraph', 'Three words here. And four words there.'],
  ])('%s', (_, block) => {
    expect(split(`Some words before it.\n\n${block}\n\nSome words behind it.`, 45)).toEqual([
      'Some words before it.',
      block,
      'Some words behind it.',
    ])
  })

  test('a table and code right below a line', () => {
    expect(split(`Some words before it.\n${table}`, 45)).toEqual(['Some words before it.', table])
    expect(split(`Some words before it.\n${code}`, 45)).toEqual(['Some words before it.', code])
  })

  test('code that does not fit is cut at blank lines, then between lines', () => {
    expect(split(code, 24)).toEqual(['```ts\nconst a = 1', 'const b = 2\n```'])
    expect(split('```\none line\nand two\n```', 14)).toEqual(['```\none line', 'and two\n```'])
  })

  test('paragraphs that fit together are together, and overlap whole', () => {
    const text = '# A\n\none\n\ntwo\n\nthree'
    expect(split(text, 14, 3)).toEqual(['# A\n\none\n\ntwo', '# A\n\nthree'])
    expect(split(text, 15, 3)).toEqual(['# A\n\none\n\ntwo', '# A\n\ntwo\n\nthree'])
  })
})
