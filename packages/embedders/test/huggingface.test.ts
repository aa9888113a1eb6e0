import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHuggingFace } from '../src/huggingface.ts'
import { currentContext } from '../src/resolve-model.ts'
import { resolverIn } from '../src/resolver.ts'
import { type EmbeddingAnswer, embeddingServer } from './support/embedding-server.ts'
import { rejected } from './support/rejected.ts'

const token = 'hf_0123456789abcdef'

/** Embeds one text with the model by its name, against a server that gives `answers`. */
async function embedAgainst(...answers: EmbeddingAnswer[]) {
  await using server = await embeddingServer(...answers.map((answer) => () => answer))
  const environment = { HF_TOKEN: token, HF_BASE_URL: server.origin }
  const resolve = resolverIn(() => ({ ...currentContext({}), environment }), { retries: 1 })
  const embedder = await resolve({ model: 'huggingface/intfloat/multilingual-e5-large', dimensions: 2 })
  const outcome = await embedder.embed(['a'], { purpose: 'document' }).catch((error) => error)
  return { outcome, calls: server.requests.length }
}

describe('huggingface/…', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is asked at the router of the Inference Providers unless told otherwise', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url)
      return Response.json([[1, 2]])
    })
    const environment = { HF_TOKEN: token }
    const resolve = resolverIn(() => ({ ...currentContext({}), environment }))
    const embedder = await resolve({ model: 'huggingface/BAAI/bge-m3', dimensions: 2 })
    expect(await embedder.embed(['a'], { purpose: 'query' })).toEqual({ vectors: [[1, 2]], tokens: undefined })
    expect(asked).toEqual(['https://router.huggingface.co/hf-inference/models/BAAI/bge-m3/pipeline/feature-extraction'])
  })

  it('is asked again while it loads the model', async () => {
    const loading = { status: 503, headers: { 'retry-after-ms': '1' }, body: { error: 'Model is currently loading' } }
    const { outcome, calls } = await embedAgainst(loading, { body: [[1, 2]] })
    expect(outcome.vectors).toEqual([[1, 2]])
    expect(calls).toBe(2)
  })

  it('is not asked again when it refuses, and is reported without the key', async () => {
    const { outcome, calls } = await embedAgainst({ status: 400, body: { error: [`Bad input`, `token ${token}`] } })
    expect(calls).toBe(1)
    expect(outcome).toMatchObject({ code: 'VZ405', cause: { statusCode: 400, isRetryable: false } })
    expect(outcome.fact).toContain('answered HTTP 400: Bad input; token')
    expect(outcome.message).not.toContain(token)
  })

  it.each([
    ['a vector for every token', { body: [[[1, 2]]] }, 'VZ405', 'name a sentence-transformers model'],
    ['something else', { body: { vectors: [] } }, 'VZ405', 'no list of vectors'],
    ['fewer vectors', { body: [] }, 'VZ403', '0 vectors came back'],
    ['an error in no form', { status: 404, body: 'Not here' }, 'VZ405', 'HTTP 404: Not Found'],
  ])('that answers with %s is refused', async (_, answer, code, fact) => {
    const { outcome } = await embedAgainst(answer)
    expect(outcome).toMatchObject({ code, fact: expect.stringContaining(fact) })
  })

  it('that cannot be reached is a failure that may pass, with its reason', async () => {
    const server = await embeddingServer()
    await server[Symbol.asyncDispose]()
    const model = createHuggingFace({ apiKey: token, baseURL: server.origin }).embeddingModel?.('m')
    const error = await model?.doEmbed({ values: ['a'] }).then(undefined, (e) => e)
    expect(error).toMatchObject({ isRetryable: true, message: expect.stringContaining('ECONNREFUSED') })
  })

  it('ends with its signal', async () => {
    await using server = await embeddingServer()
    const environment = { HF_TOKEN: token, HF_BASE_URL: server.origin }
    const resolve = resolverIn(() => ({ ...currentContext({}), environment }))
    const embedder = await resolve({ model: 'huggingface/m', dimensions: 2 })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(embedder.embed(['a'], { purpose: 'query', signal })).rejects.toThrow('enough')
  })

  it('needs its key', async () => {
    const resolve = resolverIn(() => ({ ...currentContext({}), environment: {} }))
    const error = await rejected(resolve({ model: 'huggingface/m', dimensions: 2 }))
    expect(error).toMatchObject({ code: 'VZ406', fact: expect.stringContaining('HF_TOKEN') })
  })
})
