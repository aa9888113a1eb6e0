// The providers a model name may start with, as a table: `"provider/model"`.
import type { EmbeddingProviderLike } from '@prisma-vectorizer/spec'
import { createHuggingFace } from './huggingface.ts'
import { transformersProvider } from './transformers.ts'

/** What a factory is given: `apiKey`, `baseURL`, `region` … */
export type Settings = Readonly<Record<string, string>>

export interface ProviderPackage {
  readonly name: string
  readonly factory: string
  /** Newest major for Node 20, and for Node 22 and later. */
  readonly majors: readonly [node20: number, later: number]
}

export interface Provider {
  /** npm package that makes the models; absent = this one does. */
  readonly package?: ProviderPackage
  /** The environment variable of each setting. */
  readonly variables: Readonly<Record<string, string>>
  /** Sets of variables, each of which is enough; absent = nothing is needed. */
  readonly needs?: readonly (readonly string[])[]
  /** Settings whose variables are not set. */
  readonly defaults?: Settings
  /** Appended to a base URL without a path: Ollama's other tools are told the bare host. */
  readonly path?: string
  /** The factory wants a name for its provider. */
  readonly named?: boolean
  /** From the package's factory to a provider; absent = the factory makes one of the settings. */
  readonly make?: (factory: unknown, settings: Settings) => EmbeddingProviderLike
}

const openaiCompatible = {
  package: { name: '@ai-sdk/openai-compatible', factory: 'createOpenAICompatible', majors: [2, 3] },
  named: true,
} as const

export const providers: Readonly<Record<string, Provider>> = {
  openai: {
    ...hosted('OPENAI_API_KEY', 'OPENAI_BASE_URL'),
    package: { name: '@ai-sdk/openai', factory: 'createOpenAI', majors: [3, 4] },
    defaults: { baseURL: 'https://api.openai.com/v1' },
  },
  azure: {
    package: { name: '@ai-sdk/azure', factory: 'createAzure', majors: [3, 4] },
    variables: {
      apiKey: 'AZURE_API_KEY',
      resourceName: 'AZURE_RESOURCE_NAME',
      baseURL: 'AZURE_BASE_URL',
      apiVersion: 'AZURE_API_VERSION',
    },
    needs: [
      ['AZURE_API_KEY', 'AZURE_RESOURCE_NAME'],
      ['AZURE_API_KEY', 'AZURE_BASE_URL'],
    ],
  },
  cohere: {
    ...hosted('COHERE_API_KEY', 'COHERE_BASE_URL'),
    package: { name: '@ai-sdk/cohere', factory: 'createCohere', majors: [3, 4] },
  },
  mistral: {
    ...hosted('MISTRAL_API_KEY', 'MISTRAL_BASE_URL'),
    package: { name: '@ai-sdk/mistral', factory: 'createMistral', majors: [3, 4] },
  },
  google: {
    ...hosted('GOOGLE_GENERATIVE_AI_API_KEY', 'GOOGLE_GENERATIVE_AI_BASE_URL'),
    package: { name: '@ai-sdk/google', factory: 'createGoogleGenerativeAI', majors: [3, 4] },
  },
  vertex: {
    package: { name: '@ai-sdk/google-vertex', factory: 'createVertex', majors: [4, 5] },
    variables: {
      project: 'GOOGLE_VERTEX_PROJECT',
      location: 'GOOGLE_VERTEX_LOCATION',
      apiKey: 'GOOGLE_VERTEX_API_KEY',
      baseURL: 'GOOGLE_VERTEX_BASE_URL',
    },
    needs: [['GOOGLE_VERTEX_PROJECT', 'GOOGLE_VERTEX_LOCATION'], ['GOOGLE_VERTEX_API_KEY']],
  },
  bedrock: {
    package: { name: '@ai-sdk/amazon-bedrock', factory: 'createAmazonBedrock', majors: [4, 5] },
    variables: {
      region: 'AWS_REGION',
      accessKeyId: 'AWS_ACCESS_KEY_ID',
      secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
      sessionToken: 'AWS_SESSION_TOKEN',
      apiKey: 'AWS_BEARER_TOKEN_BEDROCK',
      baseURL: 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
    },
    needs: [
      ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
      ['AWS_REGION', 'AWS_BEARER_TOKEN_BEDROCK'],
    ],
  },
  voyage: {
    ...hosted('VOYAGE_API_KEY', 'VOYAGE_BASE_URL'),
    package: { name: '@ai-sdk/voyage', factory: 'createVoyage', majors: [1, 1] },
  },
  huggingface: {
    ...hosted('HF_TOKEN', 'HF_BASE_URL'),
    defaults: { baseURL: 'https://router.huggingface.co/hf-inference/models' },
    make: (_, settings) => createHuggingFace(settings),
  },
  ollama: {
    ...openaiCompatible,
    variables: { baseURL: 'OLLAMA_BASE_URL' },
    defaults: { baseURL: 'http://127.0.0.1:11434/v1' },
    path: '/v1',
  },
  litellm: {
    ...openaiCompatible,
    variables: { baseURL: 'LITELLM_BASE_URL', apiKey: 'LITELLM_API_KEY' },
    needs: [['LITELLM_BASE_URL']],
  },
  'openai-compatible': {
    ...openaiCompatible,
    variables: { baseURL: 'OPENAI_COMPATIBLE_BASE_URL', apiKey: 'OPENAI_COMPATIBLE_API_KEY' },
    needs: [['OPENAI_COMPATIBLE_BASE_URL']],
  },
  transformers: {
    package: { name: '@huggingface/transformers', factory: 'pipeline', majors: [4, 4] },
    variables: { dtype: 'TRANSFORMERS_DTYPE' },
    defaults: { dtype: 'q8' },
    make: transformersProvider,
  },
}

function hosted(key: string, baseUrl: string) {
  return { variables: { apiKey: key, baseURL: baseUrl }, needs: [[key]] }
}
