// The four types a store can have: vectors arrive as `vector` and are stored as what the column is.
import type { VectorType } from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import { openBlog } from './support/blog.ts'
import { always, fakeEmbedder } from './support/fake-embedders.ts'
import { blogPost, blogPostColumn } from './support/vectorizers.ts'

const numbers = [0.5, -2, 0, 1, 3, -0.25, 0, 8]
const expected: Readonly<Record<VectorType, string>> = {
  vector: '[0.5,-2,0,1,3,-0.25,0,8]',
  halfvec: '[0.5,-2,0,1,3,-0.25,0,8]',
  sparsevec: '{1:0.5,2:-2,4:1,5:3,6:-0.25,8:8}/8',
  bit: '10011001',
}

const answering = (vector: readonly number[]) =>
  always({ ...fakeEmbedder(), embed: async (texts) => ({ vectors: texts.map(() => vector), tokens: undefined }) })

describe.each(Object.keys(expected) as VectorType[])('%s', (type) => {
  test('in a table', async () => {
    await using blog = await openBlog({ spec: { ...blogPost, type } })
    await blog.insert(['One.', 'Two.'])
    expect(await blog.worker({ embedder: answering(numbers) }).drain()).toMatchObject({ embedded: 2, failed: 0 })
    expect((await blog.stored()).map(({ embedding }) => embedding)).toEqual([expected[type], expected[type]])
  })

  test('in a column', async () => {
    await using blog = await openBlog({ spec: { ...blogPostColumn, type } })
    await blog.insert(['One.', 'Two.', null])
    expect(await blog.worker({ embedder: answering(numbers) }).drain()).toMatchObject({ embedded: 3, failed: 0 })
    expect(await blog.vectors()).toEqual([expected[type], expected[type], null])
  })

  test.each([
    ['fewer', numbers.slice(1)],
    ['more', [...numbers, 1]],
  ])('%s dimensions than the store has are never stored', async (_, vector) => {
    for (const spec of [blogPost, blogPostColumn]) {
      await using blog = await openBlog({ spec: { ...spec, type } })
      await blog.insert(['One.', 'Two.'])
      expect(await blog.worker({ embedder: answering(vector) }).drain()).toMatchObject({ embedded: 0, failed: 2 })
      const [row] = await blog.queued()
      expect(row?.error).toMatch(
        type === 'bit'
          ? `bit string length ${vector.length} does not match type bit(8)`
          : `expected 8 dimensions, not ${vector.length}`,
      )
    }
  })

  test('a store of another size sets the vectorizer aside', async () => {
    await using blog = await openBlog({ spec: { ...blogPost, type } })
    await blog.insert(['One.'])
    await blog.query(`ALTER TABLE "BlogPost_embedding_store" ALTER embedding TYPE ${type}(4)`)
    const [summary] = (await blog.worker().drain()).vectorizers
    expect(summary?.error).toContain(
      'VZ504 BlogPost.contentEmbeddings: its store holds vectors of 4 dimensions, not 8.',
    )
    expect(await blog.queued()).toMatchObject([{ attempts: 0, lease: null }])
  })
})

test('a number that half precision cannot hold fails its row alone', async () => {
  await using blog = await openBlog({ spec: { ...blogPost, type: 'halfvec' } })
  await blog.insert(['Huge.', 'Fine.'])
  const embed = async (texts: readonly string[]) => ({
    vectors: texts.map((text) => (text.includes('Huge') ? [...numbers.slice(1), 70_000] : numbers)),
    tokens: undefined,
  })
  const summary = await blog.worker({ embedder: always({ ...fakeEmbedder(), embed }) }).drain()
  expect(summary).toMatchObject({ embedded: 1, failed: 1 })
  expect(await blog.queued()).toMatchObject([{ key_id: 1, error: '"70000" is out of range for type halfvec' }])
})
