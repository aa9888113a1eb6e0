import { describe, expect, it } from 'vitest'
import type { EmbeddingModelLike } from '../src/index.ts'
import { callLimits, providerCallOptions } from '../src/provider-options.ts'

const model = (provider: string, modelId: string): EmbeddingModelLike => ({
  provider,
  modelId,
  maxEmbeddingsPerCall: 2048,
  supportsParallelCalls: true,
  doEmbed: async () => ({ embeddings: [] }),
})

describe('providerCallOptions', () => {
  // `model.provider` as the packages themselves report it.
  it.each([
    ['openai.embedding', 'text-embedding-3-small', { openai: { dimensions: 256 } }],
    ['azure.embeddings', 'my-deployment', { openai: { dimensions: 256 } }],
    ['cohere.textEmbedding', 'embed-v4.0', { cohere: { outputDimension: 256, inputType: 'search_document' } }],
    ['cohere.textEmbedding', 'embed-english-light-v3.0', { cohere: { inputType: 'search_document' } }],
    ['voyage.embedding', 'voyage-3.5', { voyage: { outputDimension: 256, inputType: 'document' } }],
    ['voyage.embedding', 'voyage-law-2', { voyage: { inputType: 'document' } }],
    [
      'google.generative-ai',
      'gemini-embedding-001',
      { google: { outputDimensionality: 256, taskType: 'RETRIEVAL_DOCUMENT' } },
    ],
    [
      'google.vertex.embedding',
      'text-embedding-005',
      { vertex: { outputDimensionality: 256, taskType: 'RETRIEVAL_DOCUMENT' } },
    ],
    ['amazon-bedrock', 'amazon.titan-embed-text-v2:0', { bedrock: { dimensions: 256 } }],
    [
      'amazon-bedrock',
      'cohere.embed-v4:0',
      { bedrock: { outputDimension: 256, inputType: 'search_document', truncate: 'END' } },
    ],
    ['amazon-bedrock', 'cohere.embed-english-v3', { bedrock: { inputType: 'search_document', truncate: 'END' } }],
    [
      'amazon-bedrock',
      'amazon.nova-2-multimodal-embeddings-v1:0',
      { bedrock: { embeddingDimension: 256, embeddingPurpose: 'GENERIC_INDEX' } },
    ],
    ['function', 'my/model', { function: { dimensions: 256, purpose: 'document' } }],
    ['ollama.embedding', 'nomic-embed-text', { ollama: { dimensions: 256 } }],
    ['my-server.embedding', 'm', { openaiCompatible: { dimensions: 256 }, 'my-server': { dimensions: 256 } }],
  ])('speaks to %s %s in its own words', (provider, modelId, expected) => {
    expect(providerCallOptions(model(provider, modelId), 'document', 256).providerOptions).toEqual(expected)
  })

  it.each([
    ['cohere.textEmbedding', { cohere: { inputType: 'search_query' } }],
    ['voyage.embedding', { voyage: { inputType: 'query' } }],
    ['google.generative-ai', { google: { taskType: 'RETRIEVAL_QUERY' } }],
  ])('asks %s to embed a question as a question', (provider, expected) => {
    expect(providerCallOptions(model(provider, 'm'), 'query', undefined).providerOptions).toEqual(expected)
  })

  it('sends nothing where nothing is known, and the size at the top level for V4', () => {
    expect(providerCallOptions(model('mistral.embedding', 'mistral-embed'), 'query', 1024)).toEqual({
      dimensions: 1024,
    })
    expect(providerCallOptions(model('openai.embedding', 'text-embedding-ada-002'), 'query', 1536)).toEqual({})
  })
})

describe('callLimits', () => {
  it('takes the smaller of what the model states and what its API accepts', async () => {
    const vertex = await callLimits(model('google.vertex.embedding', 'text-embedding-005'))
    expect(vertex).toEqual({ texts: 250, tokens: 20_000, tokensPerByte: 1, calls: 4 })
    const cohere = { ...model('cohere.textEmbedding', 'm'), maxEmbeddingsPerCall: Promise.resolve(96) }
    expect(await callLimits(cohere)).toMatchObject({ texts: 96, tokens: Number.POSITIVE_INFINITY })
  })

  it.each([
    ['openai.embedding', 'text-embedding-3-small', 2048, 300_000, 0.25],
    ['azure.embeddings', 'my-deployment', 2048, 300_000, 0.25],
    ['mistral.embedding', 'mistral-embed', 2048, 16_000, 1],
    ['voyage.embedding', 'voyage-3.5-lite', 2048, 1_000_000, 1],
    ['voyage.embedding', 'voyage-4', 2048, 320_000, 1],
    ['voyage.embedding', 'voyage-4-large', 2048, 120_000, 1],
    ['voyage.embedding', 'voyage-code-3', 2048, 120_000, 1],
    ['google.vertex.embedding', 'gemini-embedding-001', 1, 20_000, 1],
    ['google.generative-ai', 'gemini-embedding-001', 2048, Number.POSITIVE_INFINITY, 1],
    ['litellm.embedding', 'cohere/embed-v4.0', 96, Number.POSITIVE_INFINITY, 1],
    ['litellm.embedding', 'vertex_ai/text-embedding-005', 250, 20_000, 1],
    ['litellm.embedding', 'my-alias', 2048, Number.POSITIVE_INFINITY, 1],
  ])('of %s %s: %i texts of %d tokens, %d a byte', async (provider, modelId, texts, tokens, tokensPerByte) => {
    expect(await callLimits(model(provider, modelId))).toMatchObject({ texts, tokens, tokensPerByte })
  })

  it('makes calls of one text many at once, and none where the model forbids it', async () => {
    const titan = { ...model('amazon-bedrock', 'amazon.titan-embed-text-v2:0'), maxEmbeddingsPerCall: 1 }
    expect((await callLimits(titan)).calls).toBe(16)
    const mistral = { ...model('mistral.embedding', 'mistral-embed'), supportsParallelCalls: Promise.resolve(false) }
    expect((await callLimits(mistral)).calls).toBe(1)
  })
})
