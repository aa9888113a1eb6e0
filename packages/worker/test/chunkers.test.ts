import { readFileSync } from 'node:fs'
import { defaultRecursiveChunking } from '@prisma-vectorizer/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCharacterSplitter } from '../src/chunkers/character.ts'
import { keepWhole } from '../src/chunkers/none.ts'
import { createRecursiveSplitter } from '../src/chunkers/recursive.ts'
import { strip } from '../src/chunkers/whitespace.ts'
import { createChunker } from '../src/pipeline/chunk.ts'

interface GoldenCase {
  readonly kind: 'rec' | 'recnokeep' | 'recre' | 'char' | 'charre'
  readonly chunkSize: number
  readonly chunkOverlap: number
  readonly separators: readonly string[]
  readonly text: string
  readonly chunks: readonly string[]
}

// LangChain's own answers; the file says which version gave them.
const golden: { readonly cases: readonly GoldenCase[] } = JSON.parse(
  readFileSync(new URL('./fixtures/langchain-splitter-golden.json', import.meta.url), 'utf8'),
)

function splitterOf({ kind, chunkSize: size, chunkOverlap: overlap, separators }: GoldenCase) {
  if (kind === 'char' || kind === 'charre') {
    return createCharacterSplitter({ size, overlap, separator: separators[0] ?? '', regex: kind === 'charre' })
  }
  return createRecursiveSplitter({
    size,
    overlap,
    separators,
    regex: kind === 'recre',
    keepSeparator: kind !== 'recnokeep',
  })
}

describe('the splitters equal LangChain’s Python', () => {
  test('the golden file holds 300 cases', () => {
    expect(golden.cases).toHaveLength(300)
  })

  test.each(golden.cases.map((golden, number) => [number, golden.kind, golden] as const))(
    'case %i (%s)',
    (_number, _kind, golden) => {
      expect(splitterOf(golden)(golden.text)).toEqual(golden.chunks)
    },
  )
})

const text = fc.string({ unit: fc.constantFrom('a', 'ß', '漢', '😀', ' ', '\n', '.', '\t', '\u3000', '\n\n', 'word ') })
const sizes = fc
  .record({ size: fc.integer({ min: 1, max: 40 }), overlap: fc.nat(40) })
  .map(({ size, overlap }) => ({ size, overlap: Math.min(overlap, size) }))
const codePoints = (chunk: string) => [...chunk].length
const squeezed = (whole: string) => [...whole].filter((character) => strip(character) !== '').join('')

describe('the recursive splitter', () => {
  const split = (whole: string, size: number, overlap: number) =>
    createRecursiveSplitter({ ...defaultRecursiveChunking, size, overlap })(whole)

  test('keeps every chunk within the size, in code points', () => {
    fc.assert(
      fc.property(text, sizes, (whole, { size, overlap }) => {
        for (const chunk of split(whole, size, overlap)) expect(codePoints(chunk)).toBeLessThanOrEqual(size)
      }),
    )
  })

  test('loses nothing but white space when chunks do not overlap', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (whole, size) => {
        expect(squeezed(split(whole, size, 0).join(''))).toBe(squeezed(whole))
      }),
    )
  })

  test('makes each chunk a piece of the text', () => {
    fc.assert(
      fc.property(text, sizes, (whole, { size, overlap }) => {
        for (const chunk of split(whole, size, overlap)) expect(whole).toContain(chunk)
      }),
    )
  })

  test('never cuts a surrogate pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (whole) => {
        for (const chunk of split(whole, 1, 0)) expect(chunk).not.toMatch(/\p{Surrogate}/u)
      }),
    )
  })

  test('splits a megabyte in which no separator occurs', () => {
    expect(split('漢'.repeat(1_000_000), 800, 400)).toHaveLength(2_499)
  })
})

describe('the chunker of a vectorizer', () => {
  const blank = ['', '   ', '\t\n', '\u3000\u2003\x1c']

  test.each([
    defaultRecursiveChunking,
    { kind: 'recursive', size: 1, overlap: 0, separators: ['.'], regex: false },
    { kind: 'character', size: 2, overlap: 0, separator: '', regex: false },
    { kind: 'none' },
  ] as const)('has no chunks for blank text: %o', (chunking) => {
    for (const whole of blank) expect(createChunker(chunking)(whole)).toEqual([])
  })

  test('leaves a text whole without chunking', () => {
    expect(keepWhole('  two\n\nparagraphs. ')).toEqual(['  two\n\nparagraphs. '])
  })

  test('leaves a short text whole', () => {
    expect(createChunker(defaultRecursiveChunking)('Short. Text!')).toEqual(['Short. Text!'])
  })

  test('refuses an overlap above the size', () => {
    expect(() => createChunker({ ...defaultRecursiveChunking, size: 100 })).toThrow(
      'VZ107 Chunks of 100 code points cannot overlap by 400.',
    )
  })

  test('refuses a separator that is no regular expression', () => {
    expect(() => createChunker({ ...defaultRecursiveChunking, separators: ['(?P<x>a)'], regex: true })).toThrow(
      'VZ107 The separator "(?P<x>a)" is not a regular expression.',
    )
  })
})
