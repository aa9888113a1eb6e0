// What this worker has done since its last heartbeat, by vectorizer.
import type { BatchRecorder } from '../telemetry/recorder.ts'

export interface Done {
  embedded: number
  failed: number
  chunks: number
  reused: number
  tokens: number
  /** Without any text of a row. */
  lastError: string | null
}

/** By the registry's names. */
export type DoneByName = Map<string, Done>

export interface Counters {
  readonly record: BatchRecorder
  /** What was counted since the last time; counting begins anew. */
  take(): DoneByName
  /** What `take` gave could not be stored: it counts on. */
  giveBack(done: DoneByName): void
}

export function createCounters(describe: (error: unknown) => string): Counters {
  let counted: DoneByName = new Map()

  function add(name: string, { lastError, ...counts }: Done): void {
    const done = counted.get(name) ?? { embedded: 0, failed: 0, chunks: 0, reused: 0, tokens: 0, lastError: null }
    for (const [key, count] of Object.entries(counts)) done[key as keyof typeof counts] += count
    done.lastError = lastError ?? done.lastError
    counted.set(name, done)
  }

  return {
    record({ vectorizer, result, error }) {
      const { embedded = 0, failed = 0, chunks = 0, reused = 0, tokens = 0 } = result ?? {}
      add(vectorizer.name, { embedded, failed, chunks, reused, tokens, lastError: lastErrorOf() })

      function lastErrorOf(): string | null {
        if (!result) return describe(error)
        if (result.outage) return result.outage.message
        const [first] = result.failures
        if (!first) return null
        return `${failed === 1 ? '1 row' : `${failed} rows`} failed: ${first.step}, ${first.code}`
      }
    },
    take() {
      const taken = counted
      counted = new Map()
      return taken
    },
    giveBack(done) {
      const since = counted
      counted = done
      for (const [name, more] of since) add(name, more)
    },
  }
}
