import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Blog, eventually, openBlog } from './support/blog.ts'

let blog: Blog
const children: ChildProcess[] = []
beforeEach(async () => {
  blog = await openBlog()
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await blog[Symbol.asyncDispose]()
})

function startWorkerProcess(env: NodeJS.ProcessEnv = {}): ChildProcess {
  const script = fileURLToPath(new URL('./support/worker-process.ts', import.meta.url))
  const args = ['--conditions=@prisma-vectorizer/source', '--import', 'tsx', script]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: blog.url, ...env },
    stdio: 'inherit',
  })
  children.push(child)
  return child
}

const storedCount = async () =>
  (await blog.query<{ count: number }>('SELECT count(*)::int AS count FROM "BlogPost_embedding_store"'))[0]?.count ?? 0

test('after any number of kill -9, every row is embedded once and no lease is left', async () => {
  await blog.insert(Array.from({ length: 600 }, (_, number) => `Text ${number + 1}.`))
  let before = 0
  for (let round = 0; round < 5; round++) {
    const child = startWorkerProcess()
    // Killed in the midst of its batches, at a random point of one of them.
    await eventually(async () => (await storedCount()) > before)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
    child.kill('SIGKILL')
    await once(child, 'exit')
    before = await storedCount()
    await blog.query(`UPDATE "BlogPost" SET title = 'Round ${round}' WHERE id % 100 = ${round}`)
  }
  expect(await blog.queued()).not.toEqual([])
  startWorkerProcess()
  await eventually(async () => (await blog.queued()).length === 0)
  expect(
    await blog.query(`SELECT count(*)::int AS stored, count(DISTINCT p.id)::int AS rows
      FROM "BlogPost_embedding_store" s JOIN "BlogPost" p ON p.id = s.id AND s.chunk = p.title || ' - ' || p.content`),
  ).toEqual([{ stored: 600, rows: 600 }])
  expect(await storedCount()).toBe(600)
})

test('SIGTERM finishes what is in flight and exits with 0', async () => {
  await blog.insert(Array.from({ length: 400 }, (_, number) => `Text ${number + 1}.`))
  const child = startWorkerProcess()
  await eventually(async () => (await storedCount()) > 0)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  const queued = await blog.queued()
  expect(queued.length + (await storedCount())).toBe(400)
  expect(queued.filter(({ lease, attempts }) => lease !== null || attempts > 0)).toEqual([])
})

test('a row that kills every worker is found and given up, and the rows beside it are embedded', async () => {
  await blog.insert(
    Array.from({ length: 20 }, (_, number) => (number === 7 ? 'A deadly text.' : `Text ${number + 1}.`)),
  )
  const ends: unknown[] = []
  while ((await blog.queued()).some(({ failed }) => !failed) && ends.length < 10) {
    const child = startWorkerProcess({ DEADLY: 'deadly', LEASE: '0.2', DRAIN: '1' })
    ends.push((await once(child, 'exit'))[1])
  }
  expect(ends).toEqual([...Array(5).fill('SIGKILL'), null])
  const error = 'VZ523 BlogPost.contentEmbeddings: the process that held this row died, 5 times in a row.'
  expect(await blog.queued()).toMatchObject([{ key_id: 8, failed: true, error: expect.stringContaining(error) }])
  expect(await storedCount()).toBe(19)
  expect(await blog.query('SELECT key, step, code, count FROM vectorizer.error')).toEqual([
    { key: ['8'], step: 'worker', code: 'VZ523', count: 1 },
  ])
})

test('SIGTERM gives rows back that a provider does not answer for', async () => {
  await blog.insert(['One.', 'Two.'])
  const child = startWorkerProcess({ HANG: '1' })
  await eventually(async () => (await blog.queued()).every(({ lease }) => lease !== null))
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await blog.queued()).toMatchObject([
    { lease: null, attempts: 0, claimable: true },
    { lease: null, attempts: 0, claimable: true },
  ])
})

test('a second signal ends it at once', async () => {
  await blog.insert(['One.'])
  const child = startWorkerProcess({ HANG: '1', GRACE: '60000' })
  await eventually(async () => (await blog.queued()).every(({ lease }) => lease !== null))
  child.kill('SIGINT')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([130, null])
})
