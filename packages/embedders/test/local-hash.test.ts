import { createHash } from 'node:crypto'
import { VectorizerError } from '@prisma-vectorizer/spec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localHash } from '../src/index.ts'

const embed = async (texts: string[], dimensions = 768) =>
  (await localHash(dimensions).doEmbed({ values: texts })).embeddings
const cosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
/** Similarity of the first text to each of the others. */
async function similarities(dimensions: number, question: string, ...texts: string[]): Promise<number[]> {
  const [asked = [], ...others] = await embed([question, ...texts], dimensions)
  return others.map((other) => cosine(asked, other))
}
const norm = (vector: readonly number[]) => Math.sqrt(cosine(vector, vector))

describe('local/hash', () => {
  it('gives the same vectors on every machine and in every version', async () => {
    const [vector = []] = await embed(['PostgreSQL’s HNSW index: fast, approximate search. 日本語 🦀 naïve ﬁle'])
    const digest = createHash('sha256')
      .update(Buffer.from(Float32Array.from(vector).buffer))
      .digest('hex')
    expect(digest).toBe('ad977964ea77ff6cc9d9a0db70e6d8575604798a0920cfd4ce9786246cf689e4')
  })

  it('gives the same vector however the texts are batched', async () => {
    const texts = ['one text', 'and another', 'one text']
    const together = await embed(texts)
    const apart = await Promise.all(texts.map(async (text) => (await embed([text]))[0]))
    expect(together).toEqual(apart)
    expect(together[0]).toEqual(together[2])
  })

  it('gives unit vectors of the length asked for, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a', ' ', '\u0301') }),
        ),
        fc.constantFrom(1, 2, 3, 64, 768, 16_000),
        async (text, dimensions) => {
          const [vector = []] = await embed([text], dimensions)
          expect(vector).toHaveLength(dimensions)
          expect(norm(vector)).toBeCloseTo(1, 6)
        },
      ),
      { numRuns: 200 },
    )
  })

  it.each(['', '   ', '\n', '!?…', '\ud83d'])(
    'gives the text %j, which has no words, the fixed vector',
    async (text) => {
      const [vector = []] = await embed([text], 4)
      expect(vector).toEqual([1, 0, 0, 0])
    },
  )

  it('ranks by shared words', async () => {
    const [about = 0, other = 0, nothing = 0] = await similarities(
      768,
      'how do I cancel a running query?',
      'To cancel a query that is running, call pg_cancel_backend with its process id.',
      'A query may be slow when the planner has no statistics.',
      'The bakery opens at seven and sells bread.',
    )
    expect(about).toBeGreaterThan(other)
    expect(other).toBeGreaterThan(nothing)
    expect(Math.abs(nothing)).toBeLessThan(0.15)
  })

  it('finds endings and typos through the parts of words', async () => {
    const [exact = 0, ending = 0, typo = 0, unrelated = 0] = await similarities(
      768,
      'vectorizer',
      'vectorizer',
      'vectorizers',
      'vectroizer',
      'bakery',
    )
    expect(exact).toBeCloseTo(1, 6)
    expect(ending).toBeGreaterThan(0.3)
    expect(typo).toBeGreaterThan(unrelated + 0.1)
  })

  it('does not let the words of a question outweigh what it asks about', async () => {
    const [topic = 0, phrasing = 0] = await similarities(
      768,
      'how do I use the tokenizer?',
      'tokenizer options',
      'how do I use the keyboard?',
    )
    expect(topic).toBeGreaterThan(phrasing)
  })

  it('still tells questions of nothing but common words apart', async () => {
    const [same = 0, different = 0] = await similarities(768, 'to be or not to be', 'to be or not to be', 'what is it')
    expect(same).toBeCloseTo(1, 6)
    expect(different).toBeLessThan(0.5)
  })

  it('reads scripts without spaces, accents and emoji', async () => {
    const [chinese = 0, japanese = 0] = await similarities(768, '向量数据库', '这是一个向量数据库', '今日は天気がいい')
    expect(chinese).toBeGreaterThan(japanese + 0.2)
    const [crab = 0, cat = 0] = await similarities(768, '🦀', 'a 🦀 here', 'a 🐈 here')
    expect(crab).toBeGreaterThan(cat + 0.2)
    const [composed = 0, wide = 0, upper = 0] = await similarities(768, 'Café', 'Cafe\u0301', 'Ｃａｆé', 'CAFÉ')
    for (const same of [composed, wide, upper]) expect(same).toBeCloseTo(1, 6)
  })

  it('hears order through neighbouring words only', async () => {
    const [reversed = 0, shuffledParagraphs = 0] = await similarities(
      768,
      'alpha beta gamma delta. Epsilon zeta eta theta.',
      'theta eta zeta epsilon delta gamma beta alpha',
      'Epsilon zeta eta theta. Alpha beta gamma delta.',
    )
    expect(reversed).toBeLessThan(shuffledParagraphs)
    expect(reversed).toBeGreaterThan(0.5)
  })

  it('takes texts far longer than a chunk', async () => {
    const words = Array.from({ length: 60_000 }, (_, index) => `word${index.toString(36)}`)
    const [vector = []] = await embed([`${'x'.repeat(100_000)} ${words.join(' ')}`])
    expect(norm(vector)).toBeCloseTo(1, 6)
    expect(await embed(['short'])).toEqual(await embed(['short']))
  })

  it.each([0, -1, 1.5, 16_001, Number.NaN])('refuses %s dimensions', (dimensions) => {
    expect(() => localHash(dimensions)).toThrow(VectorizerError)
  })

  it('stops between texts when its signal does', async () => {
    const texts = Array<string>(100_000).fill('some words to hash')
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    await expect(localHash(64).doEmbed({ values: texts, abortSignal: controller.signal })).rejects.toThrow(/abort/)
  })
})
