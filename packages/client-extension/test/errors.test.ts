// Bad input and a database that is not ready: the code, what the message names, and that nothing ran before it.
import { type Embedder, embedderFromModel, isVectorizerError } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explainDatabaseError } from '../src/find-similar/database-errors.ts'
import { createVectorizer, type VectorizerOptions } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { type Fixture, fixtureSql, openFixture } from './support/clients.ts'

type Search = (query: unknown, args?: unknown) => Promise<unknown[]>

describe('findSimilar', () => {
  let fixture: Fixture
  const statements: string[] = []

  /** Without the types that would refuse most of this, and counting the statements. */
  function searchOf(
    model: 'author' | 'blogPost' | 'product' | 'section' | 'blogPostContentEmbeddings',
    options?: VectorizerOptions,
  ) {
    const db = fixture.prisma
      .$extends({
        query: {
          $queryRawUnsafe({ args, query }) {
            statements.push(args[0] as string)
            return query(args)
          },
        },
      })
      .$extends(createVectorizer(manifest)(options))
    const delegate = db[model] as unknown as { readonly findSimilar: Search }
    return ((query, args) => delegate.findSimilar(query, args)) as Search
  }

  beforeAll(async () => {
    fixture = await openFixture('pg')
  })
  afterAll(() => fixture.close())

  const refused = async (search: Promise<unknown>) => {
    statements.length = 0
    const error = await search.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!isVectorizerError(error)) throw error ?? new Error('not refused')
    expect(statements).toEqual([])
    return { code: error.code, message: error.message }
  }

  it.each([
    [
      'a vector of another length',
      [1, 0],
      'VZ301',
      'BlogPost.findSimilar: the vector has 2 dimensions, the store has 3.',
    ],
    ['NaN', [1, Number.NaN, 0], 'VZ302', 'BlogPost.findSimilar: element 1 of the vector is NaN'],
    ['a number no float4 holds', [1, 1e300, 0], 'VZ302', 'element 1 of the vector is 1e+300'],
    // biome-ignore lint/suspicious/noSparseArray: what a query must not be
    ['a hole', [1, , 0], 'VZ302', 'element 1 of the vector is undefined'],
    ['a vector of zeros', [0, 0, 0], 'VZ306', 'every element of the vector is zero'],
    ['empty text', '', 'VZ303', 'BlogPost.findSimilar: the query text is empty.'],
    ['white space', ' \n\t', 'VZ303', 'the query text is only white space'],
    ['no query', undefined, 'VZ306', 'the query is undefined, neither text nor a vector'],
    ['a number', 5, 'VZ306', 'the query is number'],
    ['null', null, 'VZ306', 'the query is null'],
  ])('refuses %s', async (_name, query, code, text) => {
    const error = await refused(searchOf('blogPost')(query))
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) })
  })

  it.each([
    ['no rows', { take: 0 }, '`take` is 0'],
    ['negative rows', { take: -5 }, '`take` is -5'],
    ['half a row', { take: 1.5 }, '`take` is 1.5'],
    ['too many rows', { take: 10_001 }, '`take` is 10001'],
    ['rows in words', { take: '5' }, '`take` is "5"'],
    ['an unknown argument', { were: {} }, 'there is no argument `were`'],
    ['an order', { orderBy: { title: 'asc' } }, 'there is no argument `orderBy`'],
    ['a filter that is text', { where: 'x' }, '`where` is "x", not an object'],
    [
      'select beside include',
      { select: { id: true }, include: { author: true } },
      '`select` and `include` are both given',
    ],
    ['select beside omit', { select: { id: true }, omit: { id: true } }, '`select` and `omit` are both given'],
    ['arguments that are none', 5, 'the arguments are number'],
  ])('refuses %s', async (_name, args, text) => {
    const error = await refused(searchOf('blogPost')([1, 0, 0], args))
    expect(error).toMatchObject({ code: 'VZ306', message: expect.stringContaining(`BlogPost.findSimilar: ${text}`) })
  })

  it('refuses a vector of zeros by the distance asked for, not the index’s', async () => {
    const products = searchOf('product', { warn: () => {} })
    const asked = { vectorizer: 'nameEmbeddings', distance: 'cosine' }
    expect((await refused(products([0, 0, 0], asked))).message).toContain('every element of the vector is zero')
    expect(await searchOf('blogPost', { warn: () => {} })([0, 0, 0], { distance: 'l2', take: 1 })).toHaveLength(1)
  })

  it.each([
    { where: { titel: 'x' } },
    { select: { titel: true } },
    { include: { autor: true } },
    { omit: { titel: true } },
    { chunkWhere: { text: 'x' } },
  ])('leaves it to Prisma to refuse an unknown field, and sends no search: %j', async (args) => {
    statements.length = 0
    const error = await searchOf('blogPost')([1, 0, 0], { take: 1, ...args }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'PrismaClientValidationError' })
    // What is not of the filter is only asked for once there are rows.
    expect(statements).toHaveLength('where' in args || 'chunkWhere' in args ? 0 : 1)
  })

  it('names the argument that was probably meant', async () => {
    const { message } = await refused(searchOf('blogPost')([1, 0, 0], { were: {} }))
    expect(message).toContain('fix: Did you mean `where`?')
  })

  it('names the vectorizers when it is not told which', async () => {
    expect(await refused(searchOf('product')([1, 0, 0]))).toEqual({
      code: 'VZ305',
      message: [
        'VZ305 Product.findSimilar: the model has 2 vectorizers and none is named.',
        '  fix: Add `vectorizer`, one of "nameEmbeddings", "descriptionEmbeddings".',
      ].join('\n'),
    })
  })

  it('says so where the model has no vectors', async () => {
    const { code, message } = await refused(searchOf('author')([1, 0, 0]))
    expect(code).toBe('VZ305')
    expect(message).toContain('Author.findSimilar: the model has no vectorizer and no vector field.')
  })

  it('names the vectorizers when it is told of another', async () => {
    const { code, message } = await refused(searchOf('blogPost')([1, 0, 0], { vectorizer: 'titleEmbeddings' }))
    expect(code).toBe('VZ305')
    expect(message).toContain('BlogPost.findSimilar: the model has no vectorizer "titleEmbeddings".')
    expect(message).toContain('fix: Use "contentEmbeddings".')
  })

  it('says which line configures the embedder that a text needs', async () => {
    const { code, message } = await refused(searchOf('product')('tea', { vectorizer: 'descriptionEmbeddings' }))
    expect(code).toBe('VZ304')
    expect(message).toContain(
      'Product.findSimilar: a text query needs the model "openai/text-embedding-3-small" of Product.description',
    )
    expect(message).toContain('fix: new PrismaClient({ adapter }).$extends(vectorizer({ models: { openai } }))')
  })

  it('says so when the vectorizer names no model at all', async () => {
    const { code, message } = await refused(searchOf('section')('tea', { where: { draft: false } }))
    expect(code).toBe('VZ304')
    expect(message).toContain('Section.body names no model')
  })

  it('refuses more values than PostgreSQL takes in one statement', async () => {
    // Lists of up to a thousand stay lists; longer ones become one value.
    const ids = Array.from({ length: 1000 }, (_, index) => index)
    const lists = Array.from({ length: 66 }, (_, list) => ({ views: { in: ids.map((id) => id + list * 1000) } }))
    const { code, message } = await refused(searchOf('blogPost')([1, 0, 0], { where: { AND: lists } }))
    expect(code).toBe('VZ306')
    expect(message).toContain('BlogPost.findSimilar: `where` holds 66000 values.')
  })

  it('checks the filter before a provider is paid', async () => {
    const asked: string[] = []
    const embedder = async () => compass(asked)
    const search = searchOf('blogPost', { embedder })('east', { where: { titel: 'x' } })
    await expect(search).rejects.toThrow('Unknown argument `titel`')
    expect(asked).toEqual([])
  })

  it('wraps what a provider throws, cause included', async () => {
    const failure = new Error('rate limit')
    const embedder = async (): Promise<Embedder> => ({ name: 'test/compass', embed: () => Promise.reject(failure) })
    const error = await searchOf('blogPost', { embedder })('east').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'VZ405', cause: failure })
    expect((error as Error).message).toContain(
      'BlogPost.findSimilar: test/compass could not embed the query: rate limit',
    )
  })

  it('refuses a manifest of another version', () => {
    expect(() => createVectorizer({ ...manifest, version: 2 } as never)).toThrow('VZ306 The manifest has version 2')
  })
})

