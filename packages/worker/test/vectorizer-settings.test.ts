// `batchSize:` and `concurrency:` of a vectorizer, within what the worker is told.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { expect, test } from 'vitest'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, byModel, fakeEmbedder } from './support/fake-embedders.ts'
import { author, authorTable, blogPost, installVectorizer } from './support/vectorizers.ts'

const texts = (count: number) => Array.from({ length: count }, (_, number) => `Text ${number + 1}.`)

test('the vectorizer’s batch size goes before the worker’s', async () => {
  await using blog = await openBlog({ spec: { ...blogPost, batchSize: 3 } })
  await blog.insert(texts(8))
  const claimed: number[] = []
  const worker = blog.worker({ batchSize: 100, concurrency: 1, onProgress: (batch) => claimed.push(batch.claimed) })
  expect(await worker.drain()).toMatchObject({ embedded: 8, drained: true })
  expect(claimed).toEqual([3, 3, 2])
})

test('one batch on request is of the vectorizer’s size unless a limit is given', async () => {
  await using blog = await openBlog({ spec: { ...blogPost, batchSize: 3 } })
  await blog.insert(texts(8))
  const worker = blog.worker()
  expect(await worker.processBatch('BlogPost.contentEmbeddings')).toMatchObject({ claimed: 3 })
  expect(await worker.processBatch('BlogPost.contentEmbeddings', { limit: 4 })).toMatchObject({ claimed: 4 })
})

/** Runs a worker whose providers wait, until nothing more is asked of them: the calls in flight, then lets them answer. */
async function mostInFlight(spec: VectorizerSpec, concurrency: number): Promise<{ blogs: number; authors: number }> {
  await using blog: Blog = await openBlog({ spec })
  await blog.query(`${authorTable}\n${installVectorizer({ ...author, model: 'fake/other' })}`)
  await blog.query(`INSERT INTO people.authors
    SELECT gen_random_uuid(), n, now(), 'plain', 'Bio ' || n, '1815-12-10' FROM generate_series(1, 8) n`)
  await blog.insert(texts(8))
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const blogs = fakeEmbedder(() => answered)
  const authors = fakeEmbedder(() => answered)
  const embedder = byModel({ 'fake/good': blogs, 'fake/other': authors })
  const drained = blog.worker({ embedder, concurrency, batchSize: 1 }).drain()
  const inFlight = () => blogs.calls.length + authors.calls.length
  let before = -1
  await eventually(async () => {
    const settled = inFlight() > 0 && inFlight() === before
    before = inFlight()
    await new Promise((resolve) => setTimeout(resolve, 300))
    return settled
  })
  const most = { blogs: blogs.calls.length, authors: authors.calls.length }
  answer()
  expect(await drained).toMatchObject({ embedded: 16, drained: true })
  return most
}

test('a vectorizer has no more batches in flight than its concurrency, and others take the rest', async () => {
  expect(await mostInFlight({ ...blogPost, concurrency: 2 }, 6)).toEqual({ blogs: 2, authors: 4 })
})

test('the worker’s concurrency holds whatever the vectorizers ask for', async () => {
  const { blogs, authors } = await mostInFlight({ ...blogPost, concurrency: 50 }, 4)
  expect(blogs + authors).toBe(4)
})

test('a vectorizer without settings takes what the worker gives', async () => {
  await using blog = await openBlog()
  await blog.insert(texts(8))
  const claimed: number[] = []
  const options = { embedder: always(fakeEmbedder()), batchSize: 5, concurrency: 1 }
  await blog.worker({ ...options, onProgress: (batch) => claimed.push(batch.claimed) }).drain()
  expect(claimed).toEqual([5, 3])
})
