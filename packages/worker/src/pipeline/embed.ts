// Step 7: texts → vectors, outside any transaction. When the provider refuses a batch, finds out which rows it is
// about, so that the others are embedded in the same run.
import { type Embedder, isVectorizerError } from '@prisma-vectorizer/spec'
import type { ChunkedRow, FailedRow, Vectors } from './batch.ts'
import { textsToEmbed } from './chunk-plan.ts'
import { certainOutage, failedRow, type Outage, outageOf } from './failure.ts'

export interface EmbedOutcome {
  /** Rows whose chunks all have a vector: in `vectors`, or in the store already. */
  readonly embedded: ChunkedRow[]
  readonly vectors: Vectors
  readonly failed: FailedRow[]
  /** Rows for which there was no answer, because of `outage` or because `signal` was aborted. */
  readonly unfinished: ChunkedRow[]
  readonly outage: Outage | undefined
  readonly tokens: number | undefined
}

/** A text no provider objects to: when even this fails, the fault is not in the rows. */
const harmlessText = 'The quick brown fox jumps over the lazy dog.'

/**
 * One call for the texts of `rows` that have no vector yet, each once. If it fails for a reason that may lie in the texts,
 * `harmlessText` is tried: where that works, the batch is halved until the rows to blame stand alone; 1 in 50 costs 12
 * more calls. `resolveEmbedder` is asked only when there is a text to embed.
 */
export async function embed(
  resolveEmbedder: () => Promise<Embedder>,
  rows: readonly ChunkedRow[],
  signal: AbortSignal,
): Promise<EmbedOutcome> {
  const missing = new Map(rows.map((row) => [row, textsToEmbed(row.chunks, row.stored)]))
  const embedded = rows.filter((row) => missing.get(row)?.length === 0)
  const wanted = rows.filter((row) => missing.get(row)?.length !== 0)
  const vectors = new Map<string, readonly number[]>()
  const failed: FailedRow[] = []
  const unfinished: ChunkedRow[] = []
  let outage: Outage | undefined
  let tokens: number | undefined
  let providerWorks = false

  async function embedSlice(embedder: Embedder, slice: readonly ChunkedRow[]): Promise<void> {
    if (outage || signal.aborted) {
      unfinished.push(...slice)
      return
    }
    const texts = [...new Set(slice.flatMap((row) => missing.get(row) ?? []))]
    try {
      const answer = await call(embedder, texts, signal)
      if (answer.tokens !== undefined) tokens = (tokens ?? 0) + answer.tokens
      for (const [index, text] of texts.entries()) vectors.set(text, answer.vectors[index] as readonly number[])
      embedded.push(...slice)
    } catch (error) {
      outage = await findOutage(embedder, error, texts)
      const [row] = slice
      if (outage || signal.aborted) {
        unfinished.push(...slice)
      } else if (slice.length === 1 && row) {
        failed.push(failedRow(row, 'embed', error, row.chunks))
      } else {
        const middle = Math.ceil(slice.length / 2)
        await embedSlice(embedder, slice.slice(0, middle))
        await embedSlice(embedder, slice.slice(middle))
      }
    }
  }

  /** The outage that `error` is or turns out to be; undefined when the provider works for other texts. */
  async function findOutage(embedder: Embedder, error: unknown, texts: readonly string[]) {
    if (signal.aborted) return undefined
    const certain = certainOutage(error, texts)
    if (certain || providerWorks) return certain
    try {
      await call(embedder, [harmlessText], signal)
      providerWorks = true
      return undefined
    } catch (probeError) {
      return signal.aborted ? undefined : (certainOutage(probeError, []) ?? outageOf(error, texts))
    }
  }

  if (wanted.length > 0) {
    try {
      await embedSlice(await resolveEmbedder(), wanted)
    } catch (error) {
      unfinished.push(...wanted)
      outage = { ...outageOf(error), temporary: false }
    }
  }
  // An abort with an error of ours is no request to stop: the provider has not answered for too long.
  if (signal.aborted && isVectorizerError(signal.reason)) outage = outageOf(signal.reason)
  return { embedded, vectors, failed, unfinished, outage, tokens }
}

/** Ends with the signal even if the embedder does not heed it: a graceful stop must not hang on a provider. */
async function call(embedder: Embedder, texts: readonly string[], signal: AbortSignal) {
  signal.throwIfAborted()
  let stopListening = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    stopListening = () => signal.removeEventListener('abort', onAbort)
  })
  try {
    return await Promise.race([embedder.embed(texts, { purpose: 'document', signal }), aborted])
  } finally {
    stopListening()
  }
}
