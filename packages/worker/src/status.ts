// How far each vectorizer is, counted in the database.
import type { Database } from '@prisma-vectorizer/spec'
import { isMisfit } from './pipeline/failure.ts'
import type { Registry } from './registry.ts'
import { misfit } from './set-aside.ts'
import { countQueue, type QueueCounts } from './sql/count-queue.ts'
import { countStore, type StoreCounts } from './sql/count-store.ts'
import { run } from './sql/run.ts'
import type { Vectorizer } from './vectorizer.ts'

export interface VectorizerStatus {
  /** `BlogPost.contentEmbeddings`. */
  readonly name: string
  /** Key in the registry, e.g. `BlogPost_embedding_store`. */
  readonly registryName: string
  /** `"provider/model"`; null when the application brings the vectors. */
  readonly model: string | null
  readonly paused: boolean
  /** Rows to embed: claimable, leased, or waiting for another attempt. */
  readonly pending: number
  /** Of those, rows that a worker holds right now. */
  readonly inFlight: number
  /** Of those, rows that failed before. */
  readonly retrying: number
  /** Rows given up until they change. */
  readonly failed: number
  /** Age of the oldest pending row, in seconds. */
  readonly oldestPending: number | null
  /** Rows that have embeddings. */
  readonly embedded: number
  readonly chunks: number
  /** Why it cannot work (VZ504, VZ505, VZ510, VZ511); the counts are 0 then. */
  readonly error: string | undefined
}

export interface StatusOptions {
  /** Default true. False leaves `embedded` and `chunks` at 0: counting them reads the stores from end to end. */
  readonly stores?: boolean | undefined
}

export async function readStatus(
  context: { readonly database: Database; readonly readRegistry: () => Promise<Registry> },
  { stores = true }: StatusOptions = {},
): Promise<VectorizerStatus[]> {
  const { vectorizers, broken } = await context.readRegistry()
  const statuses: VectorizerStatus[] = broken.map(({ label, name, error }) => ({
    name: label,
    registryName: name,
    ...uncounted,
    error: error.message,
  }))
  for (const vectorizer of vectorizers) statuses.push(await statusOf(context.database, vectorizer, stores))
  return statuses.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function statusOf(database: Database, vectorizer: Vectorizer, stores: boolean): Promise<VectorizerStatus> {
  const { label: name, name: registryName, spec, paused } = vectorizer
  const identity = { name, registryName, ...uncounted, model: spec.model, paused }
  try {
    const [queue] = await run<QueueCounts>(database, countQueue(vectorizer))
    const [store] = stores ? await run<StoreCounts>(database, countStore(vectorizer)) : []
    return {
      ...identity,
      pending: queue?.pending ?? 0,
      inFlight: queue?.in_flight ?? 0,
      retrying: queue?.retrying ?? 0,
      failed: queue?.failed ?? 0,
      oldestPending: queue?.oldest_pending_seconds ?? null,
      embedded: store?.embedded ?? 0,
      chunks: store?.chunks ?? 0,
    }
  } catch (error) {
    if (!isMisfit(error)) throw error
    return { ...identity, error: misfit(spec, error instanceof Error ? error.message : String(error), error).message }
  }
}

const uncounted = {
  model: null,
  paused: false,
  pending: 0,
  inFlight: 0,
  retrying: 0,
  failed: 0,
  oldestPending: null,
  embedded: 0,
  chunks: 0,
  error: undefined,
}
