// Vectors in columns of the model itself: rows by their own distance, without chunks.
import type { Embedder, VectorFieldSpec, VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { insertSamples, randomNumbers, randomVector, sampleRows } from './support/sample-vectors.ts'

const east = [1, 0, 0]
const samples = sampleRows(60)
const sparseField = { vectorizer: 'sparse' } as const
type Connection = { $queryRawUnsafe<T>(text: string): PromiseLike<T> }

const compass: Embedder = {
  name: 'test/compass',
  embed: async (texts) => ({ vectors: texts.map((text) => (text === 'east' ? east : [-1, 0, 0])), tokens: undefined }),
}

describe.each(adapters)('findSimilar by a column over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(createVectorizer(manifest)({ embedder: async () => compass }))
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    const [tables, rows] = [await fixtureSql('tables'), await fixtureSql('rows')]
    fixture = await openFixture(adapter, `${tables}\n${rows}\n${insertSamples(samples)}`)
    db = extend()
  })
  afterAll(() => fixture.close())

  it('returns rows nearest first, without a chunk, and none whose vector is NULL', async () => {
    const notes = await db.note.findSimilar(east)
    expect(notes.map((note) => note.text)).toEqual(['east', 'northeast', 'north', 'west'])
    expect({ ...notes[0] }).toEqual({ id: 4, text: 'east', _distance: 0, _score: 1 })
    // Half precision, which is what the index holds, would say 0.2002.
    expect(notes[1]?._distance).toBeCloseTo(0.2, 6)
  })

  it('filters, selects and omits as findMany does', async () => {
    const some = await db.note.findSimilar(east, { where: { id: { in: [2, 4, 5] } }, select: { text: true } })
    expect(some.map((note) => ({ ...note }))).toEqual([
      { text: 'east', _distance: 0, _score: 1 },
      { text: 'north', _distance: 1, _score: 0 },
    ])
    expect(Object.keys(some[0] ?? {})).not.toContain('id')
    expect(await db.note.findSimilar(east, { where: { text: '' } })).toEqual([])
    expect(await db.note.findSimilar(east, { where: { text: 'south' } })).toEqual([])
    const [first] = await db.note.findSimilar(east, { take: 1, omit: { id: true } })
    expect(Object.keys(first ?? {})).toEqual(['text', '_distance', '_score'])
  })

  it('leaves out NULL vectors among thousands that pass a filter', async () => {
    const found = db.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`INSERT INTO "Note" SELECT n, 'many', CASE n % 2 WHEN 0 THEN '[0.5,0.5,0]'::vector END
        FROM generate_series(1000, 3999) n`)
      const notes = await tx.note.findSimilar([0, 0, 1], { where: { text: 'many' }, take: 2000 })
      throw Object.assign(new Error('rolled back'), { count: notes.length, odd: notes.some(({ id }) => id % 2) })
    })
    await expect(found).rejects.toMatchObject({ count: 1500, odd: false })
  })

  it('searches a model with both by the one that is named', async () => {
    const byTitle = await db.article.findSimilar(east, { vectorizer: 'titleEmbeddings' })
    expect(byTitle.map(({ id, _chunk }) => [id, _chunk.chunk])).toEqual([
      [1, 'east'],
      [2, 'north'],
    ])
    const bySummary = await db.article.findSimilar(east, { vectorizer: 'summaryVector' })
    expect(bySummary.map(({ id, _distance }) => [id, _distance])).toEqual([
      [2, 2],
      [1, expect.closeTo(Math.sqrt(17), 5)],
    ])
    expect(bySummary[0]).not.toHaveProperty('_chunk')
    expect(await db.articleTitleEmbeddings.findSimilar(east, { take: 1, select: { chunk: true } })).toMatchObject([
      { chunk: 'east' },
    ])
  })

  it('embeds a text with the model of the vectorizer', async () => {
    expect((await db.note.findSimilar('east', { take: 1 })).map((note) => note.text)).toEqual(['east'])
    const [article] = await db.article.findSimilar('east', { vectorizer: 'summaryVector', take: 1 })
    expect(article?.title).toBe('North')
  })

  it('leaves the settings of every index as they were', async () => {
    const settings = (connection: Connection) =>
      connection.$queryRawUnsafe<object[]>(
        `SELECT name, setting FROM pg_settings WHERE name ~ '^(hnsw|ivfflat)\\.' ORDER BY name`,
      )
    const search = async (client: Pick<typeof db, 'sample'>) => {
      await client.sample.findSimilar([1, 2, 3, 4], { vectorizer: 'dense' })
      await client.sample.findSimilar([1, 2, 3, 4], { vectorizer: 'dense', where: { kind: 'NOTE' } })
      await client.sample.findSimilar([1, 2, 3, 4], { vectorizer: 'half', where: { label: 'none' } })
    }
    await search(db)
    const before = await settings(db)
    await search(db)
    expect(await settings(db)).toEqual(before)
    await db.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL ivfflat.probes = 3')
      await tx.$executeRawUnsafe('SET LOCAL hnsw.ef_search = 77')
      const own = await settings(tx)
      expect(own).not.toEqual(before)
      await search(tx)
      expect(await settings(tx)).toEqual(own)
    })
  })

  it('searches where the index is of an extension that is not loaded', async () => {
    const spec = { ...manifest.vectors[0], index: diskann } as VectorFieldSpec
    const client = fixture.prisma.$extends(createVectorizer({ ...manifest, vectors: [spec] } as never)())
    const search = client as unknown as typeof db
    const setting = `SELECT coalesce(current_setting('diskann.query_search_list_size', true), '') AS value`
    for (const args of [{}, { where: { kind: 'NOTE' } }] as const) {
      const expected = await db.sample.findSimilar([1, 2, 3, 4], { vectorizer: 'dense', ...args })
      expect(expected).toHaveLength(10)
      await search.$transaction(async (tx) => {
        expect(await tx.sample.findSimilar([1, 2, 3, 4], { vectorizer: 'dense', ...args })).toEqual(expected)
        expect(await tx.$queryRawUnsafe(setting)).toEqual([{ value: '' }])
      })
    }
  })

  it('takes a sparse query as it takes the same vector in full', async () => {
    const dense = randomVector('sparsevec', randomNumbers(3))
    const sparse = new Map([...dense.entries()].reverse())
    const byDense = await db.sample.findSimilar(dense, { vectorizer: 'sparse' })
    expect(byDense).toHaveLength(10)
    expect(await db.sample.findSimilar(sparse, { vectorizer: 'sparse' })).toEqual(byDense)
    expect(await db.sample.findSimilar(Float64Array.from(dense), { vectorizer: 'sparse' })).toEqual(byDense)
    // Nothing in common with any row, but a vector all the same.
    const none = await db.sample.findSimilar(new Map([[7, 1e-60]]), { vectorizer: 'sparse', take: 1 })
    expect(none.map((row) => row._distance + 0)).toEqual([0])
  })

  it('takes numbers above 0 as ones where the type is bit', async () => {
    const [row] = samples.filter(({ vectors }) => vectors.bit)
    const query = row?.vectors.bit?.map((bit) => (bit ? 0.25 : -3)) ?? []
    const [found] = await db.sample.findSimilar(query, { vectorizer: 'bits', take: 1 })
    expect(found).toMatchObject({ _distance: 0, _score: 1, bits: row?.vectors.bit?.join('') })
    expect(await db.sample.findSimilar(Array(16).fill(0), { vectorizer: 'bits', take: 1 })).toHaveLength(1)
  })
})

