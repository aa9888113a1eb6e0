import { expect, test } from 'vitest'
import { storable } from '../src/pipeline/storable-text.ts'

test.each([
  ['NULL', null, ''],
  ['ordinary text', 'a 😀 漢', 'a 😀 漢'],
  ['NUL', 'a\0b', 'a\ufffdb'],
  ['half of a surrogate pair', 'a\ud83d', 'a\ufffd'],
  ['the other half', '\ude00a😀', '\ufffda😀'],
  ['<|endoftext|>', '<|endoftext|>', '<|endoftext|>'],
])('%s can be stored', (_, text, expected) => {
  expect(storable(text)).toBe(expected)
})
