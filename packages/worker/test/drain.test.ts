import { vectorToText } from '@prisma-vectorizer/spec'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Blog, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate, vectorOf } from './support/fake-embedders.ts'
import { author, authorTable, installVectorizer } from './support/vectorizers.ts'

let blog: Blog
beforeEach(async () => {
  blog = await openBlog()
})
afterEach(() => blog[Symbol.asyncDispose]())

test('a drain stores each chunk formatted, with the vector of that text', async () => {
  await blog.insert(['Short.', `${'a'.repeat(600)} ${'b'.repeat(600)}`])
  const summary = await blog.worker().drain()
  const stored = await blog.stored()
  expect(stored.map(({ id, chunk_seq, chunk }) => [id, chunk_seq, chunk])).toEqual([
    [1, 0, 'Title - Short.'],
    [2, 0, `Title - ${'a'.repeat(600)}`],
    [2, 1, `Title - ${'b'.repeat(600)}`],
  ])
  expect(stored.map(({ embedding }) => JSON.parse(embedding))).toEqual(
    stored.map(({ chunk }) =>
      JSON.parse(vectorToText(vectorOf(chunk))).map((value: number) => expect.closeTo(value, 3)),
    ),
  )
  expect(summary).toMatchObject({ embedded: 2, chunks: 3, failed: 0, removed: 0, tokens: 3, drained: true })
  expect(await blog.queued()).toEqual([])
})

test('a change of a watched column is embedded again, and only then', async () => {
  await blog.insert(['Old text.'])
  const embedder = fakeEmbedder()
  const worker = blog.worker({ embedder: always(embedder) })
  await worker.drain()
  await blog.query('UPDATE "BlogPost" SET views = views + 1')
  await worker.drain()
  expect(embedder.calls).toHaveLength(1)
  await blog.query(`UPDATE "BlogPost" SET title = 'New'`)
  await worker.drain()
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['New - Old text.'])
})

test('a shorter text leaves no chunk of the longer one', async () => {
  await blog.insert(['long '.repeat(1_000)])
  const worker = blog.worker()
  await worker.drain()
  await blog.query(`UPDATE "BlogPost" SET content = 'Short.'`)
  await worker.drain()
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Title - Short.'])
})

test('NULL, empty and blank texts have no chunks and cost no call', async () => {
  await blog.insert(['One.', 'Two.', 'Three.', 'Four.'])
  const embedder = fakeEmbedder()
  const worker = blog.worker({ embedder: always(embedder) })
  await worker.drain()
  await blog.query(`UPDATE "BlogPost" SET content = (ARRAY[NULL, '', '   ', E'\\t\\n'])[id]`)
  const summary = await worker.drain()
  expect(embedder.calls).toHaveLength(1)
  expect(summary).toMatchObject({ embedded: 4, chunks: 0 })
  expect(await blog.stored()).toEqual([])
  expect(await blog.queued()).toEqual([])
})

test('1000 updates of a row are one entry of the queue and one call', async () => {
  await blog.insert(['Text 0.'])
  for (let number = 1; number <= 1_000; number++)
    await blog.query('UPDATE "BlogPost" SET content = $1', [`Text ${number}.`])
  expect(await blog.queued()).toHaveLength(1)
  const embedder = fakeEmbedder()
  await blog.worker({ embedder: always(embedder) }).drain()
  expect(embedder.calls).toEqual([['Title - Text 1000.']])
})

test('60 deleted rows at the head of the queue do not end the run', async () => {
  await blog.insert(Array.from({ length: 70 }, (_, number) => `Text ${number + 1}.`))
  await blog.query('ALTER TABLE "BlogPost" DISABLE TRIGGER USER')
  await blog.query('DELETE FROM "BlogPost" WHERE id <= 60')
  const summary = await blog.worker({ batchSize: 20 }).drain()
  expect(summary).toMatchObject({ removed: 60, embedded: 10 })
  expect((await blog.stored()).map(({ id }) => id)).toEqual([61, 62, 63, 64, 65, 66, 67, 68, 69, 70])
  expect(await blog.queued()).toEqual([])
})

test('a row changed while its text is with the provider is embedded again with the new text', async () => {
  await blog.insert(['Old.'])
  const provider = gate()
  const embedder = fakeEmbedder(() => provider.wait())
  const batch = blog.worker({ embedder: always(embedder) }).processBatch('BlogPost.contentEmbeddings')
  await provider.reached
  await blog.query(`UPDATE "BlogPost" SET content = 'New.'`)
  provider.open()
  expect(await batch).toMatchObject({ claimed: 1, embedded: 0, returned: 1 })
  expect(await blog.stored()).toEqual([])
  expect(await blog.queued()).toMatchObject([{ lease: null, attempts: 0, claimable: true }])
  await blog.worker().drain()
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Title - New.'])
})

test('a row deleted while its text is with the provider leaves nothing', async () => {
  await blog.insert(['Old.', 'Kept.'])
  const provider = gate()
  const embedder = fakeEmbedder(() => provider.wait())
  const drained = blog.worker({ embedder: always(embedder) }).drain()
  await provider.reached
  await blog.query('DELETE FROM "BlogPost" WHERE id = 1')
  provider.open()
  await drained
  expect((await blog.stored()).map(({ id }) => id)).toEqual([2])
  expect(await blog.queued()).toEqual([])
})

