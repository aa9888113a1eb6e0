// What a provider needs from the environment, checked before its first call; values are never shown.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { Provider, Settings } from './providers.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The settings of a provider's factory. Throws VZ406 naming the variables that are missing. */
export function providerSettings(model: string, provider: Provider, environment: Environment): Settings {
  // An empty variable is a missing one: that is what an unset secret of a CI system looks like.
  const read = (variable: string) => environment[variable]?.trim() || undefined
  assertNeeds(model, provider.needs ?? [], read)
  const settings: Record<string, string> = {}
  for (const [setting, variable] of Object.entries(provider.variables)) {
    const value = read(variable) ?? provider.defaults?.[setting]
    if (value !== undefined) settings[setting] = setting === 'baseURL' ? checkedUrl(value, model, provider) : value
  }
  return settings
}

function assertNeeds(
  model: string,
  needs: Provider['needs'] & object,
  read: (variable: string) => string | undefined,
): void {
  const missing = needs.map((variables) => variables.filter((variable) => read(variable) === undefined))
  if (missing.length === 0 || missing.some((variables) => variables.length === 0)) return
  const least = Math.min(...missing.map((variables) => variables.length))
  const ways = missing.filter((variables) => variables.length === least).map((variables) => variables.join(' and '))
  throw new VectorizerError('VZ406', {
    fact: `${model} needs ${ways.join(', or ')}: ${least > 1 || ways.length > 1 ? 'they are' : 'it is'} not set.`,
    fix: `Set ${ways.join(', or ')} in the environment of this process, or pass your own provider object as \`models\`.`,
  })
}

function checkedUrl(text: string, model: string, provider: Provider): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    return provider.path && url.pathname === '/' ? new URL(provider.path, url).href : text
  }
  const variable = provider.variables['baseURL']
  throw new VectorizerError('VZ406', {
    fact: `${model}: ${variable} is not an http or https URL.`,
    fix: `Set ${variable} to a URL such as http://127.0.0.1:4000/v1.`,
  })
}
