// What a load refuses: options, names and rows before anything of them is written, batches as a whole.
import type { AnySpec } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../test/support/databases.ts'
import { type LoadOptions, loadEmbeddings } from '../src/index.ts'
import { fieldOf, loadTables, mappedAuthor, storeOf } from './support/load.ts'
import { blogPost } from './support/vectorizers.ts'

const numbers = [0.5, -2, 0, 1, 3, -0.25, 0, 8]
const good = (id = 1) => ({ id, chunkSeq: 0, chunk: 'text', embedding: numbers as unknown })

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createDatabase({ sql: loadTables })
  client = new pg.Client(database.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.close()
})

const load = (options: object) =>
  loadEmbeddings({
    database: database.url,
    vectorizer: storeOf('vector'),
    rows: [],
    ...options,
  } as unknown as LoadOptions<string>)

/** Of the last of two rows, each a batch of its own: the first is stored. */
const second = (row: unknown, vectorizer: AnySpec = storeOf('vector')) =>
  load({ vectorizer, batchSize: 1, concurrency: 1, rows: [vectorizer.kind === 'vector' ? first : good(), row] })
const first = { itemId: 1, embedding: numbers }

test.each([
  [{ batchSize: 0 }, '`batchSize` is 0.\n  fix: Use a whole number from 1 to 10000.'],
  [{ batchSize: 1.5 }, '`batchSize` is 1.5.'],
  [{ concurrency: 101 }, '`concurrency` is 101.\n  fix: Use a whole number from 1 to 100.'],
  [{ onConflict: 'ignore' }, "`onConflict` is 'ignore'.\n  fix: Use 'update' or 'error'."],
  [{ rows: 7 }, '`rows` is 7, which cannot be iterated.'],
  [{ rows: {} }, '`rows` is [object Object], which cannot be iterated.'],
  [{ vectorizer: { name: 'x' } }, '`vectorizer` is neither a name nor a vectorizer of the manifest.'],
  [{ vectorizer: undefined }, '`vectorizer` is neither a name nor a vectorizer of the manifest.'],
])('options: %j', async (options, says) => {
  await expect(load(options)).rejects.toThrow(`VZ306 loadEmbeddings: ${says}`)
})

describe('a vectorizer that is not there', () => {
  test('by name', async () => {
    await expect(load({ vectorizer: 'BlogPost.embedding' })).rejects.toThrow(
      /VZ503 The database has no vectorizer `BlogPost.embedding`.\n {2}fix: It has: .*BlogPost.bitEmbeddings.*Item.vector/,
    )
  })

  test('of a version that is not known, by spec and by name', async () => {
    const future = { ...storeOf('vector'), name: 'future', version: 2 }
    await expect(load({ vectorizer: future })).rejects.toThrow('VZ505 future has a spec of version 2')
    await client.query(
      `INSERT INTO vectorizer.vectorizer (name, source, store, spec) VALUES ('future', 'items', 'items', '{"version": 2}')`,
    )
    await expect(load({ vectorizer: 'future' })).rejects.toThrow('VZ505 future has a spec of version 2')
    await client.query(`DELETE FROM vectorizer.vectorizer WHERE name = 'future'`)
  })

  test('whose table was dropped, whose store was not made, whose column is another', async () => {
    const spec = { ...storeOf('vector'), name: 'dropped', accessor: 'dropped' }
    await client.query('CREATE TABLE dropped ()')
    await client.query(
      `INSERT INTO vectorizer.vectorizer (name, source, store, spec) VALUES ('dropped', '"BlogPost"', 'dropped', $1)`,
      [JSON.stringify({ ...spec, store: { ...spec.store, table: 'dropped' } })],
    )
    await client.query('DROP TABLE dropped')
    await expect(load({ vectorizer: 'dropped' })).rejects.toThrow(
      'VZ307 BlogPost.dropped: the database no longer has the table `dropped`.',
    )
    const absent = { ...spec, store: { ...spec.store, table: 'absent' } }
    await expect(load({ vectorizer: absent, rows: [good()] })).rejects.toThrow(
      /VZ307 BlogPost.dropped: the database lacks it: relation "absent" does not exist. Nothing is stored./,
    )
    const other = fieldOf('vector')
    const renamed = { ...other, store: { ...other.store, column: 'other' } }
    await expect(load({ vectorizer: renamed, rows: [first] })).rejects.toThrow(/VZ307 .* "other"/)
    await client.query(`DELETE FROM vectorizer.vectorizer WHERE name = 'dropped'`)
  })
})

