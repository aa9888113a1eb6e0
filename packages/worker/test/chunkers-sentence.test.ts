// `chunking: sentence(…)`. Boundaries are ICU's, and ours where it is wrong.
import { describe, expect, test } from 'vitest'
import { createSentenceSplitter } from '../src/chunkers/sentence.ts'

const split = (text: string, size: number, overlap = 0, locale = 'en') =>
  createSentenceSplitter({ kind: 'sentence', size, overlap, locale })(text)

/** `text` with a bar before each sentence but the first: chunks start and end where sentences do, however small they are. */
function expectSentences(text: string, locale?: string): void {
  const plain = text.replaceAll('|', '')
  const sentences = text.split('|').map((part) => part.trim())
  const starts = sentences.map((each) => plain.indexOf(each))
  const ends = sentences.map((each, at) => (starts[at] as number) + each.length)
  const chunks = split(plain, Math.max(...sentences.map((each) => each.length)), 0, locale)
  expect(chunks.length).toBeGreaterThan(1)
  for (const chunk of chunks) {
    const at = plain.indexOf(chunk)
    expect(starts, chunk).toContain(at)
    expect(ends, chunk).toContain(at + chunk.length)
  }
}

describe('a chunk ends with a sentence', () => {
  test.each([
    ['plain', 'One is here. |Two is there! |Is three? |Four.'],
    ['titles', 'He met Dr. Smith and Mrs. Jones. |They left.'],
    ['initials and letters with points', 'J. R. R. Tolkien wrote it, e.g. The Hobbit. |It was long.'],
    ['a question in a sentence', '"Is it you?" she said. |"No!" he cried.'],
    ['a quotation', 'He wrote “I came. I saw. I won.” to Rome. |Rome was glad.'],
    ['straight quotation marks', 'He wrote "I came. I saw." to Rome. |Rome was glad.'],
    ['lines that are wrapped', 'This sentence goes\non in the next\r\nline. |The second one\ndoes too.'],
    ['paragraphs without a full stop', 'A title without one\n\n|The text below it.'],
    ['items of a list', 'Shopping:\n|- milk and bread\n|- some eggs\n|2. butter'],
    ['Chinese', '这是第一句。|这是第二句！|第三句吗？'],
  ])('%s', (_, text) => expectSentences(text))

  test('in the words of the language', () => {
    expectSentences('Das ist z.B. Herr Meier bzw. Frau Meier. |Sie kamen ca. Um acht.', 'de')
    expectSentences('Il a vu Mme. Curie. |Elle partait.', 'fr')
  })
})

test('sentences are packed as they fit, in code points', () => {
  expect(split('A. B. C. D.', 5)).toEqual(['A. B.', 'C. D.'])
  expect(split('😀! 😀! 😀!', 5)).toEqual(['😀! 😀!', '😀!'])
})

test('the overlap is whole sentences', () => {
  const text = 'One one. Two two. Three three. Four.'
  expect(split(text, 22, 12)).toEqual(['One one. Two two.', 'Two two. Three three.', 'Three three. Four.'])
  expect(split(text, 22, 11)).toEqual(['One one. Two two.', 'Two two. Three three.', 'Four.'])
})

test('a sentence over the size is cut between words, and at last between characters', () => {
  expect(split('This one is too long. Short.', 10)).toEqual(['This one', 'is too', 'long.', 'Short.'])
  expect(split('😀'.repeat(25), 10)).toEqual(['😀'.repeat(10), '😀'.repeat(10), '😀'.repeat(5)])
})

test('a text longer than the segmenter is shown at once has the same sentences', () => {
  const chunks = split('Twenty characters it is. '.repeat(2_000), 40)
  expect(new Set(chunks)).toEqual(new Set(['Twenty characters it is.']))
  expect(chunks).toHaveLength(2_000)
})
