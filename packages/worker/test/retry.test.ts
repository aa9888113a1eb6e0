// Retrying: what failed goes back to the queue, all of it or some; or every row is embedded again.
import { type RowFilter, VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { retryRows } from '../src/index.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate, refusing } from './support/fake-embedders.ts'
import { runCommand } from './support/run-command.ts'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const filter: RowFilter = {
  kind: 'compare',
  column: { field: 'views', column: 'views', type: 'number', sqlType: 'INTEGER' },
  operator: '<',
  value: 10,
}
const spec: VectorizerSpec = { ...blogPost, source: { ...blogPost.source, filter } }
const label = 'BlogPost.contentEmbeddings'
const queue = 'vectorizer."BlogPost_embedding_store_queue"'
const authorQueue = 'vectorizer.authors_embedding_store_queue'

let blog: Blog
beforeAll(async () => {
  blog = await openBlog({
    sql: [blogPostTable, installVectorizer(spec), authorTable, installVectorizer(author)].join('\n'),
  })
})
afterAll(() => blog[Symbol.asyncDispose]())
beforeEach(() =>
  blog.query(`TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE people.authors CASCADE;
    TRUNCATE ${queue}, ${authorQueue}, vectorizer.error, vectorizer.progress`),
)

async function batch(embedder = fakeEmbedder(), maxAttempts = 1, vectorizer = label) {
  const worker = blog.worker({ embedder: always(embedder), maxAttempts })
  try {
    return await worker.processBatch(vectorizer)
  } finally {
    await worker.stop()
  }
}

const retry = (...args: string[]) => runCommand(['retry', ...args, '--database-url', blog.url])
const givenUp = async () => (await blog.queued()).filter(({ failed }) => failed).map(({ key_id }) => key_id)

/** Two authors, given up: two parts of their keys differ. */
async function failAuthors(): Promise<void> {
  await blog.query(`INSERT INTO people.authors SELECT '00000000-0000-0000-0000-000000000001', n, '2024-01-01Z', 'plain', 'poison', '1815-12-10'
    FROM generate_series(1, 2) n`)
  await batch(refusing('poison'), 1, 'Author.bioEmbeddings')
}
const authorKey = (number: number) =>
  `["00000000-0000-0000-0000-000000000001", "${number}", "2024-01-01 00:00:00+00", "plain"]`

describe('retry', () => {
  test('puts rows that were given up back as if they had never been tried', async () => {
    await blog.insert(['poison', 'good'])
    await batch(refusing('poison'))
    expect(await batch()).toMatchObject({ claimed: 0 })
    await blog.query(`UPDATE ${queue} SET lost_leases = 3`)
    const { code, stdout } = await retry()
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${label}: 1 row queued again.\n` })
    expect(await blog.query(`SELECT * FROM ${queue}`)).toMatchObject([
      { key_id: 1, attempts: 0, lost_leases: 0, lease: null, failed_at: null, error: null, reembed: false },
    ])
    expect(await batch()).toMatchObject({ claimed: 1, embedded: 1 })
  })

  test('puts rows that wait for another attempt, or rest after an outage, back too', async () => {
    await blog.insert(['poison', 'good'])
    await batch(refusing('poison'), 6)
    await blog.insert(['more'])
    await batch(fakeEmbedder(() => Promise.reject(new VectorizerError('VZ406', { fact: 'No key.' }))))
    expect((await blog.queued()).map(({ claimable }) => claimable)).toEqual([false, false])
    expect(await retryRows(blog.url)).toEqual({
      rows: 2,
      vectorizers: [
        { vectorizer: 'BlogPost.contentEmbeddings', rows: 2 },
        { vectorizer: 'Author.bioEmbeddings', rows: 0 },
      ],
    })
    expect(await batch()).toMatchObject({ embedded: 2 })
  })

  test('leaves rows to the worker that holds them', async () => {
    await blog.insert(['poison'])
    await batch(refusing('poison'), 6)
    await blog.query(`UPDATE ${queue} SET not_before = '-infinity'`)
    const hold = gate()
    const embedder = fakeEmbedder(hold.wait)
    const working = batch(embedder)
    await hold.reached
    expect(await retryRows(blog.url)).toMatchObject({ rows: 0 })
    hold.open()
    expect(await working).toMatchObject({ embedded: 1 })
  })

  test('of a row that was changed meanwhile embeds it once', async () => {
    await blog.insert(['poison'])
    await batch(refusing('poison'))
    await blog.query(`UPDATE "BlogPost" SET content = 'cured'`)
    expect(await retryRows(blog.url)).toMatchObject({ rows: 0 })
    await blog.query(`UPDATE "BlogPost" SET content = 'poison again'`)
    await batch(refusing('poison'))
    await retryRows(blog.url)
    await blog.query(`UPDATE "BlogPost" SET content = 'cured again'`)
    const embedder = fakeEmbedder()
    expect(await batch(embedder)).toMatchObject({ claimed: 1, embedded: 1 })
    expect(embedder.calls).toEqual([['Title - cured again']])
    expect(await blog.stored()).toHaveLength(1)
    expect(await blog.queued()).toEqual([])
  })

  test('says where there is nothing', async () => {
    expect(await retry()).toEqual({
      code: 0,
      stdout: 'Nothing to retry: no row failed, and none waits for another attempt.\n',
      stderr: '',
    })
  })

  test('leaves a vectorizer out that does not fit its tables, unless it is named', async () => {
    await failAuthors()
    await blog.query('ALTER TABLE "BlogPost" RENAME COLUMN content TO body')
    try {
      const { code, stdout, stderr } = await retry()
      expect({ code, stdout }).toEqual({ code: 1, stdout: 'Author.bioEmbeddings: 2 rows queued again.\n' })
      expect(stderr).toContain('VZ504 BlogPost.contentEmbeddings: `BlogPost` has no column `content`')
      await expect(retryRows(blog.url, { vectorizers: [label] })).rejects.toMatchObject({ code: 'VZ504' })
    } finally {
      await blog.query('ALTER TABLE "BlogPost" RENAME COLUMN body TO content')
    }
  })
})

describe('retry of some', () => {
  beforeEach(async () => {
    await blog.insert(['poison', 'poison', 'bad'])
    await batch(refusing('poison'))
    await blog.query(`UPDATE "BlogPost" SET content = 'bad again' WHERE id = 3`)
    const other = fakeEmbedder((texts) => {
      if (texts.some((text) => text.includes('bad'))) throw new VectorizerError('VZ604', { fact: 'Bad.' })
    })
    await batch(other)
    expect(await givenUp()).toEqual([1, 2, 3])
  })

  test.each([
    ['one key', ['--key', '2'], [1, 3]],
    ['keys', ['--key', '2', '--key', '["3"]', label], [1]],
    ['a number in an array', ['--key', '[1]'], [2, 3]],
    ['a code', ['--code', 'VZ604'], [1, 2]],
    ['a code and a key', ['--code', 'VZ405', '--key', '1', '--key', '3'], [2, 3]],
    ['a step', ['--step', 'embed'], []],
  ])('by %s', async (_, args, left) => {
    const names = args.includes(label) ? [] : [label]
    expect(await retry(...names, ...args)).toMatchObject({ code: 0, stderr: '' })
    expect(await givenUp()).toEqual(left)
  })

  test('by the key of several parts', async () => {
    await failAuthors()
    expect((await retry('Author.bioEmbeddings', '--key', authorKey(2))).stdout).toBe(
      'Author.bioEmbeddings: 1 row queued again.\n',
    )
    expect(await blog.query(`SELECT key_no FROM ${authorQueue} WHERE failed_at IS NULL`)).toEqual([{ key_no: '2' }])
    expect(await givenUp()).toEqual([1, 2, 3])
  })

  test.each([
    ['a key of no row', [label, '--key', '99'], 'No row with the key 99 failed or waits for another attempt.'],
    ['a code of no row', ['--code', 'VZ602'], 'No row with an error VZ602 failed'],
    [
      'a key and a step of no row',
      [label, '--key', '1', '--step', 'load'],
      'No row with the key 1 and an error of step load',
    ],
    [
      'a key of another type',
      [label, '--key', 'x'],
      "BlogPost.contentEmbeddings: a key is none of BlogPost's (id: Int).",
    ],
    ['a key that is too large', [label, '--key', '99999999999'], 'a key is none of'],
    ['too many parts', [label, '--key', '[1, 2]'], 'the key ["1","2"] has 2 parts, and BlogPost has 1: id.'],
    [
      'too few parts',
      ['Author.bioEmbeddings', '--key', '1'],
      'the key ["1"] has 1 part, and Author has 4: tenant, number, since, chunk.',
    ],
    ['a key that fits only one vectorizer', ['--key', '1'], 'the key ["1"] has 1 part, and Author has 4'],
    ['a part that is no text', [label, '--key', '[null]'], 'The key [null] cannot be read.'],
    [
      'a number that JSON cannot hold',
      [label, '--key', '[9007199254740993]'],
      'The key [9007199254740993] cannot be read.',
    ],
  ])('refuses %s, and changes nothing', async (_, args, message) => {
    const { code, stdout, stderr } = await retry(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^VZ524 /)
    expect(stderr).toContain(message)
    expect(await givenUp()).toEqual([1, 2, 3])
  })

  test.each([
    [['--step', 'lode'], 'VZ506'],
    [['--all-rows', '--key', '1'], 'VZ506'],
    [['Blog'], 'VZ503'],
  ])('refuses %j', async (args, code) => {
    expect((await retry(...args)).stderr).toMatch(new RegExp(`^${code} `))
    expect(await givenUp()).toEqual([1, 2, 3])
  })

  test('a library call cannot want all rows and some', async () => {
    await expect(retryRows(blog.url, { allRows: true, keys: [1] })).rejects.toMatchObject({ code: 'VZ524' })
  })
})

describe('retry --all-rows', () => {
  test('queues what the filter lets in, from nothing', async () => {
    await blog.insert(['one', 'two', 'three'])
    await batch()
    await blog.query('UPDATE "BlogPost" SET views = 10 WHERE id = 3')
    await batch()
    await blog.insert(['poison'])
    await batch(refusing('poison'))
    const { code, stdout } = await retry(label, '--all-rows')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${label}: 3 rows queued to be embedded again; none of their vectors is kept, and they serve searches until then.\n`,
    })
    expect(await blog.query(`SELECT key_id, attempts, failed_at, error, reembed FROM ${queue} ORDER BY 1`)).toEqual(
      [1, 2, 4].map((key_id) => ({ key_id, attempts: 0, failed_at: null, error: null, reembed: true })),
    )
    const embedder = fakeEmbedder()
    expect(await batch(embedder)).toMatchObject({ embedded: 3 })
    expect(embedder.calls.flat()).toHaveLength(3)
    expect(await retry(label, '--all-rows')).toMatchObject({ code: 0 })
    expect(await batch(embedder)).toMatchObject({ embedded: 3 })
    expect(embedder.calls.flat()).toHaveLength(6)
  })

  test('takes a compound key in its stride, page by page', async () => {
    await blog.query(`INSERT INTO people.authors
      SELECT ('00000000-0000-0000-0000-00000000000' || n % 3)::uuid, n, now(), (ARRAY['plain', 'it''s, "odd"'])[1 + n % 2]::people."Role", 'Bio', '1815-12-10'
      FROM generate_series(1, 20001) n; TRUNCATE ${authorQueue}`)
    expect(await retryRows(blog.url, { vectorizers: ['Author.bioEmbeddings'], allRows: true })).toMatchObject({
      rows: 20_001,
    })
    const [counted] = await blog.query(`SELECT count(*)::int AS rows, bool_and(reembed) AS all FROM ${authorQueue}`)
    expect(counted).toEqual({ rows: 20_001, all: true })
  })

  test('takes a row from the worker that holds it, which would write what is not new', async () => {
    await blog.insert(['one'])
    const hold = gate()
    const working = batch(fakeEmbedder(hold.wait))
    await hold.reached
    expect(await retryRows(blog.url, { vectorizers: [label], allRows: true })).toMatchObject({ rows: 1 })
    hold.open()
    expect(await working).toMatchObject({ claimed: 1, embedded: 0, returned: 1 })
    expect(await blog.query(`SELECT attempts, lease, reembed FROM ${queue}`)).toEqual([
      { attempts: 0, lease: null, reembed: true },
    ])
  })
})
