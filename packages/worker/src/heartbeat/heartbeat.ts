// Tells the database every few seconds that this worker lives and what it has done. Nothing depends on it: a role
// without the rights, or a registry without the tables, costs one line in the log.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Database } from '@prisma-vectorizer/spec'
import type { Logger } from '../logger.ts'
import { sqlState } from '../pipeline/failure.ts'
import { run } from '../sql/run.ts'
import type { BatchRecorder } from '../telemetry/recorder.ts'
import type { Redact } from '../telemetry/redact.ts'
import { version } from '../version.ts'
import { beat } from './beat-sql.ts'
import { createCounters } from './counters.ts'

/** Between heartbeats. */
export const heartbeatSeconds = 10

/** Milliseconds that the last heartbeat may keep a worker from stopping. */
const lastBeatPatience = 5_000

export interface Heartbeat {
  readonly record: BatchRecorder
  /** Registers the worker, and keeps telling. Does nothing the second time. */
  start(): void
  /** Tells now what was done since the last time. Never throws. */
  flush(): Promise<void>
  /** The last one. */
  stop(): Promise<void>
}

export function createHeartbeat(
  database: Database,
  logger: Logger,
  redact: Redact,
  seconds: number = heartbeatSeconds,
): Heartbeat {
  const worker = { id: randomUUID(), version, host: hostname(), seconds }
  const counters = createCounters((error) => redact(messageOf(error)))
  let timer: NodeJS.Timeout | undefined
  let last = Promise.resolve()
  let told: string | undefined

  async function send(stopped: boolean): Promise<void> {
    const done = counters.take()
    try {
      await run(database, beat({ ...worker, stopped, done }))
    } catch (error) {
      counters.giveBack(done)
      const message = redact(messageOf(error))
      // Before the first migration there is nothing to tell, and nowhere.
      const nothingThere = ['42P01', '3F000'].includes(sqlState(error) ?? '') && done.size === 0
      if (message === told || nothingThere) return
      told = message
      logger.warn({ code: sqlState(error) }, `heartbeats cannot be written, embedding goes on without: ${message}`)
    }
  }

  /** One after the other: a count is in one of them only. */
  function flush(stopped = false): Promise<void> {
    last = last.then(() => send(stopped))
    return last
  }

  return {
    record: counters.record,
    start() {
      if (timer) return
      timer = setInterval(() => void flush(), seconds * 1_000).unref()
      void flush()
    },
    flush: () => flush(),
    async stop() {
      if (!timer) return
      clearInterval(timer)
      let giveUp: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        giveUp = setTimeout(resolve, lastBeatPatience)
      })
      await Promise.race([flush(true), patience])
      clearTimeout(giveUp)
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
