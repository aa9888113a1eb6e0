// Loading vectors that the application brings: every kind of store, key and type, and how a load proceeds.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import type { VectorizerSpec, VectorType } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../test/support/databases.ts'
import { freshDataFolder } from '../../../test/support/pglite-image.ts'
import { type LoadProgress, loadEmbeddings } from '../src/index.ts'
import { fieldOf, loadTables, mappedAuthor, storeOf, vectorTypes } from './support/load.ts'
import { blogPost } from './support/vectorizers.ts'

const numbers = [0.5, -2, 0, 1, 3, -0.25, 0, 8]
const sparse = new Map([
  [7, 8],
  [0, 0.5],
  [3, 0],
])
const stored: Readonly<Record<VectorType, string>> = {
  vector: '[0.5,-2,0,1,3,-0.25,0,8]',
  halfvec: '[0.5,-2,0,1,3,-0.25,0,8]',
  sparsevec: '{1:0.5,2:-2,4:1,5:3,6:-0.25,8:8}/8',
  bit: '10011001',
}

let database: TestDatabase
let client: pg.Client
let pglite: PGlite
beforeAll(async () => {
  database = await createDatabase({ sql: loadTables })
  client = new pg.Client(database.url)
  await client.connect()
  pglite = await PGlite.create({ extensions: { vector }, loadDataDir: await freshDataFolder() })
  await pglite.exec(loadTables)
})
afterAll(async () => {
  await client.end()
  await database.close()
  await pglite.close()
})
beforeEach(async () => {
  for (const type of vectorTypes) await client.query(`TRUNCATE "BlogPost_${type}"`)
})

const chunks = (count: number, first = 1) =>
  Array.from({ length: count }, (_, index) => ({
    id: first + index,
    chunkSeq: 0,
    chunk: `chunk ${index}`,
    embedding: numbers.map((number) => number + index),
  }))

const countStored = async () => Number((await client.query('SELECT count(*) FROM "BlogPost_vector"')).rows[0]?.count)

/** Through `pg`, where vectors travel binary, and through PGlite itself, as text. */
describe.each(['url', 'pglite'] as const)('%s', (through) => {
  const target = () => (through === 'url' ? database.url : pglite)
  const query = async (sql: string): Promise<Record<string, unknown>[]> =>
    through === 'url' ? (await client.query(sql)).rows : (await pglite.query<Record<string, unknown>>(sql)).rows

  test.each(vectorTypes)('a store of type %s', async (type) => {
    const rows = [
      { id: 1, chunkSeq: 0, chunk: 'one', embedding: numbers },
      { id: 1, chunkSeq: 1, chunk: '{"\\two,', embedding: Float32Array.from(numbers) },
      { id: 2, chunkSeq: 0, chunk: '', embedding: type === 'sparsevec' ? sparse : Float64Array.from(numbers) },
    ]
    const result = await loadEmbeddings({ database: target(), vectorizer: storeOf(type), rows })
    expect(result).toEqual({ rows: 3, seconds: expect.any(Number) })
    const value = stored[type]
    expect(await query(`SELECT id, chunk_seq, chunk, embedding::text FROM "BlogPost_${type}" ORDER BY 1, 2`)).toEqual([
      { id: 1, chunk_seq: 0, chunk: 'one', embedding: value },
      { id: 1, chunk_seq: 1, chunk: '{"\\two,', embedding: value },
      { id: 2, chunk_seq: 0, chunk: '', embedding: type === 'sparsevec' ? '{1:0.5,8:8}/8' : value },
    ])
  })

  test.each(vectorTypes)('a field of type %s, and a list of them', async (type) => {
    const negated = numbers.map((number) => -number)
    const [single, list] = [fieldOf(type), fieldOf(type, true)]
    await query(`UPDATE items SET "${type}" = NULL, "${type}List" = NULL`)
    await loadEmbeddings({ database: target(), vectorizer: single, rows: [{ itemId: 2, embedding: numbers }] })
    const lists = [
      { itemId: 1, embedding: [negated, numbers] },
      { itemId: 2, embedding: [] },
      { itemId: 3, embedding: [numbers] },
    ]
    await loadEmbeddings({ database: target(), vectorizer: list, rows: lists })
    const vectors = `SELECT "${type}"::text AS single, array_length("${type}List", 1) AS length, "${type}List"[2]::text AS second,
      "${type}List"[1]::text AS first FROM items WHERE id < 5 ORDER BY id`
    const value = stored[type]
    expect(await query(vectors)).toEqual([
      { single: null, length: 2, second: value, first: expect.not.stringContaining(value) },
      { single: value, length: null, second: null, first: null },
      { single: null, length: 1, second: null, first: value },
      { single: null, length: null, second: null, first: null },
    ])
    const [empty] = await query(`SELECT "${type}List" = '{}' AS empty FROM items WHERE id = 2`)
    expect(empty).toEqual({ empty: true })
  })

  test('a key of four parts, by the store model’s names, with values of an enum that are mapped', async () => {
    const tenant = '7B0C5F3E-7F7E-4F58-9C3B-0123456789AB'
    await query(`INSERT INTO people.authors (tenant, no, since, chunk)
      SELECT '${tenant}', 9007199254740993, '2024-01-01 00:00:00.123+00', role
      FROM unnest(enum_range(NULL::people."Role")) role ON CONFLICT DO NOTHING`)
    const since = new Date('2024-01-01T00:00:00.123Z')
    const key = { tenant, number: 9007199254740993n }
    const rows = [
      { ...key, since, parentChunk: 'ODD', chunkSeq: 0, chunk: 'odd', embedding: numbers },
      {
        ...key,
        since: '2024-01-01T02:00:00.123+02',
        parentChunk: 'PLAIN',
        chunkSeq: 0,
        chunk: 'plain',
        embedding: numbers,
      },
    ]
    expect(await loadEmbeddings({ database: target(), vectorizer: mappedAuthor, rows })).toMatchObject({ rows: 2 })
    expect(
      await query(
        'SELECT parent_chunk::text, no::text, chunk FROM people.authors_embedding_store ORDER BY parent_chunk',
      ),
    ).toEqual([
      { parent_chunk: 'it\'s, "odd"', no: '9007199254740993', chunk: 'odd' },
      { parent_chunk: 'plain', no: '9007199254740993', chunk: 'plain' },
    ])
  })
})