const diskann = {
  kind: 'diskann',
  storageLayout: null,
  numNeighbors: null,
  searchListSize: null,
  maxAlpha: null,
  numDimensions: null,
  numBitsPerDimension: null,
} as const

describe.each(adapters)('vectors longer than the type vector over %s', (adapter) => {
  const [, , bits, sparse] = manifest.vectors
  const longer = [
    { ...bits, dimensions: 17_000, index: { kind: 'hnsw', m: 4, efConstruction: 16, halfvec: false, bit: false } },
    { ...sparse, dimensions: 1_000_000 },
  ]
  let fixture: Fixture
  const extend = () =>
    fixture.prisma.$extends(createVectorizer({ ...manifest, vectors: longer } as unknown as typeof manifest)())

  beforeAll(async () => {
    const tables = (await fixtureSql('tables'))
      .replace('BIT(16)', 'BIT(17000)')
      .replace('sparsevec(40)', 'sparsevec(1000000)')
      .replace('USING ivfflat ("bits" bit_hamming_ops) WITH (lists = 1)', 'USING hnsw ("bits" bit_hamming_ops)')
    fixture = await openFixture(
      adapter,
      `${tables}
      INSERT INTO "samples" ("kind", "sample_no", "label", "bits", "sparse")
        SELECT 'NOTE', n, n, rpad(repeat('1', n), 17000, '0')::bit(17000), ('{1:1,' || 900000 + n || ':' || n || '}/1000000')::sparsevec
        FROM generate_series(1, 20) n`,
    )
  })
  afterAll(() => fixture.close())

  it('are found by a long bit query', async () => {
    const query = Array.from({ length: 17_000 }, (_, index) => (index < 5 ? 1 : -1))
    const found = await extend().sample.findSimilar(query, { vectorizer: 'bits', take: 3 })
    expect(found.map(({ number, _distance }) => [number, _distance])).toEqual([
      [5, 0],
      [expect.any(Number), 1],
      [expect.any(Number), 1],
    ])
  })

  it('are found by a long sparse query, written either way', async () => {
    const dense = new Float32Array(1_000_000)
    dense[0] = 1
    dense[900_006] = 3
    const elements = new Map([
      [0, 1],
      [900_006, 3],
    ])
    for (const query of [dense, elements]) {
      const found = await extend().sample.findSimilar(query, { vectorizer: 'sparse', take: 1 })
      expect(found.map(({ number, _distance }) => [number, _distance])).toEqual([[7, -22]])
    }
  })
})

