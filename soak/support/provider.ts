// A provider that lies, stalls, limits its callers and dies, in the shape of an AI SDK model.
import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddingModelLike } from '@prisma-vectorizer/embedders'
import type { Random } from './random.ts'
import { mirage, poison } from './texts.ts'
import { vectorOf } from './vector.ts'

/** How often, of a thousand calls. The rest are answered after 1 to 40 ms. */
const faults = {
  slow: 20,
  stall: 8,
  'HTTP 429': 40,
  'HTTP 500': 40,
  'network error': 30,
  'too few vectors': 25,
  'too long vectors': 25,
  'not a number': 25,
} as const

const lies = ['too few vectors', 'too long vectors', 'not a number'] as const satisfies readonly Fault[]

type Fault = keyof typeof faults | 'outage' | 'HTTP 401' | 'HTTP 400'

export interface ProviderOptions {
  readonly random: Random
  /** Milliseconds since the epoch: outages come by the clock, the same for all processes. */
  readonly startedAt: number
  /** Refuses poison, and that is all. */
  readonly healthy: boolean
  readonly onCall: (texts: number, fault: Fault | undefined) => void
}

/** Of every 20 seconds 3 in which nobody is there, and half a second in which keys are refused. */
function phaseAt(milliseconds: number): Fault | undefined {
  const second = (milliseconds / 1_000) % 20
  if (second >= 9 && second < 12) return 'outage'
  return second >= 17 && second < 17.5 ? 'HTTP 401' : undefined
}

export function createProvider({ random, startedAt, healthy, onCall }: ProviderOptions): EmbeddingModelLike {
  const weights = { none: 1_000 - Object.values(faults).reduce((sum, often) => sum + often, 0), ...faults }
  const nextFault = (values: readonly string[]): Fault | undefined => {
    if (values.some((value) => value.includes(poison))) return 'HTTP 400'
    if (healthy) return undefined
    const phase = phaseAt(Date.now() - startedAt)
    if (phase) return phase
    const unreal = values.find((value) => value.includes(mirage))
    if (unreal) return lies[unreal.length % lies.length]
    const fault = random.weighted(weights)
    return fault === 'none' ? undefined : fault
  }
  return {
    provider: 'soak',
    modelId: 'model',
    maxEmbeddingsPerCall: 20,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal }) {
      const fault = nextFault(values)
      onCall(values.length, fault)
      if (fault === 'stall') await sleep(3_600_000, undefined, { signal: abortSignal, ref: false })
      await sleep(fault === 'slow' ? random.between(1_000, 3_000) : random.between(1, 40), undefined, {
        signal: abortSignal,
      })
      const error = fault && errorOf(fault)
      if (error) throw error
      const embeddings = values.map(vectorOf)
      if (fault === 'too few vectors') embeddings.pop()
      if (fault === 'too long vectors') embeddings.at(-1)?.push(1)
      if (fault === 'not a number') (embeddings[0] as number[])[3] = Number.NaN
      return { embeddings, usage: { tokens: values.length } }
    },
  }
}

function errorOf(fault: Fault): Error | undefined {
  if (fault === 'HTTP 400') return answer(400, false)
  if (fault === 'HTTP 401') return answer(401, false)
  if (fault === 'HTTP 429') return answer(429, true, { 'retry-after-ms': '50' })
  if (fault === 'HTTP 500') return answer(500, true)
  if (fault === 'network error' || fault === 'outage') {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    return Object.assign(new Error('Cannot connect to API', { cause }), { isRetryable: true })
  }
  return undefined
}

/** As the AI SDK's `APICallError`. */
function answer(statusCode: number, isRetryable: boolean, responseHeaders: Record<string, string> = {}): Error {
  return Object.assign(new Error(`soak/model says ${statusCode}`), { statusCode, isRetryable, responseHeaders })
}