test.each([
  ['Decimal', 'DECIMAL(10,2)', ['10.50', 7, { toFixed: () => '12.25' }], ['10.50', '7.00', '12.25']],
  ['Boolean', 'BOOLEAN', [true, false], ['false', 'true']],
  ['Bytes', 'BYTEA', [Buffer.from([1, 255])], ['\\x01ff']],
  ['Float', 'DOUBLE PRECISION', [0.1, -1e300], ['-1e+300', '0.1']],
  ['DateTime', 'DATE', [new Date('2024-02-29')], ['2024-02-29']],
  ['DateTime', 'TIMESTAMP(3)', [new Date('2024-02-29T12:00:00.5Z')], ['2024-02-29 12:00:00.5']],
  ['String', 'CHAR(3)', ['ab'], ['ab']],
  ['String', 'VARCHAR(3)', ['a"b', 'ä\\,'], ['a"b', 'ä\\,']],
  ['BigInt', 'BIGINT', [7, -9223372036854775808n], ['-9223372036854775808', '7']],
] as const)('keys of type %s, %s', async (type, sqlType, keys, expected) => {
  await client.query(`DROP TABLE IF EXISTS keyed_store, keyed; CREATE TABLE keyed (key ${sqlType} PRIMARY KEY);
    CREATE TABLE keyed_store (key ${sqlType} REFERENCES keyed, chunk_seq int, chunk text, embedding vector(8), UNIQUE (key, chunk_seq))`)
  for (const value of expected)
    await client.query(
      `INSERT INTO keyed VALUES ($1::text::${sqlType.replace(/\(.*/, '').replace('CHAR', 'BPCHAR').replace('VARBPCHAR', 'VARCHAR')})`,
      [value],
    )
  const key = [{ field: 'key', column: 'key', type, sqlType, storeField: 'key', storeColumn: 'key' }]
  const vectorizer: VectorizerSpec = {
    ...blogPost,
    source: { ...blogPost.source, table: 'keyed', key },
    store: { ...blogPost.store, table: 'keyed_store' },
  }
  const rows = keys.map((value) => ({ key: value, chunkSeq: 0, chunk: '', embedding: numbers }))
  expect(await loadEmbeddings({ database: database.url, vectorizer, rows })).toMatchObject({ rows: keys.length })
  const { rows: found } = await client.query('SELECT rtrim(key::text) AS key FROM keyed_store ORDER BY 1')
  expect(found.map(({ key: value }) => value)).toEqual([...expected].sort())
})