describe('a search by a column that cannot run', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture('pglite')
  })
  afterAll(() => fixture.close())

  const failure = async (model: 'note' | 'sample' | 'article', query: unknown, args?: object, spec?: object) => {
    const vectors = manifest.vectors.map((each) => ({ ...each, ...spec }))
    const db = fixture.prisma.$extends(createVectorizer({ ...manifest, vectors } as unknown as typeof manifest)())
    const search = db[model].findSimilar as (query: unknown, args?: object) => Promise<unknown>
    const error = await search.call(db[model], query, args).catch((reason: unknown) => reason)
    const { code, message } = error as { code: string; message: string }
    return { code, message }
  }

  it.each([
    ['a text', 'east', {}, 'VZ304', 'the vector field Sample.dense has none.'],
    ['an index beyond the dimensions', new Map([[40, 1]]), sparseField, 'VZ301', 'at index 40, the store has 40'],
    ['an index below 0', new Map([[-1, 1]]), sparseField, 'VZ306', 'an element at -1, which is no index'],
    ['half an index', new Map([[0.5, 1]]), sparseField, 'VZ306', 'an element at 0.5, which is no index'],
    ['an element that is NaN', new Map([[1, Number.NaN]]), sparseField, 'VZ302', 'element 1 of the vector is NaN'],
    ['a sparse vector for dense ones', new Map([[1, 1]]), {}, 'VZ306', 'sparse vector, and "dense" is of type vector'],
    ['bits of another length', [1, 0, 1], { vectorizer: 'bits' }, 'VZ301', 'has 3 dimensions, the store has 16'],
    ['no direction', [0, 0, 0, 0], {}, 'VZ306', 'every element of the vector is zero'],
  ] as const)('refuses %s', async (_name, query, args, code, text) => {
    const error = await failure('sample', query, { vectorizer: 'dense', ...args })
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) })
  })

  it('says to pass a vector where there is no model', async () => {
    const { message } = await failure('sample', 'east', { vectorizer: 'dense' })
    expect(message).toContain('fix: Pass a vector: findSimilar([0.1, 0.2, …]).')
  })

  it('refuses a sparse vector without direction, whose cosine is not a number', async () => {
    const cosine = { distance: 'cosine' }
    for (const query of [new Map(), new Map([[3, 0]])]) {
      const { code } = await failure('sample', query, sparseField, cosine)
      expect(code).toBe('VZ306')
    }
  })

  it('refuses more elements than a sparsevec holds', async () => {
    const long = { dimensions: 20_000 }
    const dense = Array.from({ length: 20_000 }, () => 1)
    for (const query of [dense, new Map(dense.entries())]) {
      const { code, message } = await failure('sample', query, sparseField, long)
      expect(code).toBe('VZ306')
      expect(message).toContain(
        '20000 elements of the vector are not zero.\n  why: A sparsevec of pgvector holds at most 16000',
      )
    }
  })

  it('names vectorizers and vector fields when it is not told which, or of another', async () => {
    expect(await failure('sample', [1])).toMatchObject({
      code: 'VZ305',
      message: expect.stringContaining('the model has 4 vectorizers and vector fields and none is named.'),
    })
    expect((await failure('sample', [1])).message).toContain('one of "dense", "half", "bits", "sparse"')
    expect((await failure('sample', [1], { vectorizer: 'denze' })).message).toContain(
      'the model has no vectorizer or vector field "denze".',
    )
    expect((await failure('article', east)).message).toContain('one of "titleEmbeddings", "summaryVector"')
  })

  it('names the column when the database does not have it yet', async () => {
    await using older = await openFixture('pg', 'CREATE EXTENSION vector; CREATE TABLE "Note" ("id" INT, "text" TEXT)')
    const db = older.prisma.$extends(createVectorizer(manifest)())
    const error = await db.note.findSimilar(east).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'VZ307',
      message: expect.stringContaining('Note.findSimilar: "Note" has no column "embedding".'),
    })
  })

  it('reports an embedder whose vector has another length, before it is cut or filled up', async () => {
    const spec: VectorizerSpec = { ...manifest.vectorizers[7], dimensions: 4 }
    const db = fixture.prisma.$extends(
      createVectorizer({ ...manifest, vectorizers: [spec], vectors: [] })({ embedder: async () => compass }),
    )
    const error = await (db as unknown as { note: { findSimilar(query: string): Promise<unknown> } }).note
      .findSimilar('east')
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'VZ301',
      message: expect.stringContaining('has 3 dimensions, the store has 4'),
    })
  })
})
