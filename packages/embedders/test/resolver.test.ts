import { createOpenAI } from '@ai-sdk/openai'
import type { Embedder, EmbeddingModelLike } from '@prisma-vectorizer/spec'
import { createOpenAI as createOpenAI2 } from 'o2'
import { createOpenAI as createOpenAI4 } from 'o4'
import { describe, expect, it } from 'vitest'
import { createResolver, localHash, type ModelTable, resolveEmbedder } from '../src/index.ts'
import { providers } from '../src/providers.ts'
import { currentContext, type ResolveContext, resolveModel } from '../src/resolve-model.ts'
import { resolverIn } from '../src/resolver.ts'
import { embeddingServer } from './support/embedding-server.ts'
import { echoing, fakeApplication } from './support/fake-package.ts'
import { rejected } from './support/rejected.ts'

const secret = 'sk-very-secret-0123456789'
/** What the real context holds, with an environment of the test's own. */
const contextWith = (environment: Record<string, string>, more: Partial<ResolveContext> = {}): ResolveContext => ({
  ...currentContext({}),
  environment,
  ...more,
})
const resolveWith = (environment: Record<string, string>, model: string): Promise<Embedder> =>
  resolverIn(() => contextWith(environment))({ model, dimensions: 4 })
const embedOne = (embedder: Embedder) => embedder.embed(['a text'], { purpose: 'document' })

describe('a model by name', () => {
  it('is OpenAI’s for openai/…, with the key and base URL of the environment', async () => {
    await using server = await embeddingServer()
    const environment = { OPENAI_API_KEY: secret, OPENAI_BASE_URL: `${server.origin}/v1` }
    const embedder = await resolveWith(environment, 'openai/text-embedding-3-small')
    await embedOne(embedder)
    expect(embedder.name).toBe('openai/text-embedding-3-small')
    expect(server.requests).toMatchObject([
      { path: '/v1/embeddings', authorization: `Bearer ${secret}`, model: 'text-embedding-3-small', dimensions: 4 },
    ])
  })

  it('keeps every slash after the first in the model’s own name', async () => {
    await using server = await embeddingServer()
    const environment = { LITELLM_BASE_URL: server.origin, LITELLM_API_KEY: secret }
    await embedOne(await resolveWith(environment, 'litellm/huggingface/BAAI/bge-m3'))
    expect(server.requests).toMatchObject([
      { path: '/embeddings', authorization: `Bearer ${secret}`, model: 'huggingface/BAAI/bge-m3', dimensions: 4 },
    ])
  })

  it('is Ollama’s for ollama/…, told its host with or without a path', async () => {
    await using server = await embeddingServer()
    await embedOne(await resolveWith({ OLLAMA_BASE_URL: server.origin }, 'ollama/nomic-embed-text'))
    await embedOne(await resolveWith({ OLLAMA_BASE_URL: `${server.origin}/v1/` }, 'ollama/nomic-embed-text'))
    expect(server.requests).toMatchObject([
      { path: '/v1/embeddings', model: 'nomic-embed-text', dimensions: 4, authorization: undefined },
      { path: '/v1/embeddings' },
    ])
  })

  it('is any other server’s for openai-compatible/…', async () => {
    await using server = await embeddingServer()
    const environment = { OPENAI_COMPATIBLE_BASE_URL: `${server.origin}/api` }
    await embedOne(await resolveWith(environment, 'openai-compatible/bge'))
    expect(server.requests).toMatchObject([{ path: '/api/embeddings', model: 'bge', dimensions: 4 }])
  })

  it('is the lexical model for local/hash, which needs nothing', async () => {
    const embedder = await resolveEmbedder({ model: 'local/hash', dimensions: 32 })
    const { vectors } = await embedOne(embedder)
    expect(vectors[0]).toHaveLength(32)
  })

  it('loads every provider of the table from the application’s folder, with its own settings', async () => {
    for (const [name, provider] of Object.entries(providers)) {
      if (!provider.package || provider.make) continue
      using application = fakeApplication()
      application.install(provider.package.name, echoing(provider.package.factory))
      const variables = Object.entries(provider.variables)
      const valueFor = (setting: string) => (setting === 'baseURL' ? 'http://127.0.0.1:1/v1' : `${setting} of ${name}`)
      const environment = Object.fromEntries(variables.map(([setting, variable]) => [variable, valueFor(setting)]))
      const { model } = await resolveModel(
        `${name}/some-model`,
        4,
        contextWith(environment, { folders: [application.folder] }),
      )
      expect(model, name).toMatchObject({ modelId: 'some-model' })
      expect((model as unknown as { settings: unknown }).settings, name).toEqual({
        ...Object.fromEntries(variables.map(([setting]) => [setting, valueFor(setting)])),
        ...(provider.named ? { name } : {}),
      })
    }
  })

  it('that nobody knows is refused with the known ones and the nearest', async () => {
    const error = await rejected(resolveWith({}, 'opneai/text-embedding-3-small'))
    expect(error.code).toBe('VZ401')
    expect(error.fix).toBe('Did you mean "openai/text-embedding-3-small"?')
    for (const name of ['local', ...Object.keys(providers)]) expect(error.why).toContain(name)
  })

  it.each(['text-embedding-3-small', '/hash', 'openai/', 'local/tfidf', 'constructor/x', '__proto__/x', ''])(
    'is refused when it is %j',
    async (model) => {
      expect((await rejected(resolveWith({}, model))).code).toBe('VZ401')
    },
  )

  it('must be there at all', async () => {
    const error = await rejected(resolveEmbedder({ model: null, dimensions: 4 }))
    expect(error.code).toBe('VZ401')
  })
})

