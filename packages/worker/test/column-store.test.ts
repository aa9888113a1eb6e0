// `destination: column(embedding)`: the vector lives in the source row itself.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { vectorToText } from '@prisma-vectorizer/spec'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorker } from '../src/index.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate, vectorOf } from './support/fake-embedders.ts'
import { author, authorTable, blogPostColumn, blogPostTable, installVectorizer } from './support/vectorizers.ts'

let blog: Blog
beforeEach(async () => {
  blog = await openBlog({ spec: blogPostColumn })
})
afterEach(() => blog[Symbol.asyncDispose]())

/** As PostgreSQL writes the vector of `text`: rounded to what a float4 holds. */
async function stored(text: string): Promise<string | undefined> {
  const [row] = await blog.query<{ vector: string }>('SELECT $1::vector::text AS vector', [
    vectorToText(vectorOf(text)),
  ])
  return row?.vector
}

test('each row gets the vector of its formatted text, whole', async () => {
  const long = 'word '.repeat(1_000).trim()
  await blog.insert(['Short.', long])
  const summary = await blog.worker().drain()
  expect(summary).toMatchObject({ embedded: 2, chunks: 2, drained: true })
  expect(await blog.vectors()).toEqual([await stored('Title - Short.'), await stored(`Title - ${long}`)])
  expect(await blog.queued()).toEqual([])
})

test('writing the vector does not queue the row again, a change of its text does', async () => {
  await blog.insert(['Old.'])
  const embedder = fakeEmbedder()
  const worker = blog.worker({ embedder: always(embedder) })
  await worker.drain()
  expect(await blog.queued()).toEqual([])
  expect(embedder.calls).toHaveLength(1)
  await blog.query(`UPDATE "BlogPost" SET content = 'New.'`)
  expect(await blog.vectors()).toEqual([await stored('Title - Old.')])
  await worker.drain()
  expect(await blog.vectors()).toEqual([await stored('Title - New.')])
})

test('NULL, empty and blank texts have no vector, and a row without one is not written', async () => {
  await blog.insert(['One.', 'Two.', 'Three.'])
  const worker = blog.worker()
  await worker.drain()
  await blog.query(`UPDATE "BlogPost" SET content = (ARRAY[NULL, '', E' \\t'])[id]`)
  expect(await worker.drain()).toMatchObject({ embedded: 3, chunks: 0 })
  expect(await blog.vectors()).toEqual([null, null, null])

  await blog.query(`UPDATE "BlogPost" SET title = 'New'`)
  const versions = await blog.query('SELECT xmin FROM "BlogPost" ORDER BY id')
  expect(await worker.drain()).toMatchObject({ embedded: 3 })
  expect(await blog.query('SELECT xmin FROM "BlogPost" ORDER BY id')).toEqual(versions)
  expect(await blog.queued()).toEqual([])
})

test('a row changed while its text is with the provider is embedded again with the new text', async () => {
  await blog.insert(['Old.'])
  const provider = gate()
  const batch = blog
    .worker({ embedder: always(fakeEmbedder(() => provider.wait())) })
    .processBatch('BlogPost.embedding')
  await provider.reached
  await blog.query(`UPDATE "BlogPost" SET content = 'New.'`)
  provider.open()
  expect(await batch).toMatchObject({ embedded: 0, returned: 1 })
  expect(await blog.vectors()).toEqual([null])
  await blog.worker().drain()
  expect(await blog.vectors()).toEqual([await stored('Title - New.')])
})

test('deleted rows leave the queue', async () => {
  await blog.insert(['Deleted.', 'Kept.'])
  await blog.query('ALTER TABLE "BlogPost" DISABLE TRIGGER USER; DELETE FROM "BlogPost" WHERE id = 1')
  expect(await blog.worker().drain()).toMatchObject({ removed: 1, embedded: 1 })
  expect(await blog.queued()).toEqual([])
})

test('keys of several parts and types find their rows', async () => {
  const { schema, table, model } = author.source
  const store = { kind: 'column', schema, table, model, field: 'bioVector', column: 'bio "vector"' } as const
  const spec = { ...author, name: 'authors_bio', store, chunking: { kind: 'none' } } as const
  await blog.query(`${authorTable}\n${installVectorizer(spec)}`)
  await blog.query(`INSERT INTO people.authors (tenant, no, since, chunk, bio, born)
    SELECT gen_random_uuid(), 9007199254740993 + n, '2024-01-01 00:00:00.123456+00', role, 'Bio ' || n, '1815-12-10'
    FROM generate_series(1, 3) n, unnest(enum_range(NULL::people."Role")) role`)
  expect(await blog.worker().drain()).toMatchObject({ embedded: 6, failed: 0 })
  expect(
    await blog.query(
      'SELECT bio, count(DISTINCT "bio ""vector"""::text)::int FROM people.authors GROUP BY 1 ORDER BY 1',
    ),
  ).toEqual([1, 2, 3].map((number) => ({ bio: `Bio ${number}`, count: 1 })))
})

test('status counts rows with a vector', async () => {
  await blog.insert(['One.', '', 'Three.'])
  await blog.worker({ batchSize: 2 }).processBatch('BlogPost.embedding')
  expect(await blog.worker().status()).toMatchObject([
    { name: 'BlogPost.embedding', registryName: 'BlogPost_embedding', pending: 1, embedded: 1, chunks: 1 },
  ])
})

test('a column that was dropped or resized sets the vectorizer aside', async () => {
  await blog.insert(['Text.'])
  await blog.query('ALTER TABLE "BlogPost" ALTER embedding TYPE vector(4)')
  const [resized] = (await blog.worker().drain()).vectorizers
  expect(resized?.error).toContain('VZ504 BlogPost.embedding: its store holds vectors of 4 dimensions, not 8.')
  await blog.query('ALTER TABLE "BlogPost" DROP embedding')
  const [dropped] = (await blog.worker().drain()).vectorizers
  expect(dropped?.error).toContain('VZ504 BlogPost.embedding: `BlogPost` has no column `embedding`.')
  expect(await blog.queued()).toHaveLength(1)
})

test('PGlite works without a socket, where vectors travel as text', async () => {
  const pglite = await PGlite.create({ extensions: { vector } })
  await pglite.exec(`${blogPostTable}\n${installVectorizer(blogPostColumn)}`)
  await pglite.query('INSERT INTO "BlogPost" (content) VALUES ($1), (NULL)', ['One.'])
  const worker = createWorker({ database: pglite, embedder: always(fakeEmbedder()) })
  expect(await worker.drain()).toMatchObject({ embedded: 2, chunks: 1 })
  const { rows } = await pglite.query('SELECT embedding IS NULL AS empty FROM "BlogPost" ORDER BY id')
  expect(rows).toEqual([{ empty: false }, { empty: true }])
  await worker.stop()
  await pglite.close()
})