describe('a row that is not valid', () => {
  const { embedding: _, ...withoutEmbedding } = good(2)
  const author = { tenant: '7b0c5f3e-7f7e-4f58-9c3b-0123456789ab', number: 1n, since: new Date(0), parentChunk: 'ODD' }
  const rest = { chunkSeq: 0, chunk: 'text', embedding: numbers }

  test.each<[unknown, string]>([
    [null, 'VZ306 …: it is null, not an object.'],
    [withoutEmbedding, 'VZ306 …: `embedding` is missing.'],
    [{ ...good(2), id: undefined }, 'VZ306 …: `id` is missing.'],
    [{ ...good(2), id: '2' }, "VZ306 …: `id` is '2', not a whole number."],
    [{ ...good(2), id: 2.5 }, 'VZ306 …: `id` is 2.5, not a whole number.'],
    [{ ...good(2), id: null }, 'VZ306 …: `id` is null, not a whole number.'],
    [{ ...good(2), chunkseq: 1 }, 'VZ306 …: it has a field `chunkseq`.'],
    [{ ...good(2), chunkSeq: -1 }, 'VZ306 …: `chunkSeq` is -1, not a whole number from 0.'],
    [{ ...good(2), chunk: 7 }, 'VZ306 …: `chunk` is 7, not a string.'],
    [
      { ...good(2), embedding: 'x'.repeat(99) },
      'VZ306 …: `embedding` is a string of 99 characters, not an array of numbers',
    ],
    [
      { ...good(2), embedding: new Map([[0, 1]]) },
      'VZ306 …: `embedding` is a Map, not an array of numbers or a typed array.',
    ],
    [{ ...good(2), embedding: numbers.slice(1) }, 'VZ301 …: the vector has 7 dimensions, the store has 8.'],
    [{ ...good(2), embedding: numbers.with(3, Number.NaN) }, 'VZ302 …: element 3 of the vector is NaN'],
    [{ ...good(2), embedding: numbers.with(3, 1e39) }, 'VZ302 …: element 3 of the vector is 1e+39'],
    [{ ...good(2), embedding: Array(8) }, 'VZ302 …: element 0 of the vector is undefined'],
  ])('%j', async (row, says) => {
    const failure = await second(row).catch((error: unknown) => error)
    expect(failure).toMatchObject({ rows: 1, message: expect.stringContaining('1 row of another batch is stored.') })
    expect(failure).toMatchObject({
      message: expect.stringContaining(says.replace('…', 'BlogPost.vectorEmbeddings, row 2')),
    })
  })

  test.each<[string, AnySpec, unknown, string]>([
    [
      'halfvec',
      storeOf('halfvec'),
      { ...good(2), embedding: numbers.with(0, 65_520) },
      'VZ302 …: element 0 of the vector is 65520, more than half precision can hold.',
    ],
    ['bit', storeOf('bit'), { ...good(2), embedding: [1, 0] }, 'VZ301 …: the vector has 2 dimensions'],
    [
      'sparsevec',
      storeOf('sparsevec'),
      { ...good(2), embedding: new Map([[8, 1]]) },
      'VZ301 …: the sparse vector has an element at index 8',
    ],
    [
      'sparsevec',
      storeOf('sparsevec'),
      { ...good(2), embedding: new Map([[-1, 1]]) },
      'VZ306 …: the sparse vector has an element at -1',
    ],
    [
      'a column',
      fieldOf('vector'),
      { itemId: 2, chunk: 'x', embedding: numbers },
      'VZ306 …: it has a field `chunk`.\n  fix: (none)',
    ],
    [
      'a list',
      fieldOf('vector', true),
      { itemId: 2, embedding: 7 },
      'VZ306 …: `embedding` is 7, not an array of vectors.',
    ],
    [
      'a list',
      fieldOf('vector', true),
      { itemId: 2, embedding: [numbers, [1]] },
      'VZ301 …, vector 1: the vector has 1 dimensions',
    ],
  ])('of %s', async (_name, spec, row, says) => {
    const start = spec.kind === 'vector' && spec.list ? { itemId: 1, embedding: [numbers] } : undefined
    const failing = start ? load({ vectorizer: spec, batchSize: 1, rows: [start, row] }) : second(row, spec)
    const label = `${spec.source.model}.${spec.accessor}, row 2`
    await expect(failing).rejects.toThrow(says.replace('…', label).replace('\n  fix: (none)', ''))
  })

  test.each<[object, string]>([
    [{ tenant: 'x' }, "`tenant` is 'x', not a UUID"],
    [{ number: 2 ** 53 }, '`number` is 9007199254740992, not a bigint or a whole number below 2^53'],
    [{ since: new Date(Number.NaN) }, '`since` is a Date, not a Date or its text'],
    [{ parentChunk: 'plain' }, "`parentChunk` is 'plain', not one of ODD, PLAIN"],
    [{ chunk: undefined }, '`chunk` is missing'],
  ])('of a key of four parts: %j', async (wrong, says) => {
    const rows = [{ ...author, ...rest, ...wrong }]
    await expect(load({ vectorizer: mappedAuthor, rows })).rejects.toThrow(
      `VZ306 Author.bioEmbeddings, row 1: ${says}. Nothing is stored.`,
    )
  })

  test('says which name may be meant, and what there is', async () => {
    await expect(second({ ...good(2), chunkseq: 1 })).rejects.toThrow(
      'fix: A row has id, chunkSeq, chunk, embedding, and nothing else. Did you mean `chunkSeq`?',
    )
  })

  test('twice in one batch; in another it replaces', async () => {
    const rows = [good(1), good(2), { ...good(2), chunkSeq: 1 }, good(2)]
    await expect(load({ rows })).rejects.toThrow(
      'VZ306 BlogPost.vectorEmbeddings, row 4: row 2 has the same key (id 2, chunk 0). Nothing is stored.',
    )
    await expect(load({ vectorizer: fieldOf('vector'), rows: [first, first] })).rejects.toThrow(
      'VZ306 Item.vector, row 2: row 1 has the same key (itemId 1).',
    )
    const upper = { ...author, ...rest, tenant: author.tenant.toUpperCase() }
    await expect(load({ vectorizer: mappedAuthor, rows: [{ ...author, ...rest }, upper] })).rejects.toThrow(
      'VZ306 Author.bioEmbeddings, row 2: row 1 has the same key (tenant 7b0c5f3e-',
    )
    expect(await load({ rows, batchSize: 3 })).toMatchObject({ rows: 4 })
  })

  test('but a NUL in a chunk is replaced, as the worker does', async () => {
    await load({ rows: [{ ...good(3), chunk: 'a\0b\ud800' }] })
    const { rows } = await client.query('SELECT chunk FROM "BlogPost_vector" WHERE id = 3')
    expect(rows).toEqual([{ chunk: 'a\ufffdb\ufffd' }])
  })
})

