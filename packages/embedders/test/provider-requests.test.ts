// What the real packages send, resolved by name from the environment, to a server that speaks each API.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { currentContext } from '../src/resolve-model.ts'
import { resolverIn } from '../src/resolver.ts'
import { type EmbeddingAnswer, type EmbeddingRequest, embeddingServer } from './support/embedding-server.ts'

type Body = EmbeddingRequest & Readonly<Record<string, unknown>>

interface Provider {
  readonly environment: (origin: string) => Record<string, string>
  readonly path: string
  readonly header: readonly [name: string, value: string | RegExp]
  /** Texts of a request. */
  readonly texts: (request: Body) => readonly string[]
  readonly answer: (vectors: number[][]) => unknown
  readonly headers?: Record<string, string>
  /** What stands in every request, in those for documents and in those for questions. */
  readonly always: object
  readonly document: object
  readonly query: object
  /** Texts of the calls that 200 of them make. */
  readonly calls: readonly number[]
  /** Tokens reported for two texts. */
  readonly tokens: number | undefined
}

const key = 'key-0123456789'
const times = (count: number, texts: number) => Array<number>(count).fill(texts)
const openaiLike = {
  texts: ({ input }: Body) => input,
  answer: (vectors: number[][]) => ({
    data: vectors.map((embedding, index) => ({ embedding, index })),
    usage: { prompt_tokens: 7, total_tokens: 7 },
  }),
  tokens: 7,
}
const aws = (origin: string) => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIA0123456789',
  AWS_SECRET_ACCESS_KEY: key,
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: origin,
})
const signed = ['authorization', /^AWS4-HMAC-SHA256 Credential=AKIA0123456789\/\d+\/eu-west-1\/bedrock/] as const