test('a row deleted and inserted again in flight is not written with the old text', async () => {
  await blog.insert(['Old.'])
  const provider = gate()
  const batch = blog
    .worker({ embedder: always(fakeEmbedder(() => provider.wait())) })
    .processBatch('BlogPost_embedding_store')
  await provider.reached
  await blog.query('DELETE FROM "BlogPost"')
  await blog.query(`INSERT INTO "BlogPost" (id, content) VALUES (1, 'New.')`)
  provider.open()
  expect(await batch).toMatchObject({ returned: 1 })
  await blog.worker().drain()
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Title - New.'])
})

test('rows that another worker holds are left to it until its lease runs out', async () => {
  await blog.insert(['Text.'])
  const provider = gate()
  const slow = blog.worker({ leaseSeconds: 300, embedder: always(fakeEmbedder(() => provider.wait())) })
  const batch = slow.processBatch('BlogPost.contentEmbeddings')
  await provider.reached
  const other = fakeEmbedder()
  expect(await blog.worker({ embedder: always(other) }).drain()).toMatchObject({ embedded: 0, drained: true })
  expect(other.calls).toEqual([])
  await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = now()`)
  expect(await blog.worker({ embedder: always(other) }).drain()).toMatchObject({ embedded: 1 })
  provider.open()
  expect(await batch).toMatchObject({ embedded: 0, returned: 1 })
  expect(await blog.stored()).toHaveLength(1)
})

test('a provider that takes longer than the lease keeps its rows', async () => {
  await blog.insert(['Text.'])
  const provider = gate()
  const slow = blog.worker({ leaseSeconds: 0.3, embedder: always(fakeEmbedder(() => provider.wait())) })
  const batch = slow.processBatch('BlogPost.contentEmbeddings')
  await provider.reached
  const [first] = await blog.query<{ until: Date }>(
    'SELECT not_before AS until FROM vectorizer."BlogPost_embedding_store_queue"',
  )
  const later = new Date(Number(first?.until) + 300)
  for (let now = new Date(0); now < later; ) {
    const [row] = await blog.query<{ now: Date; leased: boolean }>(
      'SELECT clock_timestamp() AS now, not_before > now() AS leased FROM vectorizer."BlogPost_embedding_store_queue"',
    )
    expect(row?.leased).toBe(true)
    now = row?.now ?? later
  }
  provider.open()
  expect(await batch).toMatchObject({ embedded: 1 })
})

test('a deadline ends a drain after what is in flight', async () => {
  await blog.insert(['One.', 'Two.'])
  const summary = await blog.worker({ batchSize: 1, concurrency: 1 }).drain({ deadline: new Date(0) })
  expect(summary).toMatchObject({ embedded: 0, drained: false })
  expect(await blog.queued()).toHaveLength(2)
})

describe('keys of several parts and types', () => {
  test('keep their exact values', async () => {
    await blog.query(`${authorTable}\n${installVectorizer(author)}`)
    await blog.query(`INSERT INTO people.authors
      SELECT gen_random_uuid(), 9007199254740993 + n, '2024-01-01 00:00:00.123456+00', role, 'Bio ' || n, '1815-12-10'
      FROM generate_series(1, 3) n, unnest(enum_range(NULL::people."Role")) role`)
    await blog.worker().drain()
    expect(
      await blog.query(`SELECT count(*)::int AS stored, count(a.tenant)::int AS matched, min(s.chunk) AS chunk
        FROM people.authors_embedding_store s
        LEFT JOIN people.authors a
          ON (a.tenant, a.no, a.since, a.chunk) = (s.tenant, s.no, s.since, s.parent_chunk)
          AND s.chunk = a.born || ': ' || a.bio`),
    ).toEqual([{ stored: 6, matched: 6, chunk: '1815-12-10: Bio 1' }])
    expect(await blog.query('SELECT FROM vectorizer.authors_embedding_store_queue')).toEqual([])
  })
})

test('status counts what is pending, held, given up and embedded', async () => {
  await blog.insert(['One.', 'Two.', 'Three.', 'Four.', 'Five.'])
  const worker = blog.worker({ batchSize: 2 })
  await worker.processBatch('BlogPost.contentEmbeddings')
  await worker.stop()
  const queue = 'vectorizer."BlogPost_embedding_store_queue"'
  await blog.query(`UPDATE ${queue} SET failed_at = now(), error = 'x' WHERE key_id = 3`)
  await blog.query(
    `UPDATE ${queue} SET lease = gen_random_uuid(), not_before = now() + interval '1 h' WHERE key_id = 4`,
  )
  expect(await blog.worker().status()).toEqual([
    {
      name: 'BlogPost.contentEmbeddings',
      registryName: 'BlogPost_embedding_store',
      model: 'fake/good',
      paused: false,
      pending: 2,
      inFlight: 1,
      retrying: 0,
      failed: 1,
      oldestPending: expect.any(Number),
      embedded: 2,
      chunks: 2,
      processed: 2,
      reused: 0,
      tokens: 2,
      cost: null,
      lastSuccessAt: expect.any(String),
      lastErrorAt: null,
      lastError: null,
      error: undefined,
    },
  ])
})
