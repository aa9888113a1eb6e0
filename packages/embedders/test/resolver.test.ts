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

  it('loads every provider of the table from the application’s folder, with its own key', async () => {
    for (const [name, provider] of Object.entries(providers)) {
      using application = fakeApplication()
      application.install(provider.package, echoing(provider.factory))
      const environment = {
        ...(provider.key ? { [provider.key]: secret } : {}),
        ...(provider.baseUrl ? { [provider.baseUrl]: 'http://127.0.0.1:1/v1' } : {}),
      }
      const model = await resolveModel(
        `${name}/some-model`,
        4,
        contextWith(environment, { folders: [application.folder] }),
      )
      expect(model, name).toMatchObject({
        modelId: 'some-model',
        settings: {
          ...(provider.key ? { apiKey: secret } : {}),
          ...(provider.baseUrl ? { baseURL: 'http://127.0.0.1:1/v1' } : {}),
          ...(provider.named ? { name } : {}),
        },
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
  ])('on Node %s, %s without its package says %s', async (nodeVersion, model, command) => {
    using application = fakeApplication()
    const context = contextWith({ OPENAI_API_KEY: secret }, { folders: [application.folder], nodeVersion })
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

  it('tells a model and a provider object apart', async () => {
    const models: ModelTable = { my: fixedModel('model'), 'your/model': createOpenAI({ apiKey: secret }) }
    const resolve = createResolver({ models })
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
