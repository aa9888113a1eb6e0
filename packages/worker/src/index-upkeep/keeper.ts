// Watches over the indexes of a running worker: builds one that waits for its number of vectors, and makes good one that is
// missing or not valid. It never waits for an empty queue where a number is set: a store that is written all the time
// needs its index most.
import { minRowsOf } from '@prisma-vectorizer/spec'
import type { Logger } from '../logger.ts'
import { ensureIndex, type UpkeepContext } from './build.ts'
import { hasVectors, isQueued } from './count.ts'
import { buildFailure, notOwner } from './failure.ts'
import { type IndexTarget, readTargets } from './target.ts'

export interface IndexKeeperContext extends Omit<UpkeepContext, 'signal' | 'onProgress'> {
  readonly logger: Logger
  /** Milliseconds between two looks at one index, however often `check` is called. Default 30000. */
  readonly interval?: number | undefined
  /** Milliseconds to the next attempt after a failure; doubles up to an hour. Default 60000. */
  readonly retryAfter?: number | undefined
}

export interface IndexKeeper {
  /**
   * Looks whether the index of the vectorizer is due, and builds it: on a connection of its own, CONCURRENTLY, one at a time.
   * Resolves when that is done, which may be hours: whoever has other work does not wait. Never rejects.
   */
  check(vectorizer: { readonly name: string; readonly label: string }): Promise<void>
  /** Cancels a build that is going on, drops what it left, and builds nothing more. */
  stop(): Promise<void>
}

const longestRetry = 3_600_000

interface Watch {
  nextAt: number
  failures: number
  said: string | undefined
}

export function createIndexKeeper(context: IndexKeeperContext): IndexKeeper {
  const { logger, interval = 30_000, retryAfter = 60_000 } = context
  const stopping = new AbortController()
  const watches = new Map<string, Watch>()
  let building: Promise<void> | undefined

  function once(watch: Watch, message: string, log: () => void): void {
    if (watch.said === message) return
    watch.said = message
    log()
  }

  async function look(name: string, watch: Watch): Promise<void> {
    const [target] = await readTargets(context.database, name)
    // A broken one is reported by whoever works on it.
    if (!target || 'error' in target || !(await isDue(context, target))) return
    if (!target.owns) {
      const error = notOwner(target)
      once(watch, error.message, () => logger.warn({ vectorizer: target.label, code: error.code }, error.message))
      return
    }
    await build(target, watch)
  }

  async function build(target: IndexTarget, watch: Watch): Promise<void> {
    const { label, index } = target
    const started = Date.now()
    if (watch.failures === 0) logger.info({ vectorizer: label, index }, `${label}: building its index`)
    const outcome = await ensureIndex({ ...context, signal: stopping.signal }, target).catch((error) =>
      Promise.reject(buildFailure(target, error)),
    )
    const seconds = (Date.now() - started) / 1_000
    if (outcome === 'built') {
      logger.info({ vectorizer: label, index, seconds }, `${label}: built its index in ${seconds.toFixed(1)} s`)
    }
    watch.said = undefined
    watch.failures = 0
  }

  async function attempt(name: string, label: string, watch: Watch): Promise<void> {
    try {
      await look(name, watch)
      watch.nextAt = Date.now() + interval
    } catch (error) {
      watch.nextAt = Date.now() + Math.min(retryAfter * 2 ** watch.failures++, longestRetry)
      const message = error instanceof Error ? error.message : String(error)
      once(watch, message, () => logger.error({ vectorizer: label }, message))
    }
  }

  return {
    async check({ name, label }) {
      const watch = watches.get(name) ?? { nextAt: 0, failures: 0, said: undefined }
      watches.set(name, watch)
      if (building || stopping.signal.aborted || Date.now() < watch.nextAt) return
      building = attempt(name, label, watch)
      await building
      building = undefined
    },
    async stop() {
      stopping.abort()
      await building
    },
  }
}

/**
 * One without a number was made by its migration: that it is missing means that a build after a backfill has not come to its
 * end, or that somebody dropped it. While rows wait it may be missing on purpose.
 */
async function isDue({ database }: IndexKeeperContext, target: IndexTarget): Promise<boolean> {
  const { state, spec } = target
  if (state !== 'absent' && state !== 'invalid') return false
  const minRows = minRowsOf(spec.index)
  return minRows === null ? !(await isQueued(database, target)) : hasVectors(database, target, minRows)
}