test('by name, in the registry’s tables as they are called today, and by the pool of the caller', async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  await client.query('ALTER TABLE "BlogPost_bit" RENAME TO renamed')
  try {
    const byLabel = { database: pool, vectorizer: 'BlogPost.bitEmbeddings', rows: chunks(1) }
    expect(await loadEmbeddings(byLabel)).toMatchObject({ rows: 1 })
    expect(await loadEmbeddings({ ...byLabel, vectorizer: 'BlogPost_bit', rows: chunks(2) })).toMatchObject({ rows: 2 })
    const field = { itemId: 4, embedding: numbers }
    expect(await loadEmbeddings({ database: pool, vectorizer: 'Item.vector', rows: [field] })).toMatchObject({
      rows: 1,
    })
    const { rows } = await pool.query('SELECT count(*)::int FROM renamed')
    expect(rows).toEqual([{ count: 2 }])
  } finally {
    await client.query('ALTER TABLE renamed RENAME TO "BlogPost_bit"')
    await pool.end()
  }
})

describe('what is stored already', () => {
  const vectorizer = storeOf('vector')
  const load = (rows: ReturnType<typeof chunks>, onConflict?: 'update' | 'error') =>
    loadEmbeddings({ database: database.url, vectorizer, rows, onConflict })

  test('is replaced, other chunks stay', async () => {
    await load([...chunks(2), { id: 1, chunkSeq: 1, chunk: 'stays', embedding: numbers }])
    const [first] = chunks(1)
    await load([{ ...first, chunk: 'replaced', embedding: numbers.map(() => 1) } as never])
    const { rows } = await client.query('SELECT chunk, embedding::text FROM "BlogPost_vector" ORDER BY id, chunk_seq')
    expect(rows).toMatchObject([
      { chunk: 'replaced', embedding: '[1,1,1,1,1,1,1,1]' },
      { chunk: 'stays' },
      { chunk: 'chunk 1' },
    ])
  })

  test('is an error that names it, and nothing of its batch is stored', async () => {
    await load(chunks(1, 3))
    const refused = load(chunks(4), 'error')
    await expect(refused).rejects.toMatchObject({
      code: 'VZ516',
      rows: 0,
      message: `VZ516 BlogPost.vectorEmbeddings: rows 1 to 4 could not be stored: the store already holds row 3 (id 3, chunk 0). Nothing is stored.
  why: \`onConflict\` is 'error'.
  fix: Pass \`onConflict: 'update'\` to replace what is stored.`,
    })
    expect(await countStored()).toBe(1)
    expect(await load(chunks(2), 'error')).toMatchObject({ rows: 2 })
  })

  test('is an error in a column, too', async () => {
    const field = fieldOf('halfvec')
    const rows = [21, 22, 23].map((itemId) => ({ itemId, embedding: numbers }))
    await client.query('UPDATE items SET halfvec = NULL')
    await loadEmbeddings({ database: database.url, vectorizer: field, rows: rows.slice(1, 2), onConflict: 'error' })
    const all = { database: database.url, vectorizer: field, rows }
    await expect(loadEmbeddings({ ...all, onConflict: 'error' })).rejects.toThrow(
      'VZ516 Item.halfvec: rows 1 to 3 could not be stored: there is a vector already in row 2 (itemId 22).',
    )
    expect((await client.query('SELECT id FROM items WHERE halfvec IS NOT NULL')).rows).toEqual([{ id: 22 }])
    expect(await loadEmbeddings(all)).toMatchObject({ rows: 3 })
  })
})

