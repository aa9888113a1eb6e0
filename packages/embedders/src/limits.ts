// What one key of a provider may be asked per minute, as the application states it.
import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import { providers } from './providers.ts'
import type { ModelTable } from './resolve-model.ts'

export interface ProviderLimits {
  /** Calls in any 60 seconds. Default: no limit. */
  readonly requestsPerMinute?: number | undefined
  /** Estimated at a quarter of the bytes, and corrected by what the provider reports. Default: no limit. */
  readonly tokensPerMinute?: number | undefined
  /** Calls at the same time. Default: no limit. */
  readonly concurrency?: number | undefined
}

/** By provider (`openai`, for all its models together), or by the full name of one model (`my/model`). */
export type LimitTable = Readonly<Record<string, ProviderLimits | undefined>>

const options = ['requestsPerMinute', 'tokensPerMinute', 'concurrency']

/** The name under which `limits` are stated for the model `name`: the most exact one. */
export function limitedName(name: string, limits: LimitTable): string {
  if (Object.hasOwn(limits, name)) return name
  const slash = name.indexOf('/')
  return slash === -1 ? name : name.slice(0, slash)
}

/** Throws VZ409. */
export function assertLimits(limits: LimitTable, models: ModelTable): void {
  const own = Object.keys(models)
  const known = [...new Set(['local', ...Object.keys(providers), ...own, ...own.map((name) => limitedName(name, {}))])]
  for (const [name, values] of Object.entries(limits)) {
    if (!known.includes(name) && !known.includes(limitedName(name, {}))) {
      const near = nearestName(name, known)
      throw invalid(`limits["${name}"] is about no provider known here.`, near && `Did you mean "${near}"?`, known)
    }
    for (const [option, value] of Object.entries(values ?? {})) {
      if (!options.includes(option)) {
        throw invalid(`limits["${name}"] has no option "${option}".`, undefined, options)
      }
      assertWhole(`limits["${name}"].${option}`, value, 1)
    }
  }
}

/** Throws VZ409 unless `value` is absent or a whole number from `least`. */
export function assertWhole(option: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return
  throw invalid(`${option} is ${value}, not a whole number from ${least}.`, 'Leave it out for the default.')
}

function invalid(fact: string, fix: string | undefined, known?: readonly string[]): VectorizerError {
  return new VectorizerError('VZ409', {
    fact,
    why: known && `Known: ${known.join(', ')}.`,
    fix: fix ?? 'Name a known one.',
  })
}
