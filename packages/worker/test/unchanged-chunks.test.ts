// G9: a chunk whose text did not change keeps its row and its vector, and is not paid for again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Blog, openBlog } from './support/blog.ts'
import { always, type FakeEmbedder, fakeEmbedder, gate } from './support/fake-embedders.ts'
import { blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const spec = {
  ...blogPost,
  chunking: { kind: 'character', size: 20, overlap: 0, separator: '\n\n', regex: false, keepSeparator: false },
  template: '$chunk',
  source: { ...blogPost.source, templateColumns: [] },
} as const

let blog: Blog
let embedder: FakeEmbedder

beforeAll(async () => {
  blog = await openBlog({ sql: `${blogPostTable}\n${installVectorizer(spec)}` })
})

beforeEach(async () => {
  await blog.query('TRUNCATE "BlogPost" RESTART IDENTITY CASCADE')
  await blog.query('TRUNCATE vectorizer."BlogPost_embedding_store_queue"')
  embedder = fakeEmbedder()
})

afterAll(() => blog[Symbol.asyncDispose]())

const paragraphs = (...numbers: (number | string)[]) => numbers.map((number) => `Paragraph ${number}.`).join('\n\n')
async function drain() {
  const worker = blog.worker({ embedder: always(embedder) })
  const summary = await worker.drain()
  await worker.stop()
  return summary
}
const write = (content: string) => blog.query('UPDATE "BlogPost" SET content = $1', [content])
const chunks = () =>
  blog.query<{ id: string; chunk_seq: number; chunk: string; embedding: string }>(
    'SELECT embedding_uuid::text AS id, chunk_seq, chunk, embedding::text FROM "BlogPost_embedding_store" ORDER BY chunk_seq',
  )

describe('a document of three chunks', () => {
  let before: Awaited<ReturnType<typeof chunks>>

  beforeEach(async () => {
    await blog.insert([paragraphs(1, 2, 3)])
    await drain()
    before = await chunks()
    embedder = fakeEmbedder()
  })

  test('that grows pays for the new one alone; the others keep their rows', async () => {
    await write(paragraphs(1, 2, 3, 4))
    expect(await drain()).toMatchObject({ embedded: 1, chunks: 1, failed: 0 })
    expect(embedder.calls).toEqual([['Paragraph 4.']])
    const after = await chunks()
    expect(after.slice(0, 3)).toEqual(before)
    expect(after[3]).toMatchObject({ chunk_seq: 3, chunk: 'Paragraph 4.' })
  })

  test('that changes in the middle pays for one', async () => {
    await write(paragraphs(1, 'two', 3))
    await drain()
    expect(embedder.calls).toEqual([['Paragraph two.']])
    const after = await chunks()
    expect([after[0], after[2]]).toEqual([before[0], before[2]])
  })

  test('that is shortened, or written as it was, pays for nothing', async () => {
    await write(paragraphs(1, 2))
    await drain()
    expect(await chunks()).toEqual(before.slice(0, 2))
    await blog.query('INSERT INTO vectorizer."BlogPost_embedding_store_queue" (key_id) SELECT id FROM "BlogPost"')
    await drain()
    expect(await chunks()).toEqual(before.slice(0, 2))
    expect(embedder.calls).toEqual([])
  })

  test.each([
    ['by one place', paragraphs(0, 1, 2, 3), ['Paragraph 0.'], [undefined, 0, 1, 2]],
    ['to each other’s places', paragraphs(3, 2, 1), [], [2, 1, 0]],
    ['in a circle', paragraphs(2, 3, 1), [], [1, 2, 0]],
    ['into the place of one that goes', paragraphs(2, 3), [], [1, 2]],
  ] as const)('whose chunks move %s keeps their vectors', async (_, content, embedded, origins) => {
    await write(content)
    await drain()
    expect(embedder.calls.flat()).toEqual(embedded)
    const after = await chunks()
    expect(after.map(({ chunk_seq }) => chunk_seq)).toEqual(origins.map((_origin, place) => place))
    for (const [place, origin] of origins.entries()) {
      if (origin !== undefined) expect(after[place]).toEqual({ ...before[origin], chunk_seq: place })
    }
  })

  test('that waits for another model keeps no vector', async () => {
    await blog.query(
      'INSERT INTO vectorizer."BlogPost_embedding_store_queue" (key_id, reembed) SELECT id, true FROM "BlogPost"',
    )
    expect(await drain()).toMatchObject({ chunks: 3 })
    expect(embedder.calls).toEqual([['Paragraph 1.', 'Paragraph 2.', 'Paragraph 3.']])
    const ids = new Set(before.map(({ id }) => id))
    expect((await chunks()).filter(({ id }) => ids.has(id))).toEqual([])
  })

  test('whose chunk the application changes in flight is done again', async () => {
    const provider = gate()
    const slow = fakeEmbedder(provider.wait)
    await write(paragraphs(1, 2, 3, 4))
    const worker = blog.worker({ embedder: always(slow), pollInterval: 20 })
    const drained = worker.drain()
    await provider.reached
    await blog.query(`UPDATE "BlogPost_embedding_store" SET chunk = 'Mine.' WHERE chunk_seq = 0`)
    provider.open()
    await drained
    await blog.query('UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = now()')
    await drain()
    expect((await chunks()).map(({ chunk }) => chunk)).toEqual([1, 2, 3, 4].map((number) => `Paragraph ${number}.`))
  })
})

test('a text that stands in several rows of a batch is embedded once', async () => {
  await blog.insert([paragraphs(1, 2), paragraphs(2, 1), paragraphs(1)])
  expect(await drain()).toMatchObject({ embedded: 3, chunks: 5 })
  expect(embedder.calls).toEqual([['Paragraph 1.', 'Paragraph 2.']])
  expect((await chunks()).length).toBe(5)
})
