// A migration while a worker is busy: nothing is written by a spec that is no longer registered.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { byModel, fakeEmbedder, gate } from './support/fake-embedders.ts'

let blog: Blog
beforeAll(async () => {
  blog = await openBlog()
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(() => blog.query('TRUNCATE "BlogPost" RESTART IDENTITY CASCADE'))

const anotherModel = `UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{model}', '"fake/other"')`
const requeue = `INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued (key_id, reembed)
  SELECT id, true FROM "BlogPost"
  ON CONFLICT (key_id) DO UPDATE SET lease = NULL, attempts = 0, not_before = '-infinity', reembed = true`

test('vectors of the old model are not written once another is registered', async () => {
  await blog.insert(['One.', 'Two.'])
  const provider = gate()
  const old = fakeEmbedder(provider.wait)
  const other = fakeEmbedder()
  const worker = blog.worker({ embedder: byModel({ 'fake/good': old, 'fake/other': other }), pollInterval: 50 })
  const running = worker.run()
  await provider.reached
  // Registered, but its rows not queued anew yet: the lease is still this worker's.
  await blog.query(anotherModel)
  provider.open()
  await eventually(async () => (await blog.queued()).every(({ lease, claimable }) => lease === null && !claimable))
  expect(await blog.stored()).toEqual([])

  await blog.query(requeue)
  await eventually(async () => (await blog.stored()).length === 2)
  expect(other.calls.flat().toSorted()).toEqual(['Title - One.', 'Title - Two.'])
  expect(await blog.queued()).toEqual([])
  await worker.stop()
  await running
})

test('a splitter that never answers does not keep a worker from stopping, nor its rows', async () => {
  await blog.query(
    `UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{chunking}', '{"kind":"custom","name":"slow"}')`,
  )
  await blog.insert(['One.'])
  let asked = 0
  const worker = blog.worker({
    embedder: byModel({ 'fake/other': fakeEmbedder() }),
    splitters: {
      slow: () => {
        asked++
        return new Promise<string[]>(() => {})
      },
    },
    gracePeriod: 10,
  })
  const drained = worker.drain()
  await eventually(() => asked === 1)
  await worker.stop()
  await drained
  expect(await blog.queued()).toMatchObject([{ lease: null, attempts: 0, claimable: true }])
})
