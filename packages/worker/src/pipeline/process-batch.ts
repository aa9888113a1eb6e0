// One batch through all steps: claim, load, read documents, chunk, format, embed, write.
import { randomUUID } from 'node:crypto'
import { type Embedder, isVectorizerError } from '@prisma-vectorizer/spec'
import { misfit } from '../set-aside.ts'
import type { Vectorizer } from '../vectorizer.ts'
import type { ClaimedRow, FailedRow, Lease, LoadedRow, PipelineContext } from './batch.ts'
import { claim } from './claim.ts'
import { embed } from './embed.ts'
import { fail, postpone, recordOutage, release } from './fail.ts'
import { isMisfit, type Outage, outageOf } from './failure.ts'
import { keepLease } from './keep-lease.ts'
import { load } from './load.ts'
import { prepare } from './prepare.ts'
import { afterQuarantine, enterQuarantine, isQuarantineBusy, quarantine } from './quarantine.ts'
import { type Documents, readDocuments } from './read-documents.ts'
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
  /** Chunks written, those that kept their vectors not among them. */
  readonly chunks: number
  /** Chunks whose text is as it was: they kept their vectors, and cost nothing. */
  readonly reused: number
  /** What each failed attempt failed at; as many as `failed`. */
  readonly failures: readonly Pick<FailedRow, 'step' | 'code'>[]
  /** Seconds that each step of the batch took. */
  readonly seconds: { readonly claim: number; readonly load: number; readonly embed: number; readonly write: number }
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

/** `embedder` is called only when there are texts. Throws when the database fails; the lease then runs out by itself. */
export async function processBatch(
  context: PipelineContext,
  vectorizer: Vectorizer,
  embedder: () => Promise<Embedder>,
  { limit, signal, outageDelay, onClaimed }: BatchOptions,
): Promise<BatchResult> {
  const lease: Lease = { vectorizer, token: randomUUID() }
  const lap = stopwatch()
  let claimed: readonly ClaimedRow[] = []
  let leave = () => {}
  try {
    claimed = await claim(context, lease, limit)
    onClaimed?.(claimed.length)
    if (claimed.length === 0) return { ...emptyResult(vectorizer), seconds: { ...noSeconds, claim: lap() } }
    const busy = isQuarantineBusy()
    const { rows, suspected, later, failed: deadly } = quarantine(claimed, { limit, label: vectorizer.label, busy })
    if (suspected) leave = enterQuarantine()
    await release(context, lease, later, 0)
    if (later.length === claimed.length) {
      await Promise.race([afterQuarantine(), once(signal)])
      return { ...emptyResult(vectorizer), claimed: claimed.length, returned: claimed.length }
    }
    const claimSeconds = lap()

    const loaded = await load(context, lease, rows)
    const loadSeconds = lap()
    const work = await keepLease(context, lease, rows, signal, async (patience) => {
      const documents = await readDocuments(context, vectorizer, loaded, patience)
      const { prepared, failed } = await prepare(vectorizer, documents.read)
      const answer = await embed(embedder, prepared, patience)
      return { answer, failed: [...documents.failed, ...failed], unread: unreadOf(loaded, documents) }
    })
    const { answer } = work
    const embedSeconds = lap()

    const outcome = await write(context, lease, answer.embedded, answer.vectors)
    const failed = [...deadly, ...work.failed, ...answer.failed, ...outcome.failed]
    await fail(context, lease, failed)
    await postpone(context, lease, outcome.busy)
    const unfinished = [...answer.unfinished, ...work.unread]
    await release(context, lease, unfinished, answer.outage ? outageDelay : 0)
    if (answer.outage) await recordOutage(context, vectorizer, 'embed', answer.outage)
    return {
      vectorizer: vectorizer.label,
      claimed: claimed.length,
      embedded: outcome.written.length,
      removed: outcome.removed.length,
      failed: failed.length,
      failures: failed.map(({ step, code }) => ({ step, code })),
      returned: later.length + unfinished.length + outcome.busy.length + outcome.lost.length,
      chunks: outcome.chunks,
      reused: outcome.reused,
      tokens: answer.tokens,
      seconds: { claim: claimSeconds, load: loadSeconds, embed: embedSeconds, write: lap() },
      outage: answer.outage,
    }
  } catch (error) {
    // Best effort: if the database is away, the lease runs out by itself.
    const outage = outageOfBatch(vectorizer, error)
    await release(context, lease, claimed, outage ? outageDelay : 0).catch(() => {})
    if (!outage && signal.aborted)
      return { ...emptyResult(vectorizer), claimed: claimed.length, returned: claimed.length }
    if (!outage) throw error
    await recordOutage(context, vectorizer, 'load', outage).catch(() => {})
    return { ...emptyResult(vectorizer), claimed: claimed.length, returned: claimed.length, outage }
  } finally {
    leave()
  }
}

/** Rows that a signal cut short while their documents were read. */
function unreadOf(loaded: readonly LoadedRow[], { read, failed }: Documents): readonly LoadedRow[] {
  if (read.length + failed.length === loaded.length) return []
  const done = new Set([...read, ...failed.map(({ row }) => row)].map(({ key }) => key))
  return loaded.filter(({ key }) => !done.has(key))
}

/** An error that no row of the batch can help: tables that do not fit, documents that nothing can read. */
function outageOfBatch({ spec }: Vectorizer, error: unknown): Outage | undefined {
  // VZ405: nothing has answered for too long, which may pass.
  if (isVectorizerError(error)) return { ...outageOf(error), temporary: error.code === 'VZ405' }
  if (!isMisfit(error)) return undefined
  const fact = error instanceof Error ? error.message : String(error)
  return { ...outageOf(misfit(spec, fact, error)), temporary: false }
}

const noSeconds = { claim: 0, load: 0, embed: 0, write: 0 } as const

const emptyResult = ({ label }: Vectorizer) =>
  ({
    vectorizer: label,
    claimed: 0,
    embedded: 0,
    removed: 0,
    failed: 0,
    failures: [],
    returned: 0,
    chunks: 0,
    reused: 0,
    tokens: undefined,
    seconds: noSeconds,
    outage: undefined,
  }) as const satisfies BatchResult

/** Resolves when `signal` is aborted. */
const once = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Seconds since the last time it was asked. */
function stopwatch(): () => number {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const seconds = (now - last) / 1_000
    last = now
    return seconds
  }
}
