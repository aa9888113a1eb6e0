// Forgets errors that are long over: when a worker begins to work, and every hour.
import type { Database } from '@prisma-vectorizer/spec'
import { purgeErrors } from '../errors/purge-errors.ts'
import type { Logger } from '../logger.ts'

export interface Housekeeping {
  /** Does nothing the second time. */
  start(): void
  stop(): Promise<void>
}

const interval = 3_600_000

/** `days`: how long errors are kept after they were last seen. What fails is tried again in an hour. */
export function createHousekeeping(database: Database, days: number, logger: Logger): Housekeeping {
  let timer: NodeJS.Timeout | undefined
  let current = Promise.resolve()

  async function clean(): Promise<void> {
    try {
      const errors = await purgeErrors(database, days)
      if (errors > 0) logger.debug({ errors }, `forgot errors not seen for ${days} days: ${errors}`)
    } catch (error) {
      logger.debug({}, `old errors stay: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  const begin = () => {
    current = current.then(clean)
  }
  return {
    start() {
      if (timer) return
      timer = setInterval(begin, interval).unref()
      begin()
    },
    async stop() {
      clearInterval(timer)
      await current
    },
  }
}
