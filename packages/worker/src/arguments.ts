// Values of command line options: counts and durations.
import { InvalidArgumentError } from 'commander'

/** `4` → 4. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 10_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 10000.')
  }
  return count
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** `500`, `500ms`, `1s`, `5m`, `1h` → milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim())
  const duration = match ? Number(match[1]) * units[(match[2] ?? 'ms') as keyof typeof units] : 0
  // Node's timers cannot wait longer than 24 days.
  if (duration < 1 || duration > 86_400_000) {
    throw new InvalidArgumentError('It must be a duration up to 24h, such as 500ms, 1s or 5m.')
  }
  return duration
}

/** For an option that can be repeated. */
export function collect(text: string, previous: readonly string[] = []): string[] {
  return [...previous, text]
}
