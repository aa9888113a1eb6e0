// Pausing: a running worker lets go after the batch in flight, and takes up again where it stopped.
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listErrors, pauseVectorizers, resumeVectorizers, retryRows } from '../src/index.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate, recordingLogger } from './support/fake-embedders.ts'
import { createRole } from './support/roles.ts'
import { runCommand } from './support/run-command.ts'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const label = 'BlogPost.contentEmbeddings'

let blog: Blog
beforeAll(async () => {
  blog = await openBlog({
    sql: [blogPostTable, installVectorizer(blogPost), authorTable, installVectorizer(author)].join('\n'),
  })
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(() =>
  blog.query(`TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE vectorizer."BlogPost_embedding_store_queue";
    UPDATE vectorizer.vectorizer SET paused = false`),
)

const run = (...args: string[]) => runCommand([...args, '--database-url', blog.url])
const paused = async () =>
  (await blog.query<{ name: string }>('SELECT name FROM vectorizer.vectorizer WHERE paused ORDER BY name')).map(
    ({ name }) => name,
  )

test('after the first batch exactly its rows are embedded, and the rest once it goes on', async () => {
  await blog.insert(['one', 'two', 'three'])
  const hold = gate()
  const logger = recordingLogger()
  const embedder = fakeEmbedder(hold.wait)
  const worker = blog.worker({ embedder: always(embedder), logger, batchSize: 1, concurrency: 1, pollInterval: 10 })
  const running = worker.run()
  await hold.reached
  await pauseVectorizers(blog.url, [label])
  await eventually(() => logger.lines.some((line) => line.endsWith(`${label} is paused`)))
  hold.open()
  await eventually(async () => (await blog.stored()).length === 1)
  await blog.insert(['four'])
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await blog.stored()).toHaveLength(1)
  expect(embedder.calls).toHaveLength(1)
  expect(await blog.queued()).toMatchObject([2, 3, 4].map((key_id) => ({ key_id, lease: null, attempts: 0 })))

  await resumeVectorizers(blog.url, [label])
  await eventually(async () => (await blog.stored()).length === 4)
  await worker.stop()
  await running
})

test('nothing is embedded of a paused vectorizer', async () => {
  await blog.insert(['one', 'two'])
  await pauseVectorizers(blog.url)
  const worker = blog.worker()
  expect(await worker.drain()).toMatchObject({ embedded: 0, drained: true })
  await worker.stop()
  expect(await blog.queued()).toHaveLength(2)
})

describe('pause and resume', () => {
  test('say what holds, and whether it did before', async () => {
    expect(await run('pause', label)).toEqual({
      code: 0,
      stdout: `${label}: paused. Changes are queued; workers finish the batch in flight, and claim no more within 5 seconds.\n`,
      stderr: '',
    })
    expect(await paused()).toEqual(['BlogPost_embedding_store'])
    expect((await run('pause', 'BlogPost_embedding_store')).stdout).toBe(`${label}: was paused already.\n`)
    expect((await run('status')).stdout).toContain('fake/good (paused)')
    expect((await run('resume', '--all')).stdout).toBe(
      `${label}: goes on. Workers claim its rows within 5 seconds.\nAuthor.bioEmbeddings: was not paused.\n`,
    )
    expect(await paused()).toEqual([])
    expect((await run('pause', '--all')).code).toBe(0)
    expect(await paused()).toEqual(['BlogPost_embedding_store', 'authors_embedding_store'])
  })

  test('work on a vectorizer that does not fit its tables', async () => {
    await blog.query('ALTER TABLE "BlogPost" RENAME COLUMN content TO body')
    try {
      expect((await run('pause', label)).code).toBe(0)
      expect(await paused()).toEqual(['BlogPost_embedding_store'])
    } finally {
      await blog.query('ALTER TABLE "BlogPost" RENAME COLUMN body TO content')
    }
  })

  test.each([
    [['pause'], 'VZ506 No vectorizer is named.'],
    [['resume', label, '--all'], 'VZ506 Vectorizers are named, and `--all` is given.'],
    [
      ['pause', label, 'Blog'],
      'VZ503 The database has no vectorizer `Blog`.\n  fix: It has: BlogPost.contentEmbeddings, Author.bioEmbeddings.\n',
    ],
  ])('refuse %j, and change nothing', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(await paused()).toEqual([])
  })
})

test('a right that is missing is named', async () => {
  await blog.insert(['poison'])
  await using role = await createRole(blog)
  await blog.query(`GRANT USAGE ON SCHEMA vectorizer TO ${role.name};
    GRANT SELECT ON ALL TABLES IN SCHEMA vectorizer TO ${role.name}; GRANT SELECT ON "BlogPost" TO ${role.name}`)
  const client = await blog.connect()
  await client.query(`SET ROLE ${role.name}`)
  const database = {
    query: (sql: string, values?: unknown[]) => client.query(sql, values),
    async transaction<T>(work: (connection: pg.Client) => Promise<T>): Promise<T> {
      await client.query('BEGIN')
      return work(client).finally(() => client.query('ROLLBACK'))
    },
  }
  try {
    await expect(pauseVectorizers(database, [label])).rejects.toMatchObject({
      code: 'VZ504',
      fact: `${label}: permission denied for table vectorizer.`,
      why: 'The role that connects needs UPDATE (paused) on vectorizer.vectorizer.',
    })
    for (const allRows of [false, true]) {
      await expect(retryRows(database, { vectorizers: [label], allRows })).rejects.toMatchObject({
        code: 'VZ504',
        fact: `${label}: permission denied for table BlogPost_embedding_store_queue.`,
        why: expect.stringMatching(
          /^The role that connects needs .*UPDATE on "vectorizer"."BlogPost_embedding_store_queue"\.$/,
        ),
      })
    }
    expect(await listErrors(database)).toEqual([])
  } finally {
    // On PGlite all connections are one session.
    await client.query('RESET ROLE')
  }
})

test('a database without vectorizers is told so', async () => {
  await using empty = await openBlog({ sql: 'SELECT' })
  for (const args of [['pause', '--all'], ['retry'], ['errors']]) {
    const { code, stderr } = await runCommand([...args, '--database-url', empty.url])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^VZ502 The database holds no vectorizers\./)
  }
})
