// Embedders a test controls: what they answer, when, and what they were asked.
import { type Embedder, type EmbedderResolver, VectorizerError } from '@prisma-vectorizer/spec'
import type { Logger } from '../../src/index.ts'

/** A vector that tells which text it was made from. */
export function vectorOf(text: string, dimensions = 8): number[] {
  const vector = new Array<number>(dimensions).fill(0)
  for (let index = 0; index < text.length; index++) {
    const place = (index * 7 + text.charCodeAt(index)) % dimensions
    vector[place] = Math.fround((vector[place] as number) + (text.charCodeAt(index) % 31) / 31)
  }
  return vector
}

export interface FakeEmbedder extends Embedder {
  /** The texts of each call, in order. */
  readonly calls: (readonly string[])[]
}

/** `before` runs before each answer: wait there, or throw there. */
export function fakeEmbedder(
  before: (texts: readonly string[], signal?: AbortSignal) => unknown = () => {},
): FakeEmbedder {
  const calls: (readonly string[])[] = []
  return {
    name: 'fake/good',
    calls,
    async embed(texts, { signal }) {
      calls.push(texts)
      await before(texts, signal)
      return { vectors: texts.map((text) => vectorOf(text)), tokens: texts.length }
    },
  }
}

export const always =
  (embedder: Embedder): EmbedderResolver =>
  async () =>
    embedder

/** A call that hangs until `open()`; `reached` resolves when the first one has arrived. */
export function gate() {
  let open = () => {}
  let reach = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return {
    reached,
    open,
    wait: () => {
      reach()
      return opened
    },
  }
}

/** Refuses calls with a text that holds `word`, as a provider does that objects to its input. */
export function refusing(word: string): FakeEmbedder {
  return fakeEmbedder((texts) => {
    if (texts.some((text) => text.includes(word))) {
      throw new VectorizerError('VZ405', { fact: 'fake/good answered HTTP 400: the input is not acceptable.' })
    }
  })
}

/** What the AI SDK throws, as our embedders hand it on. */
export function providerError(statusCode: number, isRetryable: boolean): VectorizerError {
  const cause = Object.assign(new Error(`HTTP ${statusCode}`), { statusCode, isRetryable })
  return new VectorizerError('VZ405', { fact: `fake/good answered HTTP ${statusCode}.`, cause })
}

/** One embedder per model name. */
export const byModel =
  (embedders: Readonly<Record<string, Embedder>>): EmbedderResolver =>
  async ({ model }) => {
    const embedder = embedders[model ?? '']
    if (embedder) return embedder
    throw new VectorizerError('VZ401', { fact: `The model ${model} is not known.` })
  }

export interface RecordedLogger extends Logger {
  readonly lines: string[]
}

export function recordingLogger(): RecordedLogger {
  const lines: string[] = []
  const log = (level: string) => (_: unknown, message: string) => void lines.push(`${level} ${message}`)
  return { lines, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}