const providers: Readonly<Record<string, Provider>> = {
  'openai/text-embedding-3-small': {
    ...openaiLike,
    environment: (origin) => ({ OPENAI_API_KEY: key, OPENAI_BASE_URL: origin }),
    path: '/embeddings',
    header: ['authorization', `Bearer ${key}`],
    always: { model: 'text-embedding-3-small', dimensions: 256, encoding_format: 'float' },
    document: {},
    query: {},
    calls: [200],
  },
  'azure/my-deployment': {
    ...openaiLike,
    environment: (origin) => ({ AZURE_API_KEY: key, AZURE_BASE_URL: `${origin}/openai` }),
    path: '/openai/embeddings',
    header: ['api-key', key],
    always: { model: 'my-deployment', dimensions: 256, encoding_format: 'float' },
    document: {},
    query: {},
    calls: [200],
  },
  'cohere/embed-v4.0': {
    environment: (origin) => ({ COHERE_API_KEY: key, COHERE_BASE_URL: origin }),
    path: '/embed',
    header: ['authorization', `Bearer ${key}`],
    texts: ({ texts }) => texts as string[],
    answer: (float) => ({ embeddings: { float }, meta: { billed_units: { input_tokens: 9 } } }),
    always: { model: 'embed-v4.0', output_dimension: 256, embedding_types: ['float'] },
    document: { input_type: 'search_document' },
    query: { input_type: 'search_query' },
    calls: [96, 96, 8],
    tokens: 9,
  },
  'mistral/mistral-embed': {
    ...openaiLike,
    environment: (origin) => ({ MISTRAL_API_KEY: key, MISTRAL_BASE_URL: origin }),
    path: '/embeddings',
    header: ['authorization', `Bearer ${key}`],
    always: { model: 'mistral-embed', encoding_format: 'float' },
    document: {},
    query: {},
    calls: [...times(6, 32), 8],
  },
  'voyage/voyage-3.5': {
    ...openaiLike,
    environment: (origin) => ({ VOYAGE_API_KEY: key, VOYAGE_BASE_URL: origin }),
    path: '/embeddings',
    header: ['authorization', `Bearer ${key}`],
    always: { model: 'voyage-3.5', output_dimension: 256 },
    document: { input_type: 'document' },
    query: { input_type: 'query' },
    calls: [128, 72],
  },
  'google/gemini-embedding-001': {
    environment: (origin) => ({ GOOGLE_GENERATIVE_AI_API_KEY: key, GOOGLE_GENERATIVE_AI_BASE_URL: origin }),
    path: '/models/gemini-embedding-001:batchEmbedContents',
    header: ['x-goog-api-key', key],
    texts: ({ requests }) =>
      (requests as { content: { parts: { text: string }[] } }[]).map((each) => each.content.parts[0]?.text ?? ''),
    answer: (vectors) => ({ embeddings: vectors.map((values) => ({ values })) }),
    always: {},
    document: { requests: [{ taskType: 'RETRIEVAL_DOCUMENT', outputDimensionality: 256 }, {}] },
    query: { requests: [{ taskType: 'RETRIEVAL_QUERY', outputDimensionality: 256 }, {}] },
    calls: [100, 100],
    tokens: undefined,
  },
  'vertex/text-embedding-005': {
    environment: (origin) => ({ GOOGLE_VERTEX_API_KEY: key, GOOGLE_VERTEX_BASE_URL: origin }),
    path: '/models/text-embedding-005:predict',
    header: ['x-goog-api-key', key],
    texts: ({ instances }) => (instances as { content: string }[]).map((each) => each.content),
    answer: (vectors) => ({
      predictions: vectors.map((values) => ({ embeddings: { values, statistics: { token_count: 3 } } })),
    }),
    always: { parameters: { outputDimensionality: 256 } },
    document: { instances: [{ task_type: 'RETRIEVAL_DOCUMENT' }, {}] },
    query: { instances: [{ task_type: 'RETRIEVAL_QUERY' }, {}] },
    calls: [200],
    tokens: 6,
  },
  'bedrock/amazon.titan-embed-text-v2:0': {
    environment: aws,
    path: '/model/amazon.titan-embed-text-v2%3A0/invoke',
    header: signed,
    texts: ({ inputText }) => [inputText as string],
    answer: ([embedding]) => ({ embedding, inputTextTokenCount: 4 }),
    always: { dimensions: 256 },
    document: {},
    query: {},
    calls: times(200, 1),
    tokens: 8,
  },
  'bedrock/cohere.embed-v4:0': {
    environment: aws,
    path: '/model/cohere.embed-v4%3A0/invoke',
    header: signed,
    texts: ({ texts }) => texts as string[],
    answer: (float) => ({ embeddings: { float } }),
    headers: { 'x-amzn-bedrock-input-token-count': '11' },
    always: { output_dimension: 256, truncate: 'END' },
    document: { input_type: 'search_document' },
    query: { input_type: 'search_query' },
    calls: [96, 96, 8],
    tokens: 11,
  },
  'bedrock/amazon.nova-2-multimodal-embeddings-v1:0': {
    environment: aws,
    path: '/model/amazon.nova-2-multimodal-embeddings-v1%3A0/invoke',
    header: signed,
    texts: ({ singleEmbeddingParams }) => [(singleEmbeddingParams as { text: { value: string } }).text.value],
    answer: ([embedding]) => ({ embeddings: [{ embeddingType: 'TEXT', embedding }], inputTokenCount: 5 }),
    always: { singleEmbeddingParams: { embeddingDimension: 256, text: { truncationMode: 'END' } } },
    document: { singleEmbeddingParams: { embeddingPurpose: 'GENERIC_INDEX' } },
    query: { singleEmbeddingParams: { embeddingPurpose: 'TEXT_RETRIEVAL' } },
    calls: times(200, 1),
    tokens: 10,
  },
  'ollama/nomic-embed-text': {
    ...openaiLike,
    environment: (origin) => ({ OLLAMA_BASE_URL: origin }),
    path: '/v1/embeddings',
    header: ['content-type', 'application/json'],
    always: { model: 'nomic-embed-text', dimensions: 256, encoding_format: 'float' },
    document: {},
    query: {},
    calls: [200],
  },
  'litellm/cohere/embed-v4.0': {
    ...openaiLike,
    environment: (origin) => ({ LITELLM_BASE_URL: `${origin}/v1`, LITELLM_API_KEY: key }),
    path: '/v1/embeddings',
    header: ['authorization', `Bearer ${key}`],
    always: { model: 'cohere/embed-v4.0', dimensions: 256, encoding_format: 'float' },
    document: {},
    query: {},
    calls: [96, 96, 8],
  },
  'openai-compatible/BAAI/bge-m3': {
    ...openaiLike,
    environment: (origin) => ({ OPENAI_COMPATIBLE_BASE_URL: `${origin}/v1` }),
    path: '/v1/embeddings',
    header: ['content-type', 'application/json'],
    always: { model: 'BAAI/bge-m3', dimensions: 256, encoding_format: 'float' },
    document: {},
    query: {},
    calls: [200],
  },
  'huggingface/BAAI/bge-m3': {
    environment: (origin) => ({ HF_TOKEN: key, HF_BASE_URL: `${origin}/models/` }),
    path: '/models/BAAI/bge-m3/pipeline/feature-extraction',
    header: ['authorization', `Bearer ${key}`],
    texts: ({ inputs }) => inputs as string[],
    answer: (vectors) => vectors,
    always: { truncate: true },
    document: {},
    query: {},
    calls: [...times(6, 32), 8],
    tokens: undefined,
  },
}