describe('what a provider lacks is said before any call', () => {
  it.each([
    ['openai/m', {}, 'OPENAI_API_KEY'],
    ['openai/m', { OPENAI_API_KEY: '  ' }, 'OPENAI_API_KEY'],
    ['cohere/m', {}, 'COHERE_API_KEY'],
    ['litellm/m', { LITELLM_API_KEY: secret }, 'LITELLM_BASE_URL'],
    ['openai-compatible/m', {}, 'OPENAI_COMPATIBLE_BASE_URL'],
    ['ollama/m', { OLLAMA_BASE_URL: '127.0.0.1:11434' }, 'OLLAMA_BASE_URL'],
    ['litellm/m', { LITELLM_BASE_URL: `not a url ${secret}` }, 'LITELLM_BASE_URL'],
    ['azure/m', { AZURE_API_KEY: secret }, 'AZURE_RESOURCE_NAME, or AZURE_BASE_URL'],
    ['azure/m', { AZURE_BASE_URL: 'https://example.com' }, 'AZURE_API_KEY: it is not set'],
    ['vertex/m', { GOOGLE_VERTEX_PROJECT: 'p' }, 'GOOGLE_VERTEX_LOCATION, or GOOGLE_VERTEX_API_KEY'],
    ['bedrock/m', { AWS_REGION: 'eu-west-1' }, 'AWS_BEARER_TOKEN_BEDROCK'],
    ['bedrock/m', { AWS_ACCESS_KEY_ID: secret, AWS_SECRET_ACCESS_KEY: secret }, 'AWS_REGION: it is not set'],
    ['huggingface/m', {}, 'HF_TOKEN'],
  ])('%s with %j names %s and shows no value', async (model, environment, variable) => {
    const error = await rejected(resolveWith(environment as Record<string, string>, model))
    expect(error.code).toBe('VZ406')
    expect(error.fact).toContain(variable)
    expect(error.message).not.toContain('secret')
  })

  it.each([
    ['20.19.0', 'openai/m', 'npm i @ai-sdk/openai@3'],
    ['22.12.0', 'openai/m', 'npm i @ai-sdk/openai@4'],
    ['20.19.0', 'ollama/m', 'npm i @ai-sdk/openai-compatible@2'],
    ['24.1.0', 'ollama/m', 'npm i @ai-sdk/openai-compatible@3'],
    ['24.1.0', 'voyage/m', 'npm i @ai-sdk/voyage@1'],
    ['20.19.0', 'transformers/m', 'npm i @huggingface/transformers@4'],
  ])('on Node %s, %s without its package says %s', async (nodeVersion, model, command) => {
    using application = fakeApplication()
    const environment = { OPENAI_API_KEY: secret, VOYAGE_API_KEY: secret }
    const context = contextWith(environment, { folders: [application.folder], nodeVersion })
    const error = await rejected(resolveModel(model, 4, context))
    expect(error).toMatchObject({ code: 'VZ402', fix: command })
  })

  it('a package that is too different or broken is named with the version to install', async () => {
    using application = fakeApplication()
    const context = contextWith({ OPENAI_API_KEY: secret, MISTRAL_API_KEY: secret }, { folders: [application.folder] })
    application.install('@ai-sdk/openai', 'export const somethingElse = 1')
    application.install('@ai-sdk/mistral', 'throw new Error("built for another runtime")')
    const different = await rejected(resolveModel('openai/m', 4, context))
    expect(different).toMatchObject({ code: 'VZ402', fact: expect.stringContaining('has no createOpenAI') })
    const broken = await rejected(resolveModel('mistral/m', 4, context))
    expect(broken).toMatchObject({ code: 'VZ402', fact: expect.stringContaining('built for another runtime') })
  })
})

