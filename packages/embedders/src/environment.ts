// What a provider needs from the environment, checked before its first call; values are never shown.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { Provider } from './providers.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The settings of a provider's factory. Throws VZ406 naming the variable that is missing. */
export function providerSettings(
  model: string,
  provider: Provider,
  environment: Environment,
): { readonly apiKey?: string; readonly baseURL?: string } {
  const apiKey = provider.key === undefined ? undefined : variable(environment, provider.key)
  if (provider.key && provider.keyRequired && apiKey === undefined) throw missing(model, provider.key, 'an API key')
  const baseURL = provider.baseUrl && (variable(environment, provider.baseUrl) ?? provider.defaultBaseUrl)
  if (provider.baseUrl && baseURL === undefined) throw missing(model, provider.baseUrl, 'a base URL')
  return {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseURL === undefined ? {} : { baseURL: checkedUrl(baseURL, model, provider) }),
  }
}

/** An empty variable is a missing one: that is what an unset secret of a CI system looks like. */
function variable(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || undefined
}

function checkedUrl(text: string, model: string, provider: Provider): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    return provider.path && url.pathname === '/' ? new URL(provider.path, url).href : text
  }
  throw new VectorizerError('VZ406', {
    fact: `${model}: ${provider.baseUrl} is not an http or https URL.`,
    fix: `Set ${provider.baseUrl} to a URL such as http://127.0.0.1:4000/v1.`,
  })
}

function missing(model: string, name: string, what: string): VectorizerError {
  return new VectorizerError('VZ406', {
    fact: `${model} needs ${what}: ${name} is not set.`,
    fix: `Set ${name} in the environment of this process, or pass your own provider object as \`models\`.`,
  })
}
