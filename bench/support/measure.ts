// Interleaved rounds and medians: on a busy machine only ratios of neighbouring measurements mean anything.
import { readFileSync } from 'node:fs'
import type pg from 'pg'

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Runs every variant once a round, in rotating order, and returns the median of each. The first round only warms up. */
export async function interleaved<K extends string>(
  variants: Readonly<Record<K, () => Promise<number>>>,
  rounds: number,
): Promise<Record<K, number>> {
  const names = Object.keys(variants) as K[]
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>
  for (let round = 0; round <= rounds; round++) {
    const order = [...names.slice(round % names.length), ...names.slice(0, round % names.length)]
    for (const name of order) {
      const value = await variants[name]()
      if (round > 0) taken[name].push(value)
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(taken[name])])) as Record<K, number>
}

/** Wall-clock milliseconds of `work`. */
export async function wall(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/**
 * CPU milliseconds that the connection's backend spends in `work`: steadier than wall time where other load runs
 * beside. Linux, on the server's own machine; elsewhere wall time.
 */
export async function backendCpu(client: pg.Client, work: () => Promise<unknown>): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const read = () => {
    try {
      return Number(readFileSync(`/proc/${rows[0]?.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
    } catch {
      return performance.now()
    }
  }
  const started = read()
  await work()
  return read() - started
}

export interface Line {
  readonly what: string
  readonly ratio: number
  /** The ratio we hold ourselves to: no more than that. */
  readonly target?: number
  /** The same where more is better. */
  readonly atLeast?: number
}

/** Prints a table of ratios; `floor` names what 1.00 is. */
export function printRatios(title: string, floor: string, lines: readonly Line[]): void {
  console.log(`\n${title}\n  1.00 = ${floor}`)
  const width = Math.max(...lines.map((line) => line.what.length))
  for (const { what, ratio, ...targets } of lines) {
    console.log(`  ${what.padEnd(width)}  ${digits(ratio).padStart(6)}${verdict(ratio, targets)}`)
  }
}

function verdict(ratio: number, { target, atLeast }: Pick<Line, 'target' | 'atLeast'>): string {
  if (target !== undefined) return `   target ${digits(target)} ${ratio <= target ? 'held' : 'MISSED'}`
  if (atLeast !== undefined) return `   target at least ${digits(atLeast)} ${ratio >= atLeast ? 'held' : 'MISSED'}`
  return ''
}

/** Two, or as many more as a small ratio needs to say anything. */
const digits = (ratio: number): string => (ratio !== 0 && Math.abs(ratio) < 0.1 ? ratio.toFixed(4) : ratio.toFixed(2))
