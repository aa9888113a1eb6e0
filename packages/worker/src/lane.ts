// One vectorizer as the loop sees it: is there work, is it resting after an outage, what has it done so far?
import type { Embedder, EmbedderResolver } from '@prisma-vectorizer/spec'
import type { Outage } from './pipeline/failure.ts'
import type { BatchResult } from './pipeline/process-batch.ts'
import type { Vectorizer } from './vectorizer.ts'

export interface Lane {
  vectorizer: Vectorizer
  /** Whether the registry still has it, fit to be worked on. */
  present: boolean
  embedder: () => Promise<Embedder>
  /** Whether its queue may hold claimable rows: set by a poll and by every batch that had rows. */
  hungry: boolean
  /** A claim is on its way; until it is back, another one would most likely find nothing. */
  claiming: boolean
  inFlight: number
  /** Order of the last start, for taking turns. */
  turn: number
  /** Outages in a row, and when to try again, in milliseconds since the epoch. */
  outages: number
  resumeAt: number
  outage: Outage | undefined
  /** Set when a drain will not try again. */
  gaveUp: boolean
  /** Since the loop started, and since the last report. */
  readonly total: Tally
  readonly unreported: Tally
}

/** Sums over batches; see BatchResult. */
export interface Tally {
  embedded: number
  removed: number
  failed: number
  chunks: number
  /** Chunks that kept their vectors. */
  reused: number
  tokens: number | undefined
  /** Milliseconds since the epoch. */
  since: number
}

const emptyTally = (): Tally => ({
  embedded: 0,
  removed: 0,
  failed: 0,
  chunks: 0,
  reused: 0,
  tokens: undefined,
  since: Date.now(),
})

export function createLane(vectorizer: Vectorizer, resolve: EmbedderResolver): Lane {
  return {
    vectorizer,
    present: true,
    embedder: embedderOf(vectorizer, resolve),
    hungry: true,
    claiming: false,
    inFlight: 0,
    turn: 0,
    outages: 0,
    resumeAt: 0,
    outage: undefined,
    gaveUp: false,
    total: emptyTally(),
    unreported: emptyTally(),
  }
}

/** The registry was read again: keeps counts, and the embedder unless it would be another. */
export function updateLane(lane: Lane, vectorizer: Vectorizer, resolve: EmbedderResolver): void {
  const { spec } = lane.vectorizer
  if (spec.model !== vectorizer.spec.model || spec.dimensions !== vectorizer.spec.dimensions) {
    lane.embedder = embedderOf(vectorizer, resolve)
  }
  lane.vectorizer = vectorizer
}

/** Resolves once; after a failure (a missing key, a missing package) again, since it may be mended meanwhile. */
export function embedderOf({ spec }: Vectorizer, resolve: EmbedderResolver): () => Promise<Embedder> {
  let resolved: Promise<Embedder> | undefined
  return async () => {
    resolved ??= resolve({ model: spec.model, dimensions: spec.dimensions })
    try {
      return await resolved
    } catch (error) {
      resolved = undefined
      throw error
    }
  }
}

/** Milliseconds to rest after `outages` outages in a row: 0.5 s, 1 s, 2 s … 5 minutes. */
export const restAfter = (outages: number): number => Math.min(500 * 2 ** Math.max(0, outages - 1), 300_000)

/** Takes the result of a batch into account. */
export function noteResult(lane: Lane, result: BatchResult): void {
  for (const tally of [lane.total, lane.unreported]) {
    tally.embedded += result.embedded
    tally.removed += result.removed
    tally.failed += result.failed
    tally.chunks += result.chunks
    tally.reused += result.reused
    if (result.tokens !== undefined) tally.tokens = (tally.tokens ?? 0) + result.tokens
  }
  // Rows may have come back meanwhile; only a claim that finds none ends the search.
  if (result.claimed > 0) lane.hungry = true
  if (result.outage) noteOutage(lane, result.outage)
  else if (result.claimed > 0) {
    lane.outages = 0
    lane.outage = undefined
  }
}

export function noteOutage(lane: Lane, outage: Outage): void {
  lane.outages++
  lane.resumeAt = Date.now() + restAfter(lane.outages)
  lane.outage = outage
  lane.hungry = true
}

/** Starts a new report, returning the old one. */
export function takeReport(lane: Lane): Tally {
  const report = { ...lane.unreported }
  Object.assign(lane.unreported, emptyTally())
  return report
}
