// How far each vectorizer is, counted in the database, and what the workers say of themselves.
import type { Database, SqlQuery } from '@prisma-vectorizer/spec'
import { type ProgressRow, readProgress, readWorkers, type WorkerRow } from './heartbeat/read-progress.ts'
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
  /** Rows embedded since it was made, a row that changed counting again: workers add to it every 10 seconds. */
  readonly processed: number
  /** Chunks that kept their vectors since it was made, because their text had not changed. */
  readonly reused: number
  /** Tokens since it was made, as providers report them. */
  readonly tokens: number
  /** US dollars for `tokens` at today's price of its model; null where `prices` has none. */
  readonly cost: number | null
  /** When a worker last embedded a row of it, to 10 seconds: ISO 8601. */
  readonly lastSuccessAt: string | null
  readonly lastErrorAt: string | null
  /** The last error that a worker met, without any text of a row. */
  readonly lastError: string | null
  /** Why it cannot work (VZ504, VZ505, VZ511); the counts are 0 then. */
  readonly error: string | undefined
}

export interface StatusOptions {
  /** Default true. False leaves `embedded` and `chunks` at 0: counting them reads the stores from end to end. */
  readonly stores?: boolean | undefined
}

/** One worker that runs, or that ran within the last day. */
export interface WorkerStatus {
  readonly id: string
  readonly version: string
  /** Name of its machine or container. */
  readonly host: string
  /** `silent`: three heartbeats are missing, so it was killed, or is cut off. Its rows go to others. */
  readonly state: 'alive' | 'stopped' | 'silent'
  /** ISO 8601. */
  readonly startedAt: string
  readonly heartbeatAt: string
  /** Rows it has embedded. */
  readonly embedded: number
  /** Attempts that failed. */
  readonly failed: number
  readonly lastErrorAt: string | null
  /** Without any text of a row. */
  readonly lastError: string | null
}

interface StatusContext {
  readonly database: Database
  readonly readRegistry: () => Promise<Registry>
  readonly prices: Readonly<Record<string, number>>
}

export async function readStatus(
  context: StatusContext,
  { stores = true }: StatusOptions = {},
): Promise<VectorizerStatus[]> {
  const { vectorizers, broken } = await context.readRegistry()
  if (vectorizers.length + broken.length === 0) return []
  const progress = new Map(
    (await readIfAllowed<ProgressRow>(context.database, readProgress)).map((row) => [row.vectorizer, row]),
  )
  const statuses: VectorizerStatus[] = broken.map(({ label, name, error }) => ({
    ...uncounted,
    name: label,
    registryName: name,
    ...progressOf(progress.get(name), null),
    error: error.message,
  }))
  for (const vectorizer of vectorizers) {
    const { model } = vectorizer.spec
    const price = model !== null && Object.hasOwn(context.prices, model) ? context.prices[model] : undefined
    const done = progressOf(progress.get(vectorizer.name), price ?? null)
    statuses.push({ ...(await statusOf(context.database, vectorizer, stores)), ...done })
  }
  return statuses.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Those of the last day, in the order of their starts; none where the role may not read them. */
export async function readWorkerStatus(database: Database): Promise<WorkerStatus[]> {
  const rows = await readIfAllowed<WorkerRow>(database, readWorkers)
  return rows.map(({ started_at, heartbeat_at, failed_attempts, last_error_at, last_error, ...same }) => ({
    ...same,
    startedAt: started_at,
    heartbeatAt: heartbeat_at,
    failed: failed_attempts,
    lastErrorAt: last_error_at,
    lastError: last_error,
  }))
}

/** Without a right, or in a database of an older version, what workers say is unknown; what queues hold is not. */
async function readIfAllowed<R extends object>(database: Database, query: SqlQuery): Promise<readonly R[]> {
  try {
    return await run<R>(database, query)
  } catch (error) {
    if (!isMisfit(error)) throw error
    return []
  }
}

function progressOf(row: ProgressRow | undefined, price: number | null) {
  const tokens = row?.tokens ?? 0
  return {
    processed: row?.embedded ?? 0,
    reused: row?.reused ?? 0,
    tokens,
    cost: price === null ? null : (tokens * price) / 1_000_000,
    lastSuccessAt: row?.last_success_at ?? null,
    lastErrorAt: row?.last_error_at ?? null,
    lastError: row?.last_error ?? null,
  }
}

async function statusOf(database: Database, vectorizer: Vectorizer, stores: boolean): Promise<VectorizerStatus> {
  const { label: name, name: registryName, spec, paused } = vectorizer
  const identity = { ...uncounted, name, registryName, model: spec.model, paused }
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
  ...progressOf(undefined, null),
  error: undefined,
}
