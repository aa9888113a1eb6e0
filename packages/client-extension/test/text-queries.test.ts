// Texts that are searched for: when a provider is asked for their vectors, with what, and when no longer.
import type { Embedder, EmbeddingModelLike } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createVectorizer, type VectorizerOptions } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const vectors: Readonly<Record<string, readonly number[]>> = { east: [1, 0, 0], north: [0, 1, 0], west: [-1, 0, 0] }
const [posts, ...others] = manifest.vectorizers

/** The fixture's manifest with another model, or other dimensions, of its posts. */
const manifestOf = (changes: { readonly model?: string; readonly dimensions?: number }) =>
  ({ ...manifest, vectorizers: [{ ...posts, ...changes }, ...others] }) as unknown as typeof manifest

describe.each(adapters)('a text over %s', (adapter) => {
  let fixture: Fixture
  let calls: (readonly string[])[] = []
  const statements: string[] = []
  const embedder: VectorizerOptions['embedder'] = async ({ model, dimensions }) => ({
    name: `${model}`,
    embed: async (texts) => {
      calls.push(texts)
      return { vectors: texts.map((text) => (vectors[text] ?? [0, 0, 1]).slice(0, dimensions)), tokens: undefined }
    },
  })
  const open = (options: VectorizerOptions = { embedder }, of = manifest) =>
    fixture.prisma
      .$extends({
        query: {
          $queryRawUnsafe({ args, query }) {
            statements.push(args[0] as string)
            return query(args)
          },
        },
      })
      .$extends(createVectorizer(of)(options))

  beforeAll(async () => {
    fixture = await openFixture(adapter)
  })
  beforeEach(() => {
    calls = []
    statements.length = 0
  })
  afterAll(() => fixture.close())

  it('is embedded once, by whichever method and client', async () => {
    const db = open()
    const [first] = await db.blogPost.findSimilar('east', { take: 1 })
    expect(first?.title).toBe('East')
    expect(await db.blogPost.findSimilar('east', { take: 1 })).toEqual([first])
    await db.blogPostContentEmbeddings.findSimilar('east')
    await db.blogPost.countSimilar('east', { maxDistance: 1 })
    await db.$transaction(async (tx) => tx.blogPost.findSimilar('east'))
    expect(calls).toEqual([['east']])
  })

  it('is embedded each time where nothing is kept', async () => {
    const db = open({ embedder, queryCache: 0 })
    await db.blogPost.findSimilar('east')
    await db.blogPost.findSimilar('east')
    expect(calls).toEqual([['east'], ['east']])
  })

  it('is forgotten when others were asked for more lately', async () => {
    const db = open({ embedder, queryCache: 2 })
    for (const text of ['east', 'north', 'east', 'west', 'east', 'north']) await db.blogPost.findSimilar(text)
    expect(calls.flat()).toEqual(['east', 'north', 'west', 'north'])
  })

  it('is not forgotten for what failed', async () => {
    let fails = true
    const failing: VectorizerOptions['embedder'] = async () => ({
      name: 'test',
      embed: async (texts) => {
        calls.push(texts)
        if (fails) throw new Error('busy')
        return { vectors: texts.map(() => [1, 0, 0]), tokens: undefined }
      },
    })
    const db = open({ embedder: failing })
    await expect(db.blogPost.findSimilar('east')).rejects.toThrow('busy')
    fails = false
    expect((await db.blogPost.findSimilar('east', { take: 1 }))[0]?.title).toBe('East')
    expect(calls).toHaveLength(2)
  })

  it('is kept by model and dimensions', async () => {
    const two = [posts, others[0], { ...others[1], model: 'test/other' }, { ...others[2], model: 'test/other' }]
    const db = open({ embedder }, {
      ...manifest,
      vectorizers: [...two, ...others.slice(3)],
    } as unknown as typeof manifest)
    await db.blogPost.findSimilar('east')
    await db.product.findSimilar('east', { vectorizer: 'nameEmbeddings' })
    await db.product.findSimilar('east', { vectorizer: 'descriptionEmbeddings' })
    expect(calls).toEqual([['east'], ['east'], ['east']])
    await db.product.findSimilar('east', { vectorizer: 'nameEmbeddings' })
    await db.article.findSimilar('east', { vectorizer: 'summaryVector' })
    expect(calls).toHaveLength(3)
  })

  it('is embedded with the others that are missing, in one call, each once', async () => {
    const db = open()
    await db.blogPost.findSimilar('east')
    const lists = await db.blogPost.findSimilarMany(['north', 'east', 'west', 'north', 'west'], { take: 1 })
    expect(lists.map(([row]) => row?.title)).toEqual(['North', 'East', 'West', 'North', 'West'])
    expect(calls).toEqual([['east'], ['north', 'west']])
    await db.blogPost.findSimilarMany(['north', 'east', 'west'])
    expect(calls).toHaveLength(2)
  })

  it.each([-1, 1.5, Number.NaN, '500'])('refuses to keep %s of them', (queryCache) => {
    expect(() => open({ embedder, queryCache: queryCache as number })).toThrow(/^VZ306 `queryCache` is/)
  })

  it.each([
    ['cohere', 'cohere.textEmbedding', 'embed-v4.0', { cohere: { inputType: 'search_query', outputDimension: 3 } }],
    [
      'bedrock',
      'amazon-bedrock',
      'cohere.embed-v4',
      { bedrock: { inputType: 'search_query', outputDimension: 3, truncate: 'END' } },
    ],
    ['voyage', 'voyage.embedding', 'voyage-3.5', { voyage: { inputType: 'query', outputDimension: 3 } }],
    [
      'google',
      'google.generative-ai',
      'gemini-embedding-001',
      { google: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 3 } },
    ],
  ])('is embedded as a query by %s', async (name, provider, modelId, providerOptions) => {
    const asked: unknown[] = []
    const made: EmbeddingModelLike = {
      provider,
      modelId,
      maxEmbeddingsPerCall: 96,
      supportsParallelCalls: true,
      doEmbed: async (options) => {
        asked.push(options)
        return { embeddings: [[1, 0, 0]] }
      },
    }
    const { signal } = new AbortController()
    const db = open({ models: { [name]: { embeddingModel: () => made } } }, manifestOf({ model: `${name}/${modelId}` }))
    expect((await db.blogPost.findSimilar('east', { take: 1, signal }))[0]?.title).toBe('East')
    expect(asked).toEqual([{ values: ['east'], abortSignal: signal, dimensions: 3, providerOptions }])
  })

  describe('that is given up', () => {
    const reason = new Error('the caller left')

    it.each([
      ['a text', 'east', {}],
      ['a vector', [1, 0, 0], {}],
      ['a row', { to: { id: 1 } }, {}],
    ] as const)('before, costs nothing: %s', async (_name, query, args) => {
      const search = open().blogPost.findSimilar(query as string, { ...args, signal: AbortSignal.abort(reason) })
      await expect(search).rejects.toBe(reason)
      expect([calls, statements]).toEqual([[], []])
    })

    it.each([
      ['with the reason', (signal: AbortSignal) => signal.reason],
      ['with an error of its own', () => new DOMException('This operation was aborted', 'AbortError')],
    ])('while the provider is asked, which stops %s', async (_name, rejection) => {
      const controller = new AbortController()
      const stopping: Embedder = {
        name: 'test',
        embed: (_texts, { signal }) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(rejection(signal)))
            controller.abort(reason)
          }),
      }
      const search = open({ embedder: async () => stopping }).blogPost.findSimilar('east', {
        signal: controller.signal,
      })
      await expect(search).rejects.toBe(reason)
      expect(statements).toEqual([])
    })

    it('once the provider has answered, is kept but not searched for', async () => {
      const controller = new AbortController()
      const late: Embedder = {
        name: 'test',
        embed: async (texts) => {
          calls.push(texts)
          controller.abort(reason)
          return { vectors: [[1, 0, 0]], tokens: undefined }
        },
      }
      const db = open({ embedder: async () => late })
      await expect(db.blogPost.findSimilar('east', { signal: controller.signal })).rejects.toBe(reason)
      expect(statements).toEqual([])
      expect((await db.blogPost.findSimilar('east', { take: 1 }))[0]?.title).toBe('East')
      expect(calls).toHaveLength(1)
    })

    it('after a while, by a time limit', async () => {
      const slow: Embedder = {
        name: 'test',
        embed: (_texts, { signal }) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
      }
      const search = open({ embedder: async () => slow }).blogPost.findSimilar('east', {
        signal: AbortSignal.timeout(5),
      })
      await expect(search).rejects.toMatchObject({ name: 'TimeoutError' })
    })

    it('by what is no signal, is refused', async () => {
      const search = open().blogPost.findSimilar('east', { signal: {} as AbortSignal })
      await expect(search).rejects.toMatchObject({
        code: 'VZ306',
        message: expect.stringContaining('not an AbortSignal'),
      })
    })
  })

  it('is embedded by a plain function among `models`, which hears that it is a question', async () => {
    const asked: unknown[] = []
    const models: VectorizerOptions['models'] = {
      'test/compass': async (texts, { purpose, dimensions }) => {
        asked.push([texts, purpose, dimensions])
        return texts.map((text) => vectors[text] ?? [0, 0, 1])
      },
    }
    const [first] = await open({ models }).blogPost.findSimilar('east', { take: 1 })
    expect(first?.title).toBe('East')
    expect(asked).toEqual([[['east'], 'query', 3]])
  })

  const answering = (embeddings: readonly (readonly number[])[]): VectorizerOptions => ({
    models: {
      test: {
        embeddingModel: () => ({
          provider: 'test',
          modelId: 'compass',
          maxEmbeddingsPerCall: undefined,
          supportsParallelCalls: true,
          doEmbed: async () => ({ embeddings: embeddings as number[][] }),
        }),
      },
    },
  })

  it.each([
    [
      'too many vectors',
      answering([
        [1, 0, 0],
        [1, 0, 0],
      ]),
      'VZ403',
    ],
    ['no vector', answering([]), 'VZ403'],
    ['a vector of another length', answering([[1, 0]]), 'VZ404'],
    ['a vector that is not finite', answering([[1, 0, Number.NaN]]), 'VZ404'],
  ] as const)('fails by a model that answers %s', async (_name, options, code) => {
    await expect(open(options).blogPost.findSimilar('east')).rejects.toMatchObject({ code })
    expect(statements).toEqual([])
  })

  it.each([
    ['another number of vectors', [], 'VZ403', 'test answered with another number of vectors'],
    ['a vector of another length', [[1, 0]], 'VZ301', 'the vector has 2 dimensions, the store has 3'],
  ])('fails by an embedder that answers %s', async (_name, answer, code, text) => {
    const careless: Embedder = { name: 'test', embed: async () => ({ vectors: answer, tokens: undefined }) }
    const search = open({ embedder: async () => careless }).blogPost.findSimilar('east')
    await expect(search).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
    expect(statements).toEqual([])
  })

  it('that is too long, or empty, is refused without a call, whichever of several it is', async () => {
    const db = open()
    for (const text of ['', '\t ', 'x'.repeat(100_001)]) {
      await expect(db.blogPost.findSimilar(text)).rejects.toMatchObject({ code: 'VZ303' })
      await expect(db.blogPost.findSimilarMany(['east', text])).rejects.toMatchObject({ code: 'VZ303' })
    }
    expect([calls, statements]).toEqual([[], []])
  })

  it('is embedded by the database', async () => {
    await fixture.prisma.$executeRawUnsafe('CREATE SCHEMA ai')
    await fixture.prisma.$executeRawUnsafe(`CREATE FUNCTION ai.openai_embed(model text, input_text text,
      api_key text DEFAULT NULL, api_key_name text DEFAULT NULL, base_url text DEFAULT NULL,
      dimensions int DEFAULT NULL, openai_user text DEFAULT NULL) RETURNS vector LANGUAGE sql AS $$
      SELECT CASE WHEN model = 'small' AND dimensions = 3 AND input_text = 'east' THEN '[1,0,0]' ELSE '[-1,0,0]' END::vector
      $$`)
    const db = open({ embedInDatabase: true }, manifestOf({ model: 'openai/small' }))
    expect((await db.blogPost.findSimilar('east', { take: 1 }))[0]?.title).toBe('East')
    const lists = await db.blogPost.findSimilarMany(['west', 'east'], { take: 1, where: { published: true } })
    expect(lists.map(([row]) => row?.title)).toEqual(['West', 'East'])
    expect(statements.filter((text) => text.includes('ai.openai_embed'))).toHaveLength(2)
    const inBatch = await db.$transaction([db.blogPost.findSimilar('south', { take: 1 }), db.author.count()])
    expect(inBatch[0][0]?.title).toBe('West')
  })
})