describe('how a load proceeds', () => {
  const options = { vectorizer: storeOf('vector'), batchSize: 10, concurrency: 1 } as const

  test('progress is told after each batch, the last one smaller', async () => {
    const told: LoadProgress[] = []
    const rows = chunks(25)
    await loadEmbeddings({ ...options, database: database.url, rows, onProgress: (progress) => told.push(progress) })
    expect(told.map(({ rows: count }) => count)).toEqual([10, 20, 25])
    for (const { rows: count, seconds, rowsPerSecond } of told) expect(rowsPerSecond).toBeCloseTo(count / seconds)
  })

  test('no row at all is no error', async () => {
    expect(await loadEmbeddings({ ...options, database: database.url, rows: [] })).toMatchObject({ rows: 0 })
  })

  test('rows are pulled no faster than they are stored, whatever the iterable', async () => {
    for (const concurrency of [1, 3]) {
      let pulled = 0
      let storedRows = 0
      let ahead = 0
      function* generate() {
        for (const row of chunks(200)) {
          ahead = Math.max(ahead, ++pulled - storedRows)
          yield row
        }
      }
      async function* generateLater() {
        yield* generate()
      }
      for (const rows of [generate(), generateLater()]) {
        pulled = 0
        storedRows = 0
        const onProgress = (progress: LoadProgress) => {
          storedRows = progress.rows
        }
        await loadEmbeddings({ ...options, database: database.url, concurrency, rows, onProgress })
        expect(pulled).toBe(200)
      }
      // Those on their way, and those that are being collected.
      expect(ahead).toBeLessThanOrEqual(10 * (concurrency + 1))
      // How many of those there are at once is the database's to say, but there is one at least.
      expect(ahead).toBeGreaterThanOrEqual(10)
    }
  })

  test('a vector may be used again for the next row', async () => {
    const embedding = new Float32Array(8)
    function* generate() {
      for (let id = 1; id <= 15; id++) yield { id, chunkSeq: 0, chunk: '', embedding: embedding.fill(id) }
    }
    await loadEmbeddings({ ...options, database: database.url, rows: generate() })
    const { rows } = await client.query(`SELECT FROM "BlogPost_vector" WHERE embedding::text LIKE '[' || id || ',%'`)
    expect(rows).toHaveLength(15)
  })

  test('an aborted load ends at once, though the next row never comes, and says what is stored', async () => {
    const controller = new AbortController()
    const enough = new Error('enough')
    let ended = false
    async function* generate() {
      try {
        yield* chunks(20)
        await new Promise(() => {})
      } finally {
        ended = true
      }
    }
    const load = loadEmbeddings({
      ...options,
      database: database.url,
      rows: generate(),
      signal: controller.signal,
      onProgress: ({ rows }) => rows === 20 && controller.abort(enough),
    })
    await expect(load).rejects.toMatchObject({
      code: 'VZ517',
      rows: 20,
      message:
        'VZ517 BlogPost.vectorEmbeddings: the load was stopped by its signal. 20 rows of other batches are stored.\n  why: enough',
      cause: enough,
    })
    expect(await countStored()).toBe(20)
    // A generator that waits cannot be ended.
    expect(ended).toBe(false)
  })

  test('an aborted load ends the iterable that is not waiting', async () => {
    const controller = new AbortController()
    let ended = false
    function* generate() {
      try {
        for (const row of chunks(100)) {
          if (row.id === 35) controller.abort()
          yield row
        }
      } finally {
        ended = true
      }
    }
    const { signal } = controller
    const load = loadEmbeddings({ ...options, database: database.url, rows: generate(), signal })
    await expect(load).rejects.toMatchObject({ code: 'VZ517', rows: 30 })
    expect([ended, await countStored()]).toEqual([true, 30])
    const aborted = loadEmbeddings({ ...options, database: database.url, rows: chunks(1, 50), signal })
    await expect(aborted).rejects.toMatchObject({ code: 'VZ517', rows: 0 })
  })

  test('an error of the iterable ends the load with what is stored', async () => {
    const failure = new Error('the file ends here')
    async function* generate() {
      yield* chunks(25)
      throw failure
    }
    await expect(loadEmbeddings({ ...options, database: database.url, rows: generate() })).rejects.toMatchObject({
      code: 'VZ517',
      rows: 20,
      cause: failure,
      why: 'the file ends here',
    })
    expect(await countStored()).toBe(20)
  })

  test('a batch that fails in the middle ends the load; the batches before it stay, it and later rows do not come', async () => {
    const rows = chunks(100).map((row) => (row.id === 35 ? { ...row, id: 9_999 } : row))
    let pulled = 0
    function* generate() {
      for (const row of rows) {
        pulled++
        yield row
      }
    }
    await expect(loadEmbeddings({ ...options, database: database.url, rows: generate() })).rejects.toMatchObject({
      code: 'VZ516',
      rows: 30,
      message: `VZ516 BlogPost.vectorEmbeddings: rows 31 to 40 could not be stored: there is no BlogPost for row 35 (id 9999, chunk 0). 30 rows of other batches are stored.
  why: An embedding belongs to a row, which has to be there first.
  fix: Insert the rows of BlogPost first, or leave these out.`,
    })
    expect(await countStored()).toBe(30)
    expect(pulled).toBeLessThanOrEqual(50)
  })
})
