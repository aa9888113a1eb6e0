// The database goes away and comes back: nothing is lost, nothing is given up, and the log says it once.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate, recordingLogger } from './support/fake-embedders.ts'
import { proxyTo } from './support/proxy.ts'

let blog: Blog
beforeAll(async () => {
  blog = await openBlog()
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(() => blog.query('TRUNCATE "BlogPost" RESTART IDENTITY CASCADE'))

test('a database that restarts, again and again, costs a running worker nothing but the time', async () => {
  await using proxy = await proxyTo(blog.url)
  const logger = recordingLogger()
  const worker = blog.worker({ database: proxy.url, logger, pollInterval: 10 })
  const running = worker.run()
  const told = (part: string) => logger.lines.filter((line) => line.includes(part)).length
  for (let times = 1; times <= 2; times++) {
    await blog.insert(['Before.'])
    await eventually(async () => (await blog.stored()).length === 2 * times - 1)
    await proxy.cut()
    await blog.insert(['Meanwhile.'])
    await eventually(() => told('the database cannot be read, trying again') === times)
    expect(await blog.queued()).toMatchObject([{ attempts: 0, failed: false }])
    await proxy.mend()
    await eventually(async () => (await blog.stored()).length === 2 * times)
    await eventually(() => told('the database can be read again') === times)
  }
  await worker.stop()
  await running
  expect(await blog.queued()).toEqual([])
})

test('connections lost while the text is with the provider cost no second call', async () => {
  await using proxy = await proxyTo(blog.url)
  await blog.insert(['Text.'])
  const provider = gate()
  const embedder = fakeEmbedder(provider.wait)
  const worker = blog.worker({ database: proxy.url, embedder: always(embedder) })
  const batch = worker.processBatch('BlogPost.contentEmbeddings')
  await provider.reached
  proxy.drop()
  // The pool hears of it on the way back from the sockets.
  await new Promise((resolve) => setTimeout(resolve, 50))
  provider.open()
  expect(await batch).toMatchObject({ embedded: 1 })
  expect(embedder.calls).toHaveLength(1)
  expect(await blog.queued()).toEqual([])
  await worker.stop()
})
