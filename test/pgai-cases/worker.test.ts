// What pgai's tests ask of its worker: stores and sources of odd shapes, specs of earlier versions, stopping. See
// docs/pgai-cases.md.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Blog, eventually, openBlog } from '../../packages/worker/test/support/blog.ts'
import { always, fakeEmbedder, gate, recordingLogger } from '../../packages/worker/test/support/fake-embedders.ts'
import {
  blogPost,
  blogPostColumn,
  blogPostTable,
  installVectorizer,
} from '../../packages/worker/test/support/vectorizers.ts'

const texts = (count: number) => Array.from({ length: count }, (_, number) => `Text ${number + 1}.`)

describe('on one database', () => {
  let blog: Blog
  beforeAll(async () => {
    blog = await openBlog()
  })
  afterAll(() => blog[Symbol.asyncDispose]())
  beforeEach(() =>
    blog.query(
      `TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE vectorizer."BlogPost_embedding_store_queue", vectorizer.error`,
    ),
  )

  test.each(['drain', 'run'] as const)(
    '%s: a worker that is stopped finishes its batch and begins no other',
    async (work) => {
      await blog.insert(texts(6))
      const hold = gate()
      const embedder = fakeEmbedder(hold.wait)
      const worker = blog.worker({ embedder: always(embedder), batchSize: 2, concurrency: 1 })
      const working = worker[work]()
      await hold.reached
      const stopped = worker.stop()
      hold.open()
      const summary = await working
      await stopped
      if (work === 'drain') expect(summary).toMatchObject({ embedded: 2, failed: 0, drained: false })
      expect(embedder.calls).toHaveLength(1)
      expect(await blog.stored()).toHaveLength(2)
      expect(await blog.queued()).toMatchObject(Array(4).fill({ lease: null, attempts: 0, claimable: true }))
    },
  )

  test('a spec of an earlier version, without the fields that came later, is worked on and left as it is', async () => {
    await blog.query(`UPDATE vectorizer.vectorizer SET spec =
      spec - 'textSearch' - 'replicated' #- '{chunking,keepSeparator}' #- '{index,bit}' #- '{index,minRows}'`)
    const specs = () => blog.query<{ spec: unknown }>('SELECT spec FROM vectorizer.vectorizer')
    const before = await specs()
    expect(before).not.toMatchObject([{ spec: { textSearch: null } }])
    await blog.insert([`${'word '.repeat(300)}. End.`])
    const worker = blog.worker()
    expect(await worker.drain()).toMatchObject({ embedded: 1, failed: 0 })
    expect((await worker.status())[0]).toMatchObject({ embedded: 1, error: undefined })
    expect((await blog.stored()).length).toBeGreaterThan(1)
    expect(await specs()).toEqual(before)
    await blog.query('UPDATE vectorizer.vectorizer SET spec = $1', [blogPost])
  })

  test('a row whose key changes while its text is with the provider is stored under the new key alone', async () => {
    await blog.insert(['Text.'])
    const provider = gate()
    const batch = blog
      .worker({ embedder: always(fakeEmbedder(provider.wait)) })
      .processBatch('BlogPost.contentEmbeddings')
    await provider.reached
    await blog.query('UPDATE "BlogPost" SET id = 7')
    provider.open()
    expect(await batch).toMatchObject({ embedded: 0, failed: 0 })
    await blog.worker().drain()
    expect((await blog.stored()).map(({ id, chunk }) => [id, chunk])).toEqual([[7, 'Title - Text.']])
    expect(await blog.queued()).toEqual([])
  })

  test('what is truncated while its texts are with the provider leaves nothing', async () => {
    await blog.insert(texts(3))
    const provider = gate()
    const batch = blog
      .worker({ embedder: always(fakeEmbedder(provider.wait)) })
      .processBatch('BlogPost.contentEmbeddings')
    await provider.reached
    // The migrations' trigger empties the queue; these tests' own has none for TRUNCATE, as where it is disabled.
    await blog.query('TRUNCATE "BlogPost" CASCADE')
    provider.open()
    expect(await batch).toMatchObject({ embedded: 0, removed: 3, failed: 0 })
    expect([await blog.stored(), await blog.queued()]).toEqual([[], []])
  })

  test('a disk that is full costs no row an attempt, and is tried again', async () => {
    await blog.insert(texts(3))
    await blog.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON "BlogPost_embedding_store" EXECUTE FUNCTION full_disk()`)
    const logger = recordingLogger()
    const worker = blog.worker({ logger, pollInterval: 10 })
    const running = worker.run()
    await eventually(() => logger.lines.some((line) => line.includes('No space left')))
    await eventually(async () => (await blog.queued()).every(({ lease }) => lease === null))
    expect(await blog.queued()).toMatchObject(Array(3).fill({ attempts: 0, failed: false }))
    await blog.query('DROP FUNCTION full_disk CASCADE')
    await eventually(async () => (await blog.stored()).length === 3)
    await worker.stop()
    await running
    expect(logger.lines.filter((line) => line.includes('No space left'))).toHaveLength(1)
  })
})

test('a vectorizer that is named may be made after the worker has started, dropped, and made again', async () => {
  await using blog = await openBlog({ sql: 'SELECT' })
  const logger = recordingLogger()
  const worker = blog.worker({ vectorizers: ['BlogPost.contentEmbeddings'], logger, pollInterval: 10 })
  const running = worker.run()
  await eventually(() => logger.lines.some((line) => line.includes('VZ502')))
  await blog.query(`${blogPostTable}\n${installVectorizer(blogPost)}`)
  await blog.insert(['One.'])
  await eventually(async () => (await blog.stored()).length === 1)
  const [registered] = await blog.query<{ spec: unknown }>('DELETE FROM vectorizer.vectorizer RETURNING spec')
  // A look at the registry that was on its way when the row went.
  await sleep(100)
  await blog.insert(['Two.'])
  await sleep(200)
  expect(await blog.stored()).toHaveLength(1)
  await blog.query('INSERT INTO vectorizer.vectorizer (name, source, store, spec) VALUES ($1, $2, $3, $4)', [
    blogPost.name,
    '"BlogPost"',
    '"BlogPost_embedding_store"',
    registered?.spec,
  ])
  await eventually(async () => (await blog.stored()).length === 2)
  await worker.stop()
  await running
})

test('a store may have columns of its own, and its vectors at any place', async () => {
  await using blog = await openBlog()
  await blog.query(`ALTER TABLE "BlogPost_embedding_store" DROP embedding, ADD note text,
    ADD embedding vector(8) NOT NULL, ADD kind text NOT NULL DEFAULT 'chunk'`)
  await blog.insert(texts(3))
  const worker = blog.worker()
  expect(await worker.drain()).toMatchObject({ embedded: 3, failed: 0 })
  await blog.query(`UPDATE "BlogPost_embedding_store" SET note = 'mine'; UPDATE "BlogPost" SET views = 1;
    UPDATE "BlogPost" SET content = 'Other.' WHERE id = 2`)
  expect(await worker.drain()).toMatchObject({ embedded: 1 })
  expect(await blog.query('SELECT chunk, note, kind FROM "BlogPost_embedding_store" ORDER BY id')).toEqual([
    { chunk: 'Title - Text 1.', note: 'mine', kind: 'chunk' },
    { chunk: 'Title - Other.', note: null, kind: 'chunk' },
    { chunk: 'Title - Text 3.', note: 'mine', kind: 'chunk' },
  ])
})

test('in a column, after an update only the vector of that row changes, wherever the column stands', async () => {
  await using blog = await openBlog({ spec: blogPostColumn })
  await blog.query(`ALTER TABLE "BlogPost" DROP embedding, ADD note text NOT NULL DEFAULT '', ADD embedding vector(8)`)
  await blog.insert(['One.', 'Two.'])
  const worker = blog.worker()
  expect(await worker.drain()).toMatchObject({ embedded: 2 })
  const [first, second] = await blog.vectors()
  expect([first, second]).not.toContain(null)
  await blog.query(`UPDATE "BlogPost" SET content = 'Other.' WHERE id = 2`)
  expect(await worker.drain()).toMatchObject({ embedded: 1 })
  const [same, other] = await blog.vectors()
  expect(same).toBe(first)
  expect(other).not.toBe(second)
  expect(await worker.status()).toMatchObject([{ name: 'BlogPost.embedding', pending: 0, embedded: 2 }])
  await blog.query('DELETE FROM "BlogPost" WHERE id = 1')
  expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 0 })
})