describe('a text query', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture('pglite')
  })
  afterAll(() => fixture.close())

  const model = (asked: string[], purposes: unknown[] = []) => ({
    provider: 'test',
    modelId: 'compass',
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    doEmbed: async (options: { values: string[] }) => {
      asked.push(...options.values)
      purposes.push(options)
      return { embeddings: options.values.map((value) => (value === 'east' ? [1, 0, 0] : [-1, 0, 0])) }
    },
  })

  it.each([
    [
      'a provider',
      (asked: string[]): VectorizerOptions => ({ models: { test: { textEmbeddingModel: () => model(asked) } } }),
    ],
    [
      'a model by its whole name',
      (asked: string[]): VectorizerOptions => ({ models: { 'test/compass': model(asked) } }),
    ],
    ['an embedder', (asked: string[]): VectorizerOptions => ({ embedder: async () => compass(asked) })],
  ])('is embedded by %s', async (_name, options) => {
    const asked: string[] = []
    const db = fixture.prisma.$extends(createVectorizer(manifest)(options(asked)))
    expect((await db.blogPost.findSimilar('east', { take: 1 })).map((post) => post.title)).toEqual(['East'])
    expect((await db.blogPostContentEmbeddings.findSimilar('west', { take: 1 })).map((row) => row.chunk)).toEqual([
      'west',
    ])
    expect(asked).toEqual(['east', 'west'])
  })

  it('is embedded as a query, not as a document', async () => {
    const purposes: unknown[] = []
    const embedder: VectorizerOptions['embedder'] = async ({ dimensions }) => ({
      ...embedderFromModel(model([]), { dimensions }),
      embed: async (_texts, { purpose }) => {
        purposes.push(purpose)
        return { vectors: [[1, 0, 0]], tokens: undefined }
      },
    })
    await fixture.prisma.$extends(createVectorizer(manifest)({ embedder })).blogPost.findSimilar('east')
    expect(purposes).toEqual(['query'])
  })
})

