// What a drain has done, in all and per vectorizer.
import type { Tally } from './lane.ts'
import type { LoopEnd } from './loop.ts'

export interface Counts extends Omit<Tally, 'since'> {}

export interface VectorizerSummary extends Readonly<Counts> {
  /** `BlogPost.contentEmbeddings`. */
  readonly vectorizer: string
  /** Why it was left undone: an outage, or tables that no longer fit. */
  readonly error: string | undefined
}

/** Rows embedded, removed (their source row is gone) and failed; chunks written and kept; tokens as providers report them. */
export interface Summary extends Readonly<Counts> {
  readonly vectorizers: readonly VectorizerSummary[]
  /** False when a deadline, a stop or a failing vectorizer left claimable rows behind. */
  readonly drained: boolean
}

const noWork: Counts = { embedded: 0, removed: 0, failed: 0, chunks: 0, reused: 0, tokens: undefined }

export function summarize({ lanes, broken, drained }: LoopEnd): Summary {
  const vectorizers: VectorizerSummary[] = [
    ...lanes.map(({ vectorizer, total: { since: _, ...counts }, outage }) => ({
      vectorizer: vectorizer.label,
      ...counts,
      error: outage?.message,
    })),
    ...broken.map(({ label, error }) => ({ vectorizer: label, ...noWork, error: error.message })),
  ]
  const total = { ...noWork }
  for (const counts of vectorizers) {
    total.embedded += counts.embedded
    total.removed += counts.removed
    total.failed += counts.failed
    total.chunks += counts.chunks
    total.reused += counts.reused
    if (counts.tokens !== undefined) total.tokens = (total.tokens ?? 0) + counts.tokens
  }
  return { ...total, vectorizers, drained: drained && vectorizers.every(({ error }) => error === undefined) }
}
