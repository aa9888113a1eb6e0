// How much waits, for gauges: counted when somebody asks, and not more often than every few seconds.
import type { VectorizerStatus } from '../status.ts'

/** Milliseconds that a count is good for: several scrapers, and the gauges of one scrape, share it. */
const freshness = 5_000

/** Milliseconds that a scrape waits for a count. */
const patience = 5_000

export type QueueDepth = () => Promise<readonly VectorizerStatus[]>

/** Empty while the database does not answer: a gauge then has no value, rather than an old one. */
export function createQueueDepth(read: QueueDepth, now: () => number = Date.now): QueueDepth {
  let counted: Promise<readonly VectorizerStatus[]> | undefined
  let countedAt = 0
  let isCounting = false

  /** One at a time: counts that hang would take the connections that embedding needs. */
  async function count(): Promise<readonly VectorizerStatus[]> {
    isCounting = true
    try {
      return await read()
    } catch {
      return []
    } finally {
      isCounting = false
    }
  }

  return async () => {
    if (counted === undefined || (!isCounting && now() - countedAt >= freshness)) {
      countedAt = now()
      counted = count()
    }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<readonly VectorizerStatus[]>((resolve) => {
      timer = setTimeout(resolve, patience, []).unref()
    })
    return await Promise.race([counted, late]).finally(() => clearTimeout(timer))
  }
}