describe('a batch that the database refuses', () => {
  test('names five of the keys that have no parent', async () => {
    const rows = [good(1), ...Array.from({ length: 7 }, (_, index) => good(1_000 + index))]
    await expect(load({ rows })).rejects.toThrow(
      /^VZ516 .*: rows 1 to 8 could not be stored: there is no BlogPost for row 2 \(id 1000, chunk 0\), .*row 6 \(id 1004, chunk 0\), and 2 more. Nothing is stored.$/m,
    )
  })

  test('names the key without a row in a column store, and no vector is set', async () => {
    await client.query('UPDATE items SET vector = NULL')
    const rows = [first, { itemId: 777, embedding: numbers }]
    await expect(load({ vectorizer: fieldOf('vector'), rows })).rejects.toThrow(
      'VZ516 Item.vector: rows 1 to 2 could not be stored: there is no Item for row 2 (itemId 777). Nothing is stored.',
    )
    expect((await client.query('SELECT FROM items WHERE vector IS NOT NULL')).rows).toEqual([])
  })

  test('never takes a key that is too long for a shorter one', async () => {
    await client.query(`CREATE TABLE short_store (key varchar(3) NOT NULL, chunk_seq int, chunk text, embedding vector(8), UNIQUE (key, chunk_seq));
      CREATE TABLE short (key varchar(3) PRIMARY KEY, embedding vector(8)); INSERT INTO short VALUES ('abc')`)
    const key = [
      { field: 'key', column: 'key', type: 'String', sqlType: 'VARCHAR(3)', storeField: 'key', storeColumn: 'key' },
    ]
    const source = { ...blogPost.source, table: 'short', key }
    const inTable = { ...blogPost, source, store: { ...blogPost.store, table: 'short_store' } }
    const rows = [{ key: 'abcd', chunkSeq: 0, chunk: '', embedding: numbers }]
    await expect(load({ vectorizer: inTable, rows })).rejects.toThrow(
      /VZ516 .*: row 1 could not be stored. Nothing is stored.\n {2}why: value too long for type character varying\(3\)/,
    )
    const inColumn = {
      ...fieldOf('vector'),
      source,
      store: { ...fieldOf('vector').store, table: 'short', column: 'embedding' },
    }
    await expect(load({ vectorizer: inColumn, rows: [{ key: 'abcd', embedding: numbers }] })).rejects.toThrow(
      'there is no BlogPost for row 1 (key abcd)',
    )
  })

  test('says what PostgreSQL says, without the texts', async () => {
    await client.query(`ALTER TABLE "BlogPost_bit" ADD CONSTRAINT plain CHECK (chunk NOT LIKE 'secret%')`)
    const rows = [{ ...good(1), chunk: 'secret text' }, good(2)]
    const failure = await load({ vectorizer: storeOf('bit'), rows }).catch((error: Error) => error)
    expect(failure).toMatchObject({
      code: 'VZ516',
      fact: 'BlogPost.bitEmbeddings: rows 1 to 2 could not be stored. Nothing is stored.',
      why: 'new row for relation "BlogPost_bit" violates check constraint "plain"',
      cause: { code: '23514' },
    })
  })

  test('of dimensions that the store no longer has', async () => {
    const shorter = { ...storeOf('vector'), dimensions: 3 }
    await expect(load({ vectorizer: shorter, rows: [{ ...good(), embedding: [1, 2, 3] }] })).rejects.toThrow(
      /VZ516 .*\n {2}why: expected 8 dimensions, not 3/,
    )
  })
})

