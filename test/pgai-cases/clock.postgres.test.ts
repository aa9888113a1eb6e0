// Leases go by the clock of the database: PGlite has the one of this process, PostgreSQL its own.
import { afterEach, expect, test, vi } from 'vitest'
import { openBlog } from '../../packages/worker/test/support/blog.ts'
import { always, fakeEmbedder, gate } from '../../packages/worker/test/support/fake-embedders.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('workers whose clocks are wrong by days leave each other the rows they hold', async () => {
  await using blog = await openBlog()
  await blog.insert(['Text.'])
  const provider = gate()
  const label = 'BlogPost.contentEmbeddings'
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 })
  const batch = blog.worker({ embedder: always(fakeEmbedder(provider.wait)) }).processBatch(label)
  await provider.reached
  vi.setSystemTime(Date.now() + 2 * 86_400_000)
  expect(await blog.worker().processBatch(label)).toMatchObject({ claimed: 0 })
  provider.open()
  expect(await batch).toMatchObject({ embedded: 1, returned: 0 })
  expect(await blog.queued()).toEqual([])
})
