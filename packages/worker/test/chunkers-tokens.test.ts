// `chunking: tokens(…)`, with the tokenizer that counts in production.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base'
import { expect, test } from 'vitest'
import { createChunker } from '../src/pipeline/chunk.ts'

const chunking = { kind: 'tokens', size: 12, overlap: 0, encoding: 'cl100k_base' } as const
const tokens = (text: string) => countTokens(text, { disallowedSpecial: new Set() })

test('chunks are as full as whole sentences allow', () => {
  const text = 'The cat sat on the mat. It was warm there. Nobody saw it. The dog came later that day.'
  const chunks = createChunker(chunking)(text) as string[]
  expect(chunks).toEqual(['The cat sat on the mat. It was warm there.', 'Nobody saw it. The dog came later that day.'])
  expect(chunks.map(tokens)).toEqual([12, 11])
})

test('the overlap is measured in tokens', () => {
  const text = 'The cat sat on the mat. It was warm there. Nobody saw it. The dog came later that day.'
  const chunks = createChunker({ ...chunking, overlap: 6 })(text) as string[]
  expect(chunks[1]).toMatch(/^It was warm there\. Nobody saw it\./u)
})

test('the two encodings count differently', () => {
  const text = 'ਪੰਜਾਬੀ ਵਿੱਚ ਲਿਖਿਆ ਗਿਆ ਇੱਕ ਵਾਕ'
  const long = createChunker({ ...chunking, encoding: 'o200k_base' })(text) as string[]
  expect(long.length).toBeLessThan((createChunker(chunking)(text) as string[]).length)
})

test('a special token is text', () => {
  expect(createChunker(chunking)('before <|endoftext|> after')).toEqual(['before <|endoftext|> after'])
})

test('an emoji of several tokens stays whole, even where it does not fit', () => {
  const text = '😀🏳️‍🌈漢'
  const chunks = createChunker({ ...chunking, size: 1 })(text) as string[]
  expect(chunks.join('')).toBe(text)
  for (const chunk of chunks) expect([...chunk]).toHaveLength(1)
})

test('VZ519 says how to install the tokenizer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-no-tokenizer-'))
  try {
    expect(() => createChunker(chunking, { folders: [folder] })).toThrow(
      `VZ519 \`chunking: tokens(…)\` needs the package gpt-tokenizer, which is not installed.
  why: It is optional: only chunks that are measured in tokens need it.
  fix: npm i gpt-tokenizer@4`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
