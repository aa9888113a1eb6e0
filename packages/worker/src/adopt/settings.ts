// A vectorizer's configuration in pgai → arguments of our annotation, and notes on what has no place in a schema. What
// equals our default is left out: the defaults are pgai's own.
import { defaultCharacterChunking, defaultRecursiveChunking } from '@prisma-vectorizer/spec'
import { type Argument, call, quoted } from './annotation-text.ts'
import { kindOf, notAdoptable, numberOf, type PgaiPart, type PgaiVectorizer, textOf } from './installation.ts'

export interface Settings {
  readonly args: readonly Argument[]
  readonly notes: readonly string[]
}

/** All but the index, the names and the destination. Throws VZ515. */
export function settingsOf(vectorizer: PgaiVectorizer): Settings {
  const { config } = vectorizer
  const parts = [
    embedding(vectorizer, config.embedding),
    dimensions(vectorizer, config.embedding),
    loading(config.loading, config.parsing),
    formatting(config.formatting),
    kindOf(config.destination) === 'column' ? nothing : chunking(vectorizer, config.chunking),
    processing(config.processing),
    scheduling(config.scheduling),
  ]
  return {
    args: parts.flatMap(({ args }) => args),
    notes: [
      ...parts.flatMap(({ notes }) => notes),
      ...(vectorizer.disabled ? ['It is disabled in pgai, so it is taken over paused.'] : []),
    ],
  }
}

const nothing: Settings = { args: [], notes: [] }

function dimensions(vectorizer: PgaiVectorizer, part: PgaiPart | undefined): Settings {
  const count = numberOf(part, 'dimensions')
  if (count !== undefined) return { args: [['dimensions', String(count)]], notes: [] }
  throw notAdoptable(vectorizer, {
    fact: 'its configuration does not say how many dimensions the vectors have.',
    fix: 'Check `SELECT config FROM ai.vectorizer`.',
  })
}

/** Prefix of the model's name here, and the environment variables that the worker reads for it. */
const providers: Readonly<Record<string, { readonly name: string; readonly key?: string; readonly url?: string }>> = {
  openai: { name: 'openai', key: 'OPENAI_API_KEY', url: 'OPENAI_BASE_URL' },
  ollama: { name: 'ollama', url: 'OLLAMA_BASE_URL' },
  voyageai: { name: 'voyage', key: 'VOYAGE_API_KEY' },
}

function embedding(vectorizer: PgaiVectorizer, part: PgaiPart | undefined): Settings {
  const kind = kindOf(part)
  const model = textOf(part, 'model')
  if (model === undefined || !(kind === 'litellm' || providers[kind])) {
    throw notAdoptable(vectorizer, {
      fact: `its embedding is ${kind}, which has no counterpart here.`,
      why: 'Known are openai, ollama, voyageai and litellm.',
      fix: 'Write the annotation by hand, without `model:` if your application brings the vectors; `adopt` then takes it as it is.',
    })
  }
  if (kind === 'litellm') return litellm(part, model)
  const provider = providers[kind]
  const key = textOf(part, 'api_key_name')
  const url = textOf(part, 'base_url')
  return {
    args: [['model', quoted(`${provider?.name}/${model}`)]],
    notes: [
      ...(key !== undefined && key !== provider?.key
        ? [`pgai reads the API key from ${key}: give it to the worker as ${provider?.key}.`]
        : []),
      ...(url === undefined ? [] : [`Set ${provider?.url}=${url} in the environment of the worker (base_url).`]),
      ...leftOut(part, ['user', 'input_type', 'options', 'keep_alive']),
    ],
  }
}

/** Its prefixes that are ours under another name, or the same one. */
const litellmProviders: Readonly<Record<string, string>> = {
  openai: 'openai',
  cohere: 'cohere',
  gemini: 'google',
  mistral: 'mistral',
  voyage: 'voyage',
  ollama: 'ollama',
}

function litellm(part: PgaiPart | undefined, model: string): Settings {
  const slash = model.indexOf('/')
  const provider =
    slash < 0 ? (/^text-embedding-/u.test(model) ? 'openai' : undefined) : litellmProviders[model.slice(0, slash)]
  const key = textOf(part, 'api_key_name')
  return {
    args: [['model', quoted(provider === undefined ? `litellm/${model}` : `${provider}/${model.slice(slash + 1)}`)]],
    notes: [
      ...(provider === undefined
        ? [
            `LiteLLM is a library of Python. Run its proxy with the model ${model} and set LITELLM_BASE_URL, or pass your own provider to createWorker({ models }).`,
          ]
        : []),
      ...(key === undefined
        ? []
        : [`pgai reads the API key from ${key}: the worker reads the variable of the provider.`]),
      ...leftOut(part, ['extra_options']),
    ],
  }
}

