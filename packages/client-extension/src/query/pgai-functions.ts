// Which of pgai's functions embeds a text with a model, and what it is asked for. Signatures as of pgai 0.11.
import { VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'

/** A call of one function: `model` is its first parameter, `text(2)` the call whose text is `$2`. */
export interface PgaiCall {
  /** `ai.openai_embed`. */
  readonly name: string
  readonly model: string
  text(parameter: number): string
}

interface PgaiFunction {
  readonly name: string
  /** What pgai calls the provider within the model's name; only LiteLLM's function takes several. */
  readonly prefix?: string
  /** Arguments after the text. */
  readonly options?: (model: string, dimensions: number) => string
}

/**
 * By the `provider/` of a model. The length is asked for only where the function can ask; where it cannot, the vector's
 * length is checked as any answer's. Mistral and Google have no function of their own.
 */
const functions: Readonly<Record<string, PgaiFunction>> = {
  openai: {
    name: 'ai.openai_embed',
    // ada-002 refuses the option, even with its own length.
    options: (model, dimensions) => (/ada-002/.test(model) ? '' : `, dimensions => ${dimensions}`),
  },
  ollama: { name: 'ai.ollama_embed' },
  cohere: { name: 'ai.cohere_embed', options: () => `, input_type => 'search_query'` },
  voyage: { name: 'ai.voyageai_embed', options: () => `, input_type => 'query'` },
  voyageai: { name: 'ai.voyageai_embed', options: () => `, input_type => 'query'` },
  litellm: { name: 'ai.litellm_embed' },
  mistral: { name: 'ai.litellm_embed', prefix: 'mistral/' },
  google: {
    name: 'ai.litellm_embed',
    prefix: 'gemini/',
    options: (_model, dimensions) => `, extra_options => '{"dimensions": ${dimensions}}'::jsonb`,
  },
}

/** Throws VZ304 where the vectorizer names no model, or one that no function embeds with. */
export function pgaiCall({
  model,
  dimensions,
  source,
}: Pick<VectorizerSpec, 'model' | 'dimensions' | 'source'>): PgaiCall {
  const [, provider = '', modelId = ''] = /^([^/]+)\/(.+)$/u.exec(model ?? '') ?? []
  const found = Object.hasOwn(functions, provider) ? functions[provider] : undefined
  if (!found) throw noFunction(model, `${source.model}.${source.text.field}`)
  const { name, prefix = '', options } = found
  return {
    name,
    model: prefix + modelId,
    // Typed: the functions also exist for arrays of texts.
    text: (parameter) => `${name}($1::text, $${parameter}::text${options?.(modelId, dimensions) ?? ''})`,
  }
}

function noFunction(model: string | null, field: string): VectorizerError {
  return new VectorizerError('VZ304', {
    fact:
      model === null
        ? `${field} names no model, so the database cannot embed a text query.`
        : `${field}: no function of pgai embeds a text query with the model "${model}".`,
    why: `pgai has functions for ${Object.keys(functions).join(', ')}.`,
    fix: 'Pass a vector, or leave out `embedInDatabase` and give the extension `models` or an `embedder`.',
  })
}
