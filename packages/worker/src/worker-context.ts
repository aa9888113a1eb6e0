// What a worker holds while it is open: its database, its registry, what watches it and what tells of it.
import type { EmbedderResolver } from '@prisma-vectorizer/spec'
import { type OpenedDatabase, openDatabase } from './database/open-database.ts'
import { openingDocuments } from './documents.ts'
import type { Pulse } from './health/pulse.ts'
import { createHeartbeat } from './heartbeat/heartbeat.ts'
import { createHousekeeping } from './heartbeat/housekeeping.ts'
import { createIndexKeeper } from './index-upkeep/keeper.ts'
import type { Logger } from './logger.ts'
import type { LoopContext } from './loop.ts'
import type { Settings, WorkerOptions } from './options.ts'
import { createRegistryReader, selecting } from './registry.ts'
import { observe } from './telemetry/observation.ts'
import type { QueueDepth } from './telemetry/queue-depth.ts'
import type { BatchRecorder } from './telemetry/recorder.ts'
import type { Redact } from './telemetry/redact.ts'

/** What outlives a failed attempt to open the database. */
export interface WorkerBasis {
  readonly options: WorkerOptions
  readonly settings: Settings
  readonly resolve: EmbedderResolver
  readonly logger: Logger
  readonly redact: Redact
  readonly pulse: Pulse
  readonly recorders: readonly BatchRecorder[]
  readonly queueDepth: QueueDepth
  readonly onNotify: LoopContext['onNotify']
  readonly stopping: AbortSignal
  readonly abandoning: AbortSignal
}

export interface WorkerContext extends LoopContext, Pick<OpenedDatabase, 'openSession'> {
  /** There is work: heartbeats and housekeeping begin. */
  begin(): void
  /** Tells what was done so far. Never throws. */
  flush(): Promise<void>
  readonly prices: Readonly<Record<string, number>>
  /** Says that it stops, and closes the database if the worker opened it. */
  close(): Promise<void>
}

/** Throws VZ501 and VZ507. */
export async function openContext({ options, settings, redact, ...basis }: WorkerBasis): Promise<WorkerContext> {
  const { logger, recorders, queueDepth } = basis
  // One connection more than batches: the registry is read while all of them write.
  const opened: OpenedDatabase = await openDatabase(options.database, settings.concurrency + 1)
  const { database } = opened
  const heartbeat = createHeartbeat(database, logger, redact)
  const housekeeping = createHousekeeping(database, settings.errorRetention, logger)
  const keeper = createIndexKeeper({ ...opened, logger })
  const observation = await observe(queueDepth, [...recorders, heartbeat.record], redact)
  const bringsVectors = options.embedder === undefined
  return {
    ...settings,
    ...basis,
    ...opened,
    redact,
    documents: openingDocuments(options.documents),
    readRegistry: selecting(
      createRegistryReader(database, { bringsVectors, chunking: { splitters: options.splitters } }),
      options.vectorizers,
    ),
    bringsVectors,
    keepIndex: (vectorizer) => void keeper.check(vectorizer),
    exitOnError: options.exitOnError ?? false,
    onProgress: options.onProgress,
    prices: options.prices ?? {},
    observation,
    begin() {
      heartbeat.start()
      housekeeping.start()
    },
    flush: () => heartbeat.flush(),
    async close() {
      observation.stop()
      await keeper.stop()
      await housekeeping.stop()
      await heartbeat.stop()
      await database.close()
    },
  }
}
