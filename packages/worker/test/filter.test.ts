// `where:`: rows outside the filter have no embeddings.
import type { RowFilter, VectorizerSpec } from '@prisma-vectorizer/spec'
import { expect, test } from 'vitest'
import { openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate } from './support/fake-embedders.ts'
import { blogPost, blogPostColumn } from './support/vectorizers.ts'

const fewViews: RowFilter = {
  kind: 'compare',
  column: { field: 'views', column: 'views', type: 'number', sqlType: 'INTEGER' },
  operator: '<',
  value: 10,
}
const filtered = (spec: VectorizerSpec): VectorizerSpec => ({ ...spec, source: { ...spec.source, filter: fewViews } })

test('a row that the worker meets outside the filter loses its chunks and leaves the queue', async () => {
  await using blog = await openBlog({ spec: filtered(blogPost) })
  await blog.insert(['Stays.', 'Leaves.'])
  const embedder = fakeEmbedder()
  const worker = blog.worker({ embedder: always(embedder) })
  await worker.drain()
  await blog.query('UPDATE "BlogPost" SET views = 10 WHERE id = 2')
  expect(await blog.queued()).toMatchObject([{ key_id: 2 }])
  expect(await worker.drain()).toMatchObject({ embedded: 1, chunks: 0 })
  expect(embedder.calls).toHaveLength(1)
  expect((await blog.stored()).map(({ id }) => id)).toEqual([1])
  expect(await blog.queued()).toEqual([])

  await blog.query('UPDATE "BlogPost" SET views = 0')
  await worker.drain()
  expect((await blog.stored()).map(({ id }) => id)).toEqual([1, 2])
})

test('a row that the worker meets outside the filter loses its vector', async () => {
  await using blog = await openBlog({ spec: filtered(blogPostColumn) })
  await blog.insert(['Stays.', 'Leaves.'])
  const worker = blog.worker()
  await worker.drain()
  await blog.query('UPDATE "BlogPost" SET views = 10 WHERE id = 2')
  await worker.drain()
  expect(await blog.vectors()).toEqual([expect.any(String), null])
  expect(await blog.queued()).toEqual([])
})

test('a row that leaves the filter while its text is with the provider is not written', async () => {
  await using blog = await openBlog({ spec: filtered(blogPost) })
  await blog.insert(['Text.'])
  const provider = gate()
  const drained = blog.worker({ embedder: always(fakeEmbedder(() => provider.wait())) }).drain()
  await provider.reached
  await blog.query('UPDATE "BlogPost" SET views = 10')
  provider.open()
  await drained
  expect(await blog.stored()).toEqual([])
  expect(await blog.queued()).toEqual([])
})

test('without the columns of its filter a vectorizer is set aside', async () => {
  await using blog = await openBlog({ spec: filtered(blogPost) })
  await blog.insert(['Text.'])
  await blog.query('ALTER TABLE "BlogPost" RENAME views TO reads')
  const [summary] = (await blog.worker().drain()).vectorizers
  expect(summary?.error).toContain('VZ504 BlogPost.contentEmbeddings: `BlogPost` has no column `views`.')
})
