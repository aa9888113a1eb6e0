// Shows the status again and again, with the rate that two samples tell.
import { setTimeout as sleep } from 'node:timers/promises'
import { heartbeatSeconds } from '../heartbeat/heartbeat.ts'
import { type Rates, renderStatus, type StatusSample } from './status-table.ts'

export interface WatchOptions {
  readonly sample: () => Promise<StatusSample>
  readonly write: (text: string) => unknown
  /** Between samples. */
  readonly seconds: number
  readonly json: boolean
  /** Whether what was shown can be shown over. */
  readonly isTerminal: boolean
  readonly signal: AbortSignal
}

/** Milliseconds that a rate looks back. */
const rateWindow = 60_000

/** Until `signal`. Throws what the first sample throws; a database that is away later is shown as that. */
export async function watchStatus({ sample, write, seconds, json, isTerminal, signal }: WatchOptions): Promise<void> {
  const samples: StatusSample[] = []
  while (!signal.aborted) {
    const startedAt = Date.now()
    try {
      const taken = await sample()
      samples.push(taken)
      while (taken.takenAt - (samples[0]?.takenAt ?? 0) > rateWindow) samples.shift()
      write(json ? jsonLine(taken, ratesOf(samples)) : shown(renderStatus(taken, ratesOf(samples)), isTerminal))
    } catch (error) {
      if (samples.length === 0) throw error
      const message = error instanceof Error ? error.message : String(error)
      write(
        json
          ? `${JSON.stringify({ time: new Date().toISOString(), error: message })}\n`
          : shown(`${message}\n`, isTerminal),
      )
    }
    // Counting a large store takes seconds: it is not to keep the server busy.
    const rest = Math.max(seconds * 1_000, 9 * (Date.now() - startedAt))
    await sleep(rest, undefined, { signal }).catch(() => {})
  }
}

/** On a terminal over the last one: home, the text, and nothing below it. Elsewhere below it. */
const shown = (text: string, isTerminal: boolean): string => (isTerminal ? `\x1b[H\x1b[2J${text}` : `${text}\n`)

function jsonLine({ takenAt, vectorizers, workers }: StatusSample, rates: Rates): string {
  const rated = vectorizers.map((status) => ({ ...status, rowsPerSecond: rates.get(status.registryName) ?? null }))
  return `${JSON.stringify({ time: new Date(takenAt).toISOString(), vectorizers: rated, workers })}\n`
}

/**
 * From what workers had done at the first sample and have now. They tell it every few seconds, so over less time than
 * that it would be 0 or far too much.
 */
export function ratesOf(samples: readonly StatusSample[]): Rates {
  const [first, last] = [samples[0], samples.at(-1)]
  const rates = new Map<string, number>()
  if (!first || !last || last.takenAt - first.takenAt < heartbeatSeconds * 1_000) return rates
  const before = new Map(first.vectorizers.map(({ registryName, processed }) => [registryName, processed]))
  for (const { registryName, processed } of last.vectorizers) {
    const had = before.get(registryName)
    // Less than before: it was made anew.
    if (had === undefined || processed < had) continue
    rates.set(registryName, (processed - had) / ((last.takenAt - first.takenAt) / 1_000))
  }
  return rates
}
