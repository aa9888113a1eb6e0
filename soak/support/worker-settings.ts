// What the worker processes are told, and what they tell.

/** The model that the worker processes bring. */
export const modelName = 'soak/model'

/** Seconds. */
export const leaseSeconds = 2
export const maxAttempts = 4
/** Milliseconds. */
export const gracePeriod = 1_000

/** Since the last report. */
export interface Report {
  readonly calls: number
  readonly texts: number
  readonly faults: Readonly<Record<string, number>>
  readonly embedded: number
  readonly reused: number
  /** Warnings and errors of the worker's log. */
  readonly warnings: Readonly<Record<string, number>>
}

export const emptyReport: Report = { calls: 0, texts: 0, faults: {}, embedded: 0, reused: 0, warnings: {} }
