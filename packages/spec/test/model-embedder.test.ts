import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAI as createOpenAI3 } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenAI as createOpenAI2 } from 'o2'
import { createOpenAI as createOpenAI4 } from 'o4'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type EmbeddingModelLike,
  type EmbeddingProviderLike,
  embedderFromModel,
  modelFromProvider,
  VectorizerError,
} from '../src/index.ts'
import { caught, rejected } from './support/caught.ts'

interface EmbeddingRequest {
  readonly model: string
  readonly input: readonly string[]
  readonly dimensions?: number
  readonly encoding_format?: string
}

/** The embeddings endpoint of OpenAI: the first element of each vector is the text's length. */
const requests: EmbeddingRequest[] = []
let answer: (request: EmbeddingRequest) => { status: number; body: unknown }
const vectorsFor = (request: EmbeddingRequest, dimensions: number) => ({
  status: 200,
  body: {
    data: request.input.map((text) => ({ embedding: [text.length, ...Array(dimensions - 1).fill(0.5)] })),
    usage: { prompt_tokens: request.input.length * 3, total_tokens: request.input.length * 3 },
  },
})
const server = createServer((request, response) => {
  let received = ''
  request.on('data', (part) => {
    received += part
  })
  request.on('end', () => {
    const asked = JSON.parse(received) as EmbeddingRequest
    requests.push(asked)
    const { status, body } = answer(asked)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
})
let baseURL: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  requests.length = 0
  answer = (request) => vectorsFor(request, request.dimensions ?? 8)
})

// The annotation is the type test: each provider and each model fits without a cast.
const providers: readonly (readonly [string, () => EmbeddingProviderLike])[] = [
  ['@ai-sdk/openai 2', () => createOpenAI2({ baseURL, apiKey: 'test' })],
  ['@ai-sdk/openai 3', () => createOpenAI3({ baseURL, apiKey: 'test' })],
  ['@ai-sdk/openai 4', () => createOpenAI4({ baseURL, apiKey: 'test' })],
  ['@ai-sdk/openai-compatible 2', () => createOpenAICompatible({ name: 'my-server', baseURL })],
]
const models: readonly (() => EmbeddingModelLike)[] = [
  () => createOpenAI2({ baseURL, apiKey: 'test' }).textEmbeddingModel('m'),
  () => createOpenAI3({ baseURL, apiKey: 'test' }).embedding('m'),
  () => createOpenAI4({ baseURL, apiKey: 'test' }).embeddingModel('m'),
  () => createOpenAICompatible({ name: 'my-server', baseURL }).embeddingModel('m'),
]

describe.each(providers)('a model of %s', (_, provider) => {
  it('embeds texts in order at the size asked for and reports tokens', async () => {
    const embedder = embedderFromModel(modelFromProvider(provider(), 'text-embedding-3-small'), { dimensions: 4 })
    const result = await embedder.embed(['a', 'bbb', 'cc'], { purpose: 'document' })
    expect(result.vectors.map((vector) => vector[0])).toEqual([1, 3, 2])
    expect(result.vectors.every((vector) => vector.length === 4)).toBe(true)
    expect(result.tokens).toBe(9)
    expect(requests).toMatchObject([{ input: ['a', 'bbb', 'cc'], dimensions: 4, encoding_format: 'float' }])
  })

  it('sends no dimensions to text-embedding-ada-002, which refuses them', async () => {
    const embedder = embedderFromModel(modelFromProvider(provider(), 'text-embedding-ada-002'), { dimensions: 8 })
    await embedder.embed(['a'], { purpose: 'query' })
    expect(requests[0]).not.toHaveProperty('dimensions')
  })

  it('stops when its signal does', async () => {
    const embedder = embedderFromModel(modelFromProvider(provider(), 'm'), { dimensions: 8 })
    const controller = new AbortController()
    answer = (request) => {
      controller.abort()
      return vectorsFor(request, 8)
    }
    await expect(embedder.embed(['a'], { purpose: 'query', signal: controller.signal })).rejects.toThrow(/abort/i)
  })
})

