// What holds for every text, whatever the chunking.
import { type ChunkingSpec, defaultRecursiveChunking } from '@prisma-vectorizer/spec'
import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base'
import { describe, expect, test } from 'vitest'
import { strip } from '../src/chunkers/whitespace.ts'
import { createChunker } from '../src/pipeline/chunk.ts'

const run = { seed: 20_261_121, numRuns: 150 }
const pieces = [
  ...['a', 'word ', 'Dr. ', '😀', '漢字。', 'ß', ' ', '\t', '\u3000', '\n', '\r\n', '\n\n', '. ', '? ', '"', '“', '”'],
  ...[
    '\n# One\n',
    '\n## Two ##\n',
    '\nThree\n---\n',
    '\n```\n',
    '\n~~~~\n',
    '\n| a | b |\n|---|---|\n',
    '\n- ',
    '<!--',
    '-->',
    '<|endoftext|>',
  ],
]
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 80 }).map((parts) => parts.join(''))
const anyText = fc.oneof(
  text,
  fc.string({ unit: 'binary', maxLength: 60 }).map((whole) => whole.replaceAll('\0', ' ')),
)
const size = fc.integer({ min: 1, max: 60 })

const kinds = {
  recursive: (size: number, overlap: number) => ({ ...defaultRecursiveChunking, size, overlap }),
  'recursive, regex': (size: number, overlap: number) => ({
    ...{ kind: 'recursive', size, overlap, regex: true, keepSeparator: true },
    separators: ['\\n+', '[.?!]', '\\s', ''],
  }),
  sentence: (size: number, overlap: number) => ({ kind: 'sentence', size, overlap, locale: 'en' }),
  tokens: (size: number, overlap: number) => ({ kind: 'tokens', size, overlap, encoding: 'cl100k_base' }),
  'markdown, headings as written': (size: number, overlap: number) => ({
    ...{ kind: 'markdown', size, overlap, headings: false },
  }),
  markdown: (size: number, overlap: number) => ({ kind: 'markdown', size, overlap, headings: true }),
} as Readonly<Record<string, (size: number, overlap: number) => ChunkingSpec>>
const split = (chunking: ChunkingSpec | undefined, whole: string) =>
  createChunker(chunking as ChunkingSpec)(whole) as string[]

const codePoints = (whole: string) => [...whole].length
const tokens = (whole: string) => countTokens(whole, { disallowedSpecial: new Set() })
const solid = (whole: string) => [...whole].filter((character) => strip(character) !== '').join('')

describe.each(Object.entries(kinds))('%s', (kind, chunkingOf) => {
  test('loses nothing but white space, and changes no order', () => {
    fc.assert(
      fc.property(anyText, size, (whole, size) => {
        const chunks = split(chunkingOf(size, 0), whole)
        // Headings are repeated, and set in one form: that leaves what is not markup.
        if (kind === 'markdown') expect(isWithin(solid(plain(whole)), solid(plain(chunks.join('\n'))))).toBe(true)
        else expect(solid(chunks.join(''))).toBe(solid(whole))
      }),
      run,
    )
  })

  test('is within the size, of whole code points, never blank, and the same again', () => {
    fc.assert(
      fc.property(anyText, size, fc.nat(59), (whole, size, overlap) => {
        const chunking = chunkingOf(size, Math.min(overlap, size - 1))
        const chunks = split(chunking, whole)
        for (const chunk of chunks) {
          // A code point may be several tokens.
          if (kind !== 'tokens') expect(codePoints(chunk)).toBeLessThanOrEqual(size)
          else if (codePoints(chunk) > 1) expect(tokens(chunk)).toBeLessThanOrEqual(size)
          // LangChain hands on white space as long as the size.
          if (!kind.startsWith('recursive')) {
            expect(strip(chunk)).not.toBe('')
            expect(chunk).toBe(strip(chunk))
          }
          if (!/\p{Surrogate}/u.test(whole)) expect(chunk).not.toMatch(/\p{Surrogate}/u)
        }
        expect(split(chunking, whole)).toEqual(chunks)
      }),
      run,
    )
  })

  test('a chunk starts behind the one before, and no chunk is part of the next', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 8, max: 60 }),
        fc.nat(40),
        (count, size, overlap) => {
          const whole = Array.from({ length: count }, (_, number) => `w${number}.`).join(' ')
          const chunks = split(chunkingOf(size, Math.min(overlap, size - 1)), whole)
          const starts = chunks.map((chunk) => Number(/\d+/u.exec(chunk)?.[0]))
          expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b))
        },
      ),
      run,
    )
  })
})

/** Whether `part` is left when characters of `whole` are removed. */
function isWithin(part: string, whole: string): boolean {
  let at = 0
  for (const character of whole) if (part.startsWith(character, at)) at += character.length
  return at === part.length
}

/** Without the marks of headings. */
const plain = (whole: string) => whole.replace(/[#-]/gu, '')

test('an escaped expression splits as the text it spells', () => {
  const separators = ['\n\n', '.', '? ', '|', ' ']
  const escaped = separators.map((separator) => separator.replace(/[.?|]/gu, '\\$&'))
  fc.assert(
    fc.property(text, size, fc.nat(59), (whole, size, overlap) => {
      // Dropped, an expression would be put back as it is spelled: see the golden cases.
      const chunking = { kind: 'recursive', size, overlap: Math.min(overlap, size - 1), keepSeparator: true } as const
      expect(split({ ...chunking, separators: escaped, regex: true }, whole)).toEqual(
        split({ ...chunking, separators, regex: false }, whole),
      )
    }),
    run,
  )
})

// Quadratic, 100 kB of any of these takes seconds.
describe.each(['sentence', 'tokens', 'markdown'])('%s takes long texts', (kind) => {
  test.each([
    ['one letter', 'a'.repeat(100_000)],
    ['an emoji', '😀'.repeat(50_000)],
    ['line ends', `a${'\n'.repeat(100_000)}b`],
    ['short lines', 'a\n'.repeat(20_000)],
    ['sentences', 'Hello there. '.repeat(8_000)],
    ['headings', '# a\n'.repeat(20_000)],
    ['fences', Array.from({ length: 300 }, (_, number) => '`'.repeat(3 + number)).join('\n')],
    ['tables', 'a | b\n--- | ---\n\n'.repeat(5_000)],
    ['a heading of spaces', `# ${' '.repeat(100_000)}#`],
  ])('of %s', (_, whole) => {
    const started = performance.now()
    expect(split(kinds[kind]?.(800, 0), whole).length).toBeGreaterThan(0)
    expect(performance.now() - started).toBeLessThan(4_000)
  })
})