describe.each(Object.entries(providers))('%s', (model, provider) => {
  /** The first number of each vector is the number in its text. */
  const answer = (request: EmbeddingRequest): EmbeddingAnswer => ({
    body: provider.answer(
      provider.texts(request as Body).map((text) => [Number(text.slice(1)), ...Array<number>(255).fill(0.5)]),
    ),
    ...(provider.headers ? { headers: provider.headers } : {}),
  })
  const texts = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`)
  const resolve = (origin: string) =>
    resolverIn(() => ({ ...currentContext({}), environment: provider.environment(origin) }))({ model, dimensions: 256 })

  it('is asked for documents and questions in its own words', async () => {
    await using server = await embeddingServer(answer)
    const embedder = await resolve(server.origin)
    for (const purpose of ['document', 'query'] as const) {
      server.requests.length = 0
      const { vectors, tokens } = await embedder.embed(['t1', 't2'], { purpose })
      expect(vectors.map(([first]) => first)).toEqual([1, 2])
      expect(tokens).toBe(provider.tokens)
      const [request] = server.requests
      expect(request?.path).toBe(provider.path)
      const [header, value] = provider.header
      expect(request?.headers[header]).toEqual(typeof value === 'string' ? value : expect.stringMatching(value))
      expect(request).toMatchObject(provider.always)
      expect(request).toMatchObject(provider[purpose])
    }
  })

  it('gets as many texts a call as it takes, and 200 texts come back in order', async () => {
    await using server = await embeddingServer(answer)
    const { vectors } = await (await resolve(server.origin)).embed(texts(200), { purpose: 'document' })
    expect(vectors.map(([first]) => first)).toEqual(Array.from({ length: 200 }, (_, index) => index))
    const sizes = server.requests.map((request) => provider.texts(request as Body).length)
    expect(sizes.sort((a, b) => b - a)).toEqual(provider.calls)
  })
})

describe('azure by the name of its resource', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is asked at the host of that name', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url)
      return Response.json({ data: [{ embedding: [1, 2] }], usage: { prompt_tokens: 1 } })
    })
    const environment = { AZURE_API_KEY: key, AZURE_RESOURCE_NAME: 'contoso', AZURE_API_VERSION: '2026-01-01' }
    const resolve = resolverIn(() => ({ ...currentContext({}), environment }))
    const embedder = await resolve({ model: 'azure/my-deployment', dimensions: 2 })
    expect((await embedder.embed(['a'], { purpose: 'document' })).vectors).toEqual([[1, 2]])
    expect(asked).toEqual(['https://contoso.openai.azure.com/openai/v1/embeddings?api-version=2026-01-01'])
  })
})
