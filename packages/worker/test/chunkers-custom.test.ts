// `chunking: custom("name")`: splitters of the application's.
import { describe, expect, test } from 'vitest'
import type { Splitter } from '../src/chunkers/custom.ts'
import { createChunker } from '../src/pipeline/chunk.ts'

const chunkerOf = (lines: unknown) =>
  createChunker({ kind: 'custom', name: 'lines' }, { splitters: { lines: lines as Splitter } })

const marked = {
  mark: '|',
  splitText(text: string) {
    return text.split(this.mark)
  },
}

describe('a splitter is', () => {
  test.each<[string, Splitter]>([
    ['a function', (text) => text.split('|')],
    ['an async function', async (text) => text.split('|')],
    ['an object with splitText, called as its method', marked],
  ])('%s', async (_, splitter) => {
    expect(await chunkerOf(splitter)('one| two |  |three')).toEqual(['one', ' two ', 'three'])
  })

  test('not called for blank text', async () => {
    const called = chunkerOf(() => {
      throw new Error('called')
    })
    expect(await called(' \n')).toEqual([])
  })
})

describe('VZ519', () => {
  test('names the splitters there are', () => {
    const custom = { kind: 'custom', name: 'line' } as const
    const split = (text: string) => [text]
    expect(() => createChunker(custom, { splitters: { lines: split, legal: split } })).toThrow(
      'VZ519 The worker has no splitter `line`.\n  why: It was given: lines, legal.\n  fix: Did you mean `lines`?',
    )
    expect(() => createChunker(custom)).toThrow(
      'VZ519 The worker has no splitter `line`.\n  why: It was given none.\n  fix: Pass it: `createWorker({ splitters: { "line": … } })`',
    )
    expect(() => createChunker({ kind: 'custom', name: 'toString' })).toThrow('VZ519')
  })

  test.each([
    ['gave a string instead of a list of strings.', () => 'one'],
    ['gave undefined instead of a list of strings.', () => undefined],
    ['gave null instead of a list of strings.', async () => null],
    ['gave a number as chunk 1, not a string.', () => ['one', 2]],
    ['gave a NUL in chunk 0, which PostgreSQL cannot store.', () => ['\0']],
    ['cut a character in half at chunk 1.', () => ['a', '\ud83d']],
    [
      'failed: no legs',
      () => {
        throw new Error('no legs')
      },
    ],
    ['failed: no arms', () => Promise.reject(new Error('no arms'))],
  ])('the splitter %s', async (fact, splitter) => {
    await expect(chunkerOf(splitter)('text')).rejects.toThrow(`VZ519 The splitter \`lines\` ${fact}`)
  })
})
