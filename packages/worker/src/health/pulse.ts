// Whether the worker's loop turns, and whether the database answers: what /healthz and /readyz tell.

export interface Pulse {
  /** A loop begins; call what it returns when it has ended. */
  begin(): () => void
  /** The loop has come round. It does so every 5 seconds at the latest. */
  tick(): void
  /** The database was asked what there is to do, and answered or did not. */
  polled(answered: boolean): void
  /** A worker without a loop (its application calls `processBatch`) has nothing that could hang. */
  isAlive(): boolean
  isReady(): boolean
}

/** Milliseconds after which a loop that has not come round counts as dead. */
const longestRound = 60_000

export function createPulse(now: () => number = Date.now): Pulse {
  let loops = 0
  let roundAt = now()
  let answered = false
  return {
    begin() {
      loops++
      roundAt = now()
      return () => {
        loops--
      }
    },
    tick() {
      roundAt = now()
    },
    polled(hasAnswered) {
      answered = hasAnswered
    },
    isAlive: () => loops === 0 || now() - roundAt < longestRound,
    isReady: () => answered,
  }
}