test('no database is VZ501, one that cannot be reached VZ507', async () => {
  await expect(load({ database: undefined })).rejects.toThrow('VZ501')
  await expect(load({ database: 'postgresql://localhost:1/none' })).rejects.toThrow('VZ507')
})

test('what onProgress throws ends the load after the batch that it was told of', async () => {
  const failure = new Error('progress')
  const onProgress = () => {
    throw failure
  }
  await expect(load({ rows: [good(1)], onProgress })).rejects.toMatchObject({ code: 'VZ517', rows: 1, cause: failure })
})

test('a row of the source twice in a batch, in two spellings of its key', async () => {
  await client.query(
    'CREATE TABLE priced (price numeric PRIMARY KEY, embedding vector(8)); INSERT INTO priced VALUES (1)',
  )
  const key = [
    { field: 'price', column: 'price', type: 'Decimal', sqlType: 'DECIMAL', storeField: 'price', storeColumn: 'price' },
  ]
  const field = fieldOf('vector')
  const vectorizer = {
    ...field,
    source: { ...field.source, table: 'priced', key },
    store: { ...field.store, table: 'priced', column: 'embedding' },
  }
  const rows = ['1', '1.0'].map((price) => ({ price, embedding: numbers }))
  await expect(load({ vectorizer, rows })).rejects.toThrow(
    /VZ516 Item.vector: rows 1 to 2 could not be stored: nothing was updated for row [12] \(price 1/,
  )
})

/** The last: nothing of it comes back. */
test('a database without pgvector and registry', async () => {
  await client.query('DROP SCHEMA vectorizer CASCADE; DROP EXTENSION vector CASCADE')
  await expect(load({})).rejects.toThrow('VZ307 BlogPost.vectorEmbeddings: the database has no extension `vector`.')
  await expect(load({ vectorizer: 'BlogPost.x' })).rejects.toThrow(
    /^VZ503 The database has no vectorizer `BlogPost.x`.$/,
  )
})
