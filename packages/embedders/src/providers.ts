// The providers a model name may start with, as a table: `"provider/model"`.

export interface Provider {
  /** npm package that makes the models, and its factory. */
  readonly package: string
  readonly factory: string
  /** Newest major for Node 20, and for Node 22 and later. */
  readonly majors: readonly [node20: number, later: number]
  /** Environment variable of the API key. */
  readonly key?: string
  readonly keyRequired?: boolean
  /** Environment variable of the base URL. */
  readonly baseUrl?: string
  /** The base URL when that is not set; without one the variable is required. */
  readonly defaultBaseUrl?: string
  /** Appended to a base URL without a path: Ollama's other tools are told the bare host. */
  readonly path?: string
  /** The factory wants a name for its provider. */
  readonly named?: boolean
}

const openaiCompatible = {
  package: '@ai-sdk/openai-compatible',
  factory: 'createOpenAICompatible',
  majors: [2, 3],
  named: true,
} as const
const ollamaUrl = 'http://127.0.0.1:11434/v1'

export const providers: Readonly<Record<string, Provider>> = {
  openai: {
    ...hosted('@ai-sdk/openai', 'createOpenAI', [3, 4], 'OPENAI_API_KEY'),
    baseUrl: 'OPENAI_BASE_URL',
    defaultBaseUrl: 'https://api.openai.com/v1',
  },
  cohere: hosted('@ai-sdk/cohere', 'createCohere', [3, 4], 'COHERE_API_KEY'),
  google: hosted('@ai-sdk/google', 'createGoogleGenerativeAI', [3, 4], 'GOOGLE_GENERATIVE_AI_API_KEY'),
  mistral: hosted('@ai-sdk/mistral', 'createMistral', [3, 4], 'MISTRAL_API_KEY'),
  voyage: hosted('@ai-sdk/voyage', 'createVoyage', [1, 2], 'VOYAGE_API_KEY'),
  ollama: { ...openaiCompatible, baseUrl: 'OLLAMA_BASE_URL', defaultBaseUrl: ollamaUrl, path: '/v1' },
  litellm: { ...openaiCompatible, baseUrl: 'LITELLM_BASE_URL', key: 'LITELLM_API_KEY' },
  'openai-compatible': { ...openaiCompatible, baseUrl: 'OPENAI_COMPATIBLE_BASE_URL', key: 'OPENAI_COMPATIBLE_API_KEY' },
}

function hosted(name: string, factory: string, majors: Provider['majors'], key: string): Provider {
  return { package: name, factory, majors, key, keyRequired: true }
}
