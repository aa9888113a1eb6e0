// Texts longer than OpenAI's models read, with the real tokenizer.
import * as tokenizer from 'gpt-tokenizer/encoding/cl100k_base'
import { describe, expect, it, vi } from 'vitest'
import { cutText } from '../src/cut-text.ts'
import { createResolver, type EmbedderWarning, type EmbeddingModelLike } from '../src/index.ts'
import { currentContext } from '../src/resolve-model.ts'
import { resolverIn } from '../src/resolver.ts'
import { fakeApplication } from './support/fake-package.ts'

const tokensOf = (text: string) => tokenizer.countTokens(text, { disallowedSpecial: new Set() })
const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index % 50}`).join(' ')

describe('cutText', () => {
  it.each([
    ['a short text', 'Hello, world', 5],
    ['words', words(3_000), 1_000],
    ['code', 'const x = { a: [1, 2, 3], b: `c` };\n\t\tif (x) return;\n'.repeat(200), 777],
    ['Chinese without a space', '向量索引用於搜尋相似的文字。'.repeat(500), 1_500],
    ['emoji', '👩‍👩‍👧‍👦 family 🇯🇵 flag '.repeat(300), 501],
    ['special tokens', 'before <|endoftext|> after <|fim_prefix|> '.repeat(300), 400],
    ['one word', 'a'.repeat(6_000), 100],
    ['spaces', ' '.repeat(6_000), 3],
    ['lone surrogates', '\ud83d x \udc68 '.repeat(1_000), 100],
  ])('keeps %s within its tokens, and as much as fits', (_, text, limit) => {
    const cut = cutText(text, limit, tokenizer)
    expect(text.startsWith(cut)).toBe(true)
    expect(tokensOf(cut)).toBeLessThanOrEqual(limit)
    if (tokensOf(text) <= limit) expect(cut).toBe(text)
    // A tenth of what is allowed may be lost at the seams of text without spaces.
    else expect(tokensOf(cut)).toBeGreaterThanOrEqual(Math.floor(limit * 0.9) - 1)
  })

  it('is exact where words are separated by spaces', () => {
    const text = words(3_000)
    for (const limit of [999, 1_000, 1_001, 1_002]) expect(tokensOf(cutText(text, limit, tokenizer))).toBe(limit)
  })

  it('leaves no half of a character at the end', () => {
    const text = '👍'.repeat(2_000)
    for (let limit = 50; limit < 60; limit++) expect(cutText(text, limit, tokenizer)).toMatch(/^\P{Cs}+$/u)
  })

  it('takes a word of a million letters in seconds, not hours', () => {
    const start = performance.now()
    expect(tokensOf(cutText('xq'.repeat(500_000), 8_191, tokenizer).slice(0, 1_000))).toBeGreaterThan(0)
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('a resolver', () => {
  /** A model that remembers what it was sent. */
  function recording(modelId: string) {
    const sent: string[] = []
    const model: EmbeddingModelLike = {
      provider: 'openai.embedding',
      modelId,
      maxEmbeddingsPerCall: 2048,
      supportsParallelCalls: true,
      async doEmbed({ values }) {
        sent.push(...values)
        return { embeddings: values.map(() => [1]) }
      },
    }
    return { model, sent }
  }
  const options = { purpose: 'document' } as const
  const long = words(9_000)

  it('cuts texts for OpenAI’s models to 8,191 tokens, and says so once', async () => {
    const { model, sent } = recording('text-embedding-3-small')
    const warnings: EmbedderWarning[] = []
    const models = { 'openai/text-embedding-3-small': model }
    const resolve = createResolver({ models, onWarning: (warning) => warnings.push(warning) })
    const embedder = await resolve({ model: 'openai/text-embedding-3-small', dimensions: 1 })
    const special = '<|endoftext|> '.repeat(1_000)
    await embedder.embed(['short', long, special, long], options)
    expect(sent[0]).toBe('short')
    expect(tokensOf(sent[1] as string)).toBe(8_191)
    expect(long.startsWith(sent[1] as string)).toBe(true)
    expect(sent[2]).toBe(special)
    expect(warnings).toEqual([
      { model: 'openai/text-embedding-3-small', message: expect.stringContaining('8191 tokens are cut') },
    ])
  })

  it('warns as the process does unless told otherwise', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { model } = recording('text-embedding-3-large')
    const embedder = await createResolver({ models: { 'my/model': model } })({ model: 'my/model', dimensions: 1 })
    await embedder.embed([long, long], options)
    expect(emitWarning.mock.calls).toEqual([[expect.stringContaining('my/model: Texts of more'), 'VectorizerWarning']])
    emitWarning.mockRestore()
  })

  it('leaves texts to other models alone', async () => {
    const { model, sent } = recording('embed-v4.0')
    const embedder = await createResolver({ models: { 'my/model': model } })({ model: 'my/model', dimensions: 1 })
    await embedder.embed([long], options)
    expect(sent).toEqual([long])
  })

  it('without the tokenizer sends texts as they are, and says once what to install', async () => {
    using application = fakeApplication()
    const { model, sent } = recording('text-embedding-ada-002')
    const warnings: EmbedderWarning[] = []
    const context = { ...currentContext({ 'my/model': model }), folders: [application.folder] }
    const resolve = resolverIn(() => context, { onWarning: (warning) => warnings.push(warning) })
    const embedder = await resolve({ model: 'my/model', dimensions: 1 })
    await embedder.embed(['語'.repeat(4_000)], options)
    expect(warnings).toEqual([])
    await embedder.embed([long, long], options)
    expect(sent.slice(1)).toEqual([long, long])
    expect(warnings).toEqual([{ model: 'my/model', message: expect.stringContaining('npm i gpt-tokenizer') }])
  })
})