/** `input_type: document` is what the worker asks for anyway. */
const leftOut = (part: PgaiPart | undefined, names: readonly string[]): readonly string[] =>
  names
    .filter((name) => part?.[name] !== undefined && !(name === 'input_type' && part[name] === 'document'))
    .map(
      (name) =>
        `${name} ${JSON.stringify(part?.[name])} is not carried over: pass a model with such settings to createWorker({ models }).`,
    )

function loading(part: PgaiPart | undefined, parsing: PgaiPart | undefined): Settings {
  const isUri = kindOf(part) === 'uri'
  const retries = numberOf(part, 'retries')
  const parser = kindOf(parsing)
  return {
    args: [
      ...(isUri ? ([['loading', 'uri']] as const) : []),
      ...(isUri && parser === 'none' ? ([['parsing', 'none']] as const) : []),
    ],
    notes: [
      ...(retries !== undefined && retries !== 6 ? [`retries ${retries}: the worker tries a row 6 times.`] : []),
      ...(part?.['aws_role_arn'] === undefined
        ? []
        : ['aws_role_arn: the worker assumes no role; run it with credentials that may read the documents.']),
      ...(parser === 'pymupdf' || parser === 'docling'
        ? [`parsing_${parser}: here the format is recognised by the document's first bytes.`]
        : []),
    ],
  }
}

function formatting(part: PgaiPart | undefined): Settings {
  const template = textOf(part, 'template') ?? '$chunk'
  return { args: template === '$chunk' ? [] : [['template', quoted(template)]], notes: [] }
}

function chunking(vectorizer: PgaiVectorizer, part: PgaiPart | undefined): Settings {
  const written = chunkingText(vectorizer, part)
  return { args: written === 'recursive' ? [] : [['chunking', written]], notes: [] }
}

function chunkingText(vectorizer: PgaiVectorizer, part: PgaiPart | undefined): string {
  const kind = kindOf(part)
  if (kind === 'none') return 'none'
  const isRecursive = kind === 'recursive_character_text_splitter'
  if (!isRecursive && kind !== 'character_text_splitter') {
    throw notAdoptable(vectorizer, {
      fact: `its chunking is ${kind}, which has no counterpart here.`,
      why: 'Known are none, character_text_splitter and recursive_character_text_splitter.',
      fix: 'Write the annotation by hand; `adopt` then takes it as it is.',
    })
  }
  const defaults = isRecursive ? defaultRecursiveChunking : defaultCharacterChunking
  const args: Argument[] = []
  const size = numberOf(part, 'chunk_size') ?? defaults.size
  const overlap = numberOf(part, 'chunk_overlap') ?? defaults.overlap
  if (size !== defaults.size) args.push(['size', String(size)])
  if (overlap !== defaults.overlap) args.push(['overlap', String(overlap)])
  if (isRecursive) {
    const separators = part?.['separators']
    const list = Array.isArray(separators) ? separators.map(String) : defaultRecursiveChunking.separators
    if (JSON.stringify(list) !== JSON.stringify(defaultRecursiveChunking.separators)) {
      args.push(['separators', `[${list.map(quoted).join(', ')}]`])
    }
  } else {
    const separator = textOf(part, 'separator') ?? defaultCharacterChunking.separator
    if (separator !== defaultCharacterChunking.separator) args.push(['separator', quoted(separator)])
  }
  if (part?.['is_separator_regex'] === true) args.push(['regex', 'true'])
  return call(defaults.kind, args)
}

function processing(part: PgaiPart | undefined): Settings {
  const batchSize = numberOf(part, 'batch_size')
  const concurrency = numberOf(part, 'concurrency')
  return {
    args: [
      ...(batchSize === undefined ? [] : ([['batchSize', String(batchSize)]] as const)),
      ...(concurrency === undefined ? [] : ([['concurrency', String(concurrency)]] as const)),
    ],
    notes: [],
  }
}

function scheduling(part: PgaiPart | undefined): Settings {
  if (kindOf(part) !== 'timescaledb') return nothing
  const interval = textOf(part, 'schedule_interval')
  return {
    args: [],
    notes: [
      `Its TimescaleDB job${interval === undefined ? '' : ` (every ${interval})`} is removed: run \`prisma-vectorizer worker\`, or \`worker --once\` from your scheduler.`,
    ],
  }
}