describe('embedderFromModel', () => {
  /** A model that answers whatever a test wants; texts are `"0"`, `"1"`, … */
  function fakeModel(
    doEmbed: EmbeddingModelLike['doEmbed'],
    more: Partial<EmbeddingModelLike> = {},
  ): EmbeddingModelLike {
    return {
      provider: 'fake.embedding',
      modelId: 'model',
      maxEmbeddingsPerCall: undefined,
      supportsParallelCalls: true,
      doEmbed,
      ...more,
    }
  }
  const texts = (count: number) => Array.from({ length: count }, (_, index) => String(index))
  const ask = (model: EmbeddingModelLike, count = 2) =>
    embedderFromModel(model, { dimensions: 2 }).embed(texts(count), { purpose: 'document' })

  it('fits real models of every version without a cast', () => {
    expect(models.map((model) => model().modelId)).toEqual(['m', 'm', 'm', 'm'])
  })

  it.each([
    ['2', 2, [2, 2, 1]],
    ['a promise of 2', Promise.resolve(2), [2, 2, 1]],
    ['Infinity', Number.POSITIVE_INFINITY, [5]],
    ['undefined', undefined, [5]],
    ['a promise of undefined', Promise.resolve(undefined), [5]],
  ])('splits by a maxEmbeddingsPerCall of %s and keeps the order', async (_, maxEmbeddingsPerCall, sizes) => {
    const calls: string[][] = []
    const model = fakeModel(
      async ({ values }) => {
        calls.push(values)
        return { embeddings: values.map((value) => [Number(value), 1]) }
      },
      { maxEmbeddingsPerCall },
    )
    const { vectors, tokens } = await ask(model, 5)
    expect(calls.map((call) => call.length)).toEqual(sizes)
    expect(vectors.map((vector) => vector[0])).toEqual([0, 1, 2, 3, 4])
    expect(tokens).toBeUndefined()
  })

  // The last four are pgai's cases of its own OpenAI embedder.
  it.each([
    ['texts of 100,000 estimated tokens', Array(7).fill('x'.repeat(400_000)), [3, 3, 1]],
    ['a text that is larger alone', ['y', 'x'.repeat(1_200_001), 'y'], [1, 1, 1]],
    ['800 texts of one token', Array(800).fill('hi'), [800]],
    ['1,001 texts of 300 Cyrillic letters', Array(1_001).fill('я'.repeat(300)), [1_001]],
    ['500 texts of 1,000 Chinese characters', Array(500).fill('語'.repeat(1_000)), [400, 100]],
    ['299 texts of 1,000 words', Array(299).fill('word '.repeat(1_000)), [240, 59]],
  ])('keeps a call to OpenAI under 300,000 tokens as OpenAI estimates them: %s', async (_, texts, sizes) => {
    const calls: number[] = []
    const model = fakeModel(
      async ({ values }) => {
        calls.push(values.length)
        return { embeddings: values.map(() => [1, 1]) }
      },
      { provider: 'openai.embedding' },
    )
    await embedderFromModel(model, { dimensions: 2 }).embed(texts, { purpose: 'document' })
    expect(calls).toEqual(sizes)
  })

  it('makes up to 4 calls at once, keeps the order of the texts and adds the tokens', async () => {
    let running = 0
    let most = 0
    const model = fakeModel(
      async ({ values }) => {
        most = Math.max(most, ++running)
        // Later calls answer first.
        await new Promise((resolve) => setTimeout(resolve, 20 - Number(values[0])))
        running--
        return { embeddings: values.map((value) => [Number(value), 1]), usage: { tokens: values.length } }
      },
      { maxEmbeddingsPerCall: 2 },
    )
    const { vectors, tokens } = await ask(model, 19)
    expect(vectors.map((vector) => vector[0])).toEqual(Array.from({ length: 19 }, (_, index) => index))
    expect(tokens).toBe(19)
    expect(most).toBe(4)
  })

  it('makes one call after another where the model supports no parallel ones', async () => {
    let running = 0
    const model = fakeModel(
      async ({ values }) => {
        expect(++running).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 1))
        running--
        return { embeddings: values.map(() => [1, 1]) }
      },
      { maxEmbeddingsPerCall: 1, supportsParallelCalls: Promise.resolve(false) },
    )
    expect((await ask(model, 5)).vectors).toHaveLength(5)
  })

  it('gives up the other calls of a request when one fails, and starts no more', async () => {
    const ended: string[] = []
    let started = 0
    const model = fakeModel(
      async ({ values, abortSignal }) => {
        started++
        if (values[0] === '2') throw new Error('broken')
        await new Promise((resolve) => abortSignal?.addEventListener('abort', resolve))
        ended.push(values[0] as string)
        throw new Error('aborted')
      },
      { maxEmbeddingsPerCall: 1 },
    )
    await expect(ask(model, 100)).rejects.toThrow('broken')
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(started).toBeLessThanOrEqual(16)
    expect(ended).toHaveLength(started - 1)
  })

  it('ends all calls with the reason of its signal', async () => {
    const controller = new AbortController()
    const model = fakeModel(
      async ({ abortSignal }) => {
        setImmediate(() => controller.abort(new Error('enough')))
        return new Promise((_, reject) => abortSignal?.addEventListener('abort', () => reject(abortSignal.reason)))
      },
      { maxEmbeddingsPerCall: 1 },
    )
    const embedder = embedderFromModel(model, { dimensions: 2 })
    const options = { purpose: 'query', signal: controller.signal } as const
    await expect(embedder.embed(texts(8), options)).rejects.toThrow('enough')
    await expect(embedder.embed(texts(8), options)).rejects.toThrow('enough')
  })

  it('reports no tokens where the provider’s number is none', async () => {
    const model = fakeModel(async ({ values }) => ({
      embeddings: values.map(() => [1, 1]),
      usage: { tokens: Number.NaN },
    }))
    expect((await ask(model, 2)).tokens).toBeUndefined()
  })

  it('calls nothing for no texts', async () => {
    const model = fakeModel(() => Promise.reject(new Error('called')))
    expect(await ask(model, 0)).toEqual({ vectors: [], tokens: 0 })
  })

  it.each([
    ['no vectors', [], 0],
    ['too few', [[1, 1]], 1],
    [
      'too many',
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      3,
    ],
  ])('refuses %s', async (_, embeddings, count) => {
    const error = await rejected(ask(fakeModel(async () => ({ embeddings }))))
    expect(error.code).toBe('VZ403')
    expect(error.fact).toBe(`fake/model: 2 texts were sent and ${count} vectors came back.`)
  })

  it('refuses a vector of the wrong length and says which of all texts it is', async () => {
    const model = fakeModel(
      async ({ values }) => ({ embeddings: values.map((value) => (value === '3' ? [1, 2, 3] : [1, 2])) }),
      { maxEmbeddingsPerCall: 2 },
    )
    const error = await rejected(ask(model, 4))
    expect(error.code).toBe('VZ404')
    expect(error.fact).toBe('fake/model: vectors[3] has 3 dimensions, 2 were expected.')
  })

  it.each([Number.NaN, Number.NEGATIVE_INFINITY, 1e39])('refuses a vector that holds %s', async (value) => {
    const error = await rejected(
      ask(
        fakeModel(async () => ({
          embeddings: [
            [1, 1],
            [1, value],
          ],
        })),
      ),
    )
    expect(error.code).toBe('VZ404')
    expect(error.fact).toBe(`fake/model: vectors[1][1] is ${value}, not a finite number.`)
  })

  it('asks again without dimensions when the server refuses the option, and remembers', async () => {
    answer = (request) =>
      request.dimensions === undefined
        ? vectorsFor(request, 8)
        : { status: 400, body: { error: { message: 'Changing output dimensions is not supported', type: 'x' } } }
    const model = createOpenAICompatible({ name: 'vllm', baseURL }).embeddingModel('bge-m3')
    const embedder = embedderFromModel(model, { dimensions: 8 })
    await embedder.embed(['a'], { purpose: 'document' })
    await embedder.embed(['b'], { purpose: 'document' })
    expect(requests.map((request) => request.dimensions)).toEqual([8, undefined, undefined])
  })

  it('asks again without dimensions in every one of the calls that were under way', async () => {
    const asked: (number | undefined)[] = []
    const model = fakeModel(
      async ({ values, dimensions }) => {
        asked.push(dimensions)
        if (dimensions !== undefined) {
          throw Object.assign(new Error('no matryoshka representation'), { statusCode: 400 })
        }
        return { embeddings: values.map(() => [1, 1]) }
      },
      { maxEmbeddingsPerCall: 2 },
    )
    expect((await ask(model, 20)).vectors).toHaveLength(20)
    expect(asked.filter((dimensions) => dimensions !== undefined)).toHaveLength(4)
  })

  it('passes other failures through as they are', async () => {
    answer = () => ({ status: 400, body: { error: { message: 'bad input' } } })
    const model = createOpenAI3({ baseURL, apiKey: 'test' }).embedding('m')
    await expect(embedderFromModel(model, { dimensions: 8 }).embed(['a'], { purpose: 'query' })).rejects.toMatchObject({
      statusCode: 400,
      isRetryable: false,
    })
    expect(requests).toHaveLength(1)
  })

  it('is named by provider and model unless told otherwise', () => {
    const model = createOpenAI3({ baseURL, apiKey: 'test' }).embedding('m')
    expect(embedderFromModel(model, { dimensions: 8 }).name).toBe('openai/m')
    expect(embedderFromModel(model, { dimensions: 8, name: 'my/m' }).name).toBe('my/m')
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %s dimensions', (dimensions) => {
    const model = fakeModel(async () => ({ embeddings: [] }))
    expect(caught(() => embedderFromModel(model, { dimensions })).code).toBe('VZ407')
  })
})

describe('modelFromProvider', () => {
  const model = createOpenAI3({ apiKey: 'test' }).embedding('m')

  it.each(['embeddingModel', 'textEmbeddingModel', 'textEmbedding', 'embedding'])(
    'takes a provider with %s()',
    (name) => {
      expect(modelFromProvider({ [name]: () => model }, 'm')).toBe(model)
    },
  )

  it('refuses an object that makes no embedding models', () => {
    const error = caught(() => modelFromProvider({ chat: () => model } as EmbeddingProviderLike, 'm'))
    expect(error.code).toBe('VZ401')
  })

  it('says so when the provider refuses the model', () => {
    const cause = new TypeError('No such embeddingModel: claude')
    const provider: EmbeddingProviderLike = {
      embeddingModel() {
        throw cause
      },
    }
    const error = caught(() => modelFromProvider(provider, 'claude'))
    expect(error).toBeInstanceOf(VectorizerError)
    expect(error).toMatchObject({ code: 'VZ401', cause })
    expect(error.fact).toContain('No such embeddingModel: claude')
  })
})