describe('a database that is not ready', () => {
  async function failure(sql: string): Promise<unknown> {
    await using fixture = await openFixture('pg', sql)
    const db = fixture.prisma.$extends(createVectorizer(manifest)())
    return await db.blogPost.findSimilar([1, 0, 0]).catch((error: unknown) => error)
  }

  it('without the store is named, with what creates it', async () => {
    const error = await failure('CREATE EXTENSION vector')
    expect(error).toMatchObject({ code: 'VZ307', cause: expect.anything() })
    expect((error as Error).message).toContain(
      'BlogPost.findSimilar: the store "BlogPost_embedding_store" does not exist.\n  fix: Run `npx prisma migrate deploy`',
    )
  })

  it('without pgvector is named, with what creates it', async () => {
    const error = await failure(
      'CREATE TABLE "BlogPost_embedding_store" ("id" int, "embedding_uuid" uuid, "embedding" text)',
    )
    expect(error).toMatchObject({ code: 'VZ307' })
    expect((error as Error).message).toContain('the database has no pgvector, or not in the search path.')
  })

  it('with vectors of another length is named', async () => {
    const error = await failure(`${await fixtureSql('tables')}; DROP TABLE "BlogPost_embedding_store";
      CREATE TABLE "BlogPost_embedding_store" ("id" int, "embedding_uuid" uuid, "chunk_seq" int, "chunk" text, "embedding" vector(2));
      INSERT INTO "BlogPost_embedding_store" VALUES (1, gen_random_uuid(), 0, 'x', '[1,2]')`)
    expect(error).toMatchObject({ code: 'VZ307' })
    expect((error as Error).message).toContain('vectors of another length than the manifest says (3)')
  })

  it('with a pgvector older than 0.8 is named', async () => {
    await using fixture = await openFixture('pg', 'CREATE EXTENSION vector')
    // What a pgvector says of a setting it does not have.
    const unknown = await fixture.prisma
      .$queryRawUnsafe(`SELECT '[1]'::vector::text, set_config('hnsw.iterative_scam', 'x', true)`)
      .catch((error: Error) => error)
    const older = new Error((unknown as Error).message.replaceAll('iterative_scam', 'iterative_scan'))
    expect(older.message).toContain('hnsw.iterative_scan')
    const error = explainDatabaseError(older, manifest.vectorizers[0], 'BlogPost.findSimilar')
    expect(error).toMatchObject({ code: 'VZ307', message: expect.stringContaining('pgvector older than 0.8') })
  })

  it('that fails in another way fails as it would without us', async () => {
    const error =
      await failure(`${await fixtureSql('tables')}; DROP TABLE "BlogPost_embedding_store"; CREATE VIEW "BlogPost_embedding_store" AS
      SELECT 1 / n AS "id", gen_random_uuid() AS "embedding_uuid", 0 AS "chunk_seq", '' AS "chunk",
        '[1,0,0]'::vector(3) AS "embedding" FROM (VALUES (0)) AS v (n)`)
    expect(isVectorizerError(error)).toBe(false)
    expect(error).toMatchObject({ code: 'P2010', message: expect.stringContaining('division by zero') })
  })
})

function compass(asked: string[]): Embedder {
  return {
    name: 'test/compass',
    embed: async (texts) => {
      asked.push(...texts)
      return { vectors: texts.map((text) => (text === 'east' ? [1, 0, 0] : [-1, 0, 0])), tokens: undefined }
    },
  }
}
