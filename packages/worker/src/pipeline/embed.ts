// Step 5 of 6: texts → vectors, outside any transaction. When the provider refuses a batch, finds out which rows it is
// about, so that the others are embedded in the same run.
import { type Embedder, isVectorizerError } from '@prisma-vectorizer/spec'
import type { ChunkedRow, EmbeddedRow, FailedRow } from './batch.ts'
import { certainOutage, describeFailure, type Outage, outageOf } from './failure.ts'

export interface EmbedOutcome {
  readonly embedded: EmbeddedRow[]
  readonly failed: FailedRow[]
  /** Rows for which there was no answer, because of `outage` or because `signal` was aborted. */
  readonly unfinished: ChunkedRow[]
  outage: Outage | undefined
  tokens: number | undefined
}

/** A text no provider objects to: when even this fails, the fault is not in the rows. */
const harmlessText = 'The quick brown fox jumps over the lazy dog.'

/**
 * One call for all chunks of `rows`. If it fails for a reason that may lie in the texts, `harmlessText` is tried:
 * where that works, the batch is halved until the rows to blame stand alone; 1 in 50 costs 12 more calls.
 */
export async function embed(
  resolveEmbedder: () => Promise<Embedder>,
  rows: readonly ChunkedRow[],
  signal: AbortSignal,
): Promise<EmbedOutcome> {
  const outcome: EmbedOutcome = { embedded: [], failed: [], unfinished: [], outage: undefined, tokens: undefined }
  let providerWorks = false

  async function embedSlice(embedder: Embedder, slice: readonly ChunkedRow[]): Promise<void> {
    if (outcome.outage || signal.aborted) {
      outcome.unfinished.push(...slice)
      return
    }
    const chunks = slice.flatMap((row) => row.chunks)
    try {
      const { vectors, tokens } = await call(embedder, chunks, signal)
      if (tokens !== undefined) outcome.tokens = (outcome.tokens ?? 0) + tokens
      outcome.embedded.push(...withVectors(slice, vectors))
    } catch (error) {
      outcome.outage = await findOutage(embedder, error, chunks)
      const [row] = slice
      if (outcome.outage || signal.aborted) {
        outcome.unfinished.push(...slice)
      } else if (slice.length === 1 && row) {
        outcome.failed.push({ row, message: describeFailure(error, row.chunks) })
      } else {
        const middle = Math.ceil(slice.length / 2)
        await embedSlice(embedder, slice.slice(0, middle))
        await embedSlice(embedder, slice.slice(middle))
      }
    }
  }

  /** The outage that `error` is or turns out to be; undefined when the provider works for other texts. */
  async function findOutage(embedder: Embedder, error: unknown, chunks: readonly string[]) {
    if (signal.aborted) return undefined
    const certain = certainOutage(error, chunks)
    if (certain || providerWorks) return certain
    try {
      await call(embedder, [harmlessText], signal)
      providerWorks = true
      return undefined
    } catch (probeError) {
      return signal.aborted ? undefined : (certainOutage(probeError, []) ?? outageOf(error, chunks))
    }
  }

  if (rows.length === 0) return outcome
  try {
    await embedSlice(await resolveEmbedder(), rows)
  } catch (error) {
    outcome.unfinished.push(...rows)
    outcome.outage = { ...outageOf(error), temporary: false }
  }
  // An abort with an error of ours is no request to stop: the provider has not answered for too long.
  if (signal.aborted && isVectorizerError(signal.reason)) outcome.outage = outageOf(signal.reason)
  return outcome
}

function withVectors(rows: readonly ChunkedRow[], vectors: readonly (readonly number[])[]): EmbeddedRow[] {
  let next = 0
  return rows.map((row) => {
    const start = next
    next += row.chunks.length
    return { ...row, vectors: vectors.slice(start, next) }
  })
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
