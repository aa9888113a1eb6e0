// Stops on SIGTERM and SIGINT: the first asks, the second does not.

/** Exit code of a program that was interrupted, by convention 128 + SIGINT. */
const interrupted = 130

const signals = ['SIGTERM', 'SIGINT'] as const

/** Calls `onStop` once; another signal ends the process at once. Returns how to stop listening. */
export function onStopSignal(onStop: (signal: NodeJS.Signals) => void): () => void {
  let asked = false
  const listener = (signal: NodeJS.Signals) => {
    if (asked) process.exit(interrupted)
    asked = true
    onStop(signal)
  }
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}
