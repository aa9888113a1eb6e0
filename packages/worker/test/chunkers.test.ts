import { readFileSync } from 'node:fs'
import {
  defaultCharacterChunking,
  defaultMarkdownChunking,
  defaultRecursiveChunking,
  defaultSentenceChunking,
  defaultTokensChunking,
} from '@prisma-vectorizer/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCharacterSplitter } from '../src/chunkers/character.ts'
import { keepWhole } from '../src/chunkers/none.ts'
import { createRecursiveSplitter } from '../src/chunkers/recursive.ts'
import { strip } from '../src/chunkers/whitespace.ts'
import { createChunker } from '../src/pipeline/chunk.ts'

interface GoldenCase {
  readonly kind: 'rec' | 'recnokeep' | 'recre' | 'recrenokeep' | 'char' | 'charre' | 'charkeep' | 'charrekeep'
  readonly chunkSize: number
  readonly chunkOverlap: number
  readonly separators: readonly string[]
  readonly text: string
  readonly chunks: readonly string[]
}

// LangChain's own answers; the files say which version gave them.
const casesOf = (file: string): readonly GoldenCase[] =>
  JSON.parse(readFileSync(new URL(`./fixtures/${file}`, import.meta.url), 'utf8')).cases
const golden = casesOf('langchain-splitter-golden.json')
/** Separators kept by CharacterTextSplitter, and regular expressions dropped by RecursiveCharacterTextSplitter. */
const goldenKeep = casesOf('langchain-keep-separator-golden.json')

function splitterOf({ kind, chunkSize: size, chunkOverlap: overlap, separators }: GoldenCase) {
  const regex = kind.includes('re', 2)
  if (kind.startsWith('char')) {
    const keepSeparator = kind.endsWith('keep')
    return createCharacterSplitter({ size, overlap, separator: separators[0] ?? '', regex, keepSeparator })
  }
  return createRecursiveSplitter({ size, overlap, separators, regex, keepSeparator: !kind.endsWith('nokeep') })
}

describe('the splitters equal LangChain’s Python', () => {
  test('the golden files hold 300 and 120 cases', () => {
    expect([golden.length, goldenKeep.length]).toEqual([300, 120])
  })

  test.each([...golden, ...goldenKeep].map((golden, number) => [number, golden.kind, golden] as const))(
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
    { kind: 'recursive', size: 1, overlap: 0, separators: ['.'], regex: false, keepSeparator: true },
    { kind: 'character', size: 2, overlap: 0, separator: '', regex: false, keepSeparator: false },
    { kind: 'none' },
    defaultSentenceChunking,
    defaultTokensChunking,
    defaultMarkdownChunking,
    { ...defaultMarkdownChunking, headings: false },
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

  test('refuses an overlap above the size in tokens too', () => {
    expect(() => createChunker({ ...defaultTokensChunking, size: 16 })).toThrow(
      'VZ107 Chunks of 16 tokens cannot overlap by 32.',
    )
  })

  test('keeps the separators of `character` where it is told to', () => {
    const chunking = { ...defaultCharacterChunking, size: 6, overlap: 0, separator: '\\s+', regex: true }
    expect(createChunker({ ...chunking, keepSeparator: true })('a b  c dd e')).toEqual(['a b  c', 'dd e'])
    // LangChain puts the expression itself between the parts.
    expect(createChunker({ ...chunking, keepSeparator: false })('a b')).toEqual(['a\\s+b'])
  })

  test('refuses a separator that is no regular expression', () => {
    expect(() => createChunker({ ...defaultRecursiveChunking, separators: ['(?P<x>a)'], regex: true })).toThrow(
      'VZ107 The separator "(?P<x>a)" is not a regular expression.',
    )
  })
})