describe('createResolver', () => {
  const fixedModel = (modelId: string): EmbeddingModelLike => ({
    provider: 'my',
    modelId,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1, 2]) }),
  })

  it('takes provider objects of every AI SDK version', async () => {
    await using server = await embeddingServer()
    const settings = { baseURL: server.origin, apiKey: secret }
    for (const openai of [createOpenAI2(settings), createOpenAI(settings), createOpenAI4(settings)]) {
      const resolve = createResolver({ models: { openai } })
      await embedOne(await resolve({ model: 'openai/text-embedding-3-large', dimensions: 16 }))
    }
    expect(server.requests.map((request) => [request.model, request.dimensions])).toEqual(
      Array(3).fill(['text-embedding-3-large', 16]),
    )
  })

  it('takes models by their full name, and everything else by name as before', async () => {
    const models: ModelTable = { 'my/model': fixedModel('model'), single: fixedModel('single') }
    const resolve = createResolver({ models })
    expect((await embedOne(await resolve({ model: 'my/model', dimensions: 2 }))).vectors).toEqual([[1, 2]])
    expect((await embedOne(await resolve({ model: 'single', dimensions: 2 }))).vectors).toEqual([[1, 2]])
    expect((await embedOne(await resolve({ model: 'local/hash', dimensions: 2 }))).vectors[0]).toHaveLength(2)
    expect((await rejected(resolve({ model: 'my/other', dimensions: 2 }))).code).toBe('VZ401')
  })

  it('takes a plain function for a model, and tells it the purpose, the dimensions and when to stop', async () => {
    const heard: unknown[] = []
    const models: ModelTable = {
      'my/model': async (texts, { purpose, dimensions, signal }) => {
        heard.push([texts, purpose, dimensions, signal.aborted])
        return texts.map((text) => new Float32Array([text.length, 0.5]))
      },
    }
    const embedder = await createResolver({ models })({ model: 'my/model', dimensions: 2 })
    expect(await embedder.embed(['a', 'bbb'], { purpose: 'document' })).toEqual({
      vectors: [
        [1, 0.5],
        [3, 0.5],
      ],
      tokens: undefined,
    })
    await embedder.embed(['q'], { purpose: 'query' })
    expect(heard).toEqual([
      [['a', 'bbb'], 'document', 2, false],
      [['q'], 'query', 2, false],
    ])
  })

  it('checks what a function returns, and tries it again as it does a provider', async () => {
    let calls = 0
    const models: ModelTable = {
      'my/nothing': async () => undefined as never,
      'my/short': async () => [[1]],
      'my/busy': async () => {
        if (++calls < 2)
          throw Object.assign(new Error('busy'), {
            statusCode: 429,
            isRetryable: true,
            responseHeaders: { 'retry-after-ms': '1' },
          })
        return [[1, 2]]
      },
    }
    const resolve = createResolver({ models })
    const nothing = await rejected(embedOne(await resolve({ model: 'my/nothing', dimensions: 2 })))
    expect(nothing).toMatchObject({ code: 'VZ405', fact: expect.stringContaining('returned undefined') })
    expect((await rejected(embedOne(await resolve({ model: 'my/short', dimensions: 2 })))).code).toBe('VZ404')
    expect((await embedOne(await resolve({ model: 'my/busy', dimensions: 2 }))).vectors).toEqual([[1, 2]])
  })

  it('tells a model and a provider object apart', async () => {
    const models: ModelTable = {
      my: fixedModel('model'),
      'your/model': createOpenAI({ apiKey: secret }),
      their: async () => [],
    }
    const resolve = createResolver({ models })
    expect((await rejected(resolve({ model: 'their/model', dimensions: 2 }))).fact).toContain('is one function')
    expect((await rejected(resolve({ model: 'my/model', dimensions: 2 }))).fact).toContain('is one model')
    expect((await rejected(resolve({ model: 'your/model', dimensions: 2 }))).fact).toContain('is a provider object')
  })

  it('makes an embedder once per model and number of dimensions', async () => {
    const resolve = createResolver({ models: { 'my/model': localHash(2) } })
    const first = await resolve({ model: 'my/model', dimensions: 2 })
    expect(await resolve({ model: 'my/model', dimensions: 2 })).toBe(first)
    expect(await resolve({ model: 'my/model', dimensions: 3 })).not.toBe(first)
  })

  it('tries again to make one that failed', async () => {
    const environment: Record<string, string> = {}
    const resolve = resolverIn(() => contextWith(environment))
    expect((await rejected(resolve({ model: 'openai/m', dimensions: 2 }))).code).toBe('VZ406')
    environment['OPENAI_API_KEY'] = secret
    expect((await resolve({ model: 'openai/m', dimensions: 2 })).name).toBe('openai/m')
  })
})
