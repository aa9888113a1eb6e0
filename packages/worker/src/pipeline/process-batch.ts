// One batch through all six steps: claim, load, chunk, format, embed, write.
import { randomUUID } from 'node:crypto'
import type { Embedder } from '@prisma-vectorizer/spec'
import { misfit } from '../set-aside.ts'
import type { Vectorizer } from '../vectorizer.ts'
import type { ClaimedRow, Lease, PipelineContext } from './batch.ts'
import { claim } from './claim.ts'
import { embed } from './embed.ts'
import { fail, postpone, release } from './fail.ts'
import { isMisfit, type Outage, outageOf } from './failure.ts'
import { keepLease } from './keep-lease.ts'
import { load } from './load.ts'
import { prepare } from './prepare.ts'
import { write } from './write.ts'

/** What became of the rows of one batch. */
export interface BatchResult {
  /** `BlogPost.contentEmbeddings`. */
  readonly vectorizer: string
  /** Rows taken from the queue; 0 when nothing was claimable. The counts of rows below add up to it. */
  readonly claimed: number
  /** Rows whose chunks are now current, those with empty text or outside the filter (no chunks) included. */
  readonly embedded: number
  /** Rows whose source row no longer exists. */
  readonly removed: number
  /** Rows whose attempt failed; the reason stands in the queue's `error` column. */
  readonly failed: number
  /** Rows that are queued again: changed or locked by the application meanwhile, stopped, or met by an outage. */
  readonly returned: number
  /** Chunks written. */
  readonly chunks: number
  /** As the provider reports them. */
  readonly tokens: number | undefined
  /** Why the batch could not be embedded, when the reason lies in no row: rows keep their attempts. */
  readonly outage: Outage | undefined
}

export interface BatchOptions {
  readonly limit: number
  readonly signal: AbortSignal
  /** How long rows rest after an outage, in seconds. */
  readonly outageDelay: number
  readonly onClaimed?: ((rows: number) => void) | undefined
}

/** `embedder` is called only when there are chunks. Throws when the database fails; the lease then runs out by itself. */
export async function processBatch(
  context: PipelineContext,
  vectorizer: Vectorizer,
  embedder: () => Promise<Embedder>,
  { limit, signal, outageDelay, onClaimed }: BatchOptions,
): Promise<BatchResult> {
  const lease: Lease = { vectorizer, token: randomUUID() }
  const empty = { vectorizer: vectorizer.label, claimed: 0, embedded: 0, removed: 0, failed: 0, returned: 0, chunks: 0 }
  let rows: readonly ClaimedRow[] = []
  try {
    rows = await claim(context, lease, limit)
    onClaimed?.(rows.length)
    if (rows.length === 0) return { ...empty, tokens: undefined, outage: undefined }

    const loaded = await load(context, lease, rows)
    const { prepared, failed } = prepare(vectorizer, loaded)
    const texts = prepared.filter(({ chunks }) => chunks.length > 0)
    const blank = prepared.filter(({ chunks }) => chunks.length === 0).map((row) => ({ ...row, vectors: [] }))
    const answer = await keepLease(context, lease, rows, signal, (patience) => embed(embedder, texts, patience))

    const outcome = await write(context, lease, [...blank, ...answer.embedded])
    await fail(context, lease, [...failed, ...answer.failed, ...outcome.failed])
    await postpone(context, lease, outcome.busy)
    await release(context, lease, answer.unfinished, answer.outage ? outageDelay : 0)
    return {
      vectorizer: vectorizer.label,
      claimed: rows.length,
      embedded: outcome.written.length,
      removed: outcome.removed.length,
      failed: failed.length + answer.failed.length + outcome.failed.length,
      returned: answer.unfinished.length + outcome.busy.length + outcome.lost.length,
      chunks: outcome.written.reduce((sum, { chunks }) => sum + chunks.length, 0),
      tokens: answer.tokens,
      outage: answer.outage,
    }
  } catch (error) {
    // Best effort: if the database is away, the lease runs out by itself.
    await release(context, lease, rows, isMisfit(error) ? outageDelay : 0).catch(() => {})
    if (!isMisfit(error)) throw error
    const fact = error instanceof Error ? error.message : String(error)
    const outage = { ...outageOf(misfit(vectorizer.spec, fact, error)), temporary: false }
    return { ...empty, claimed: rows.length, returned: rows.length, tokens: undefined, outage }
  }
}
