// How right an answer is, and what times amount to.
import type { Neighbour } from './statement.ts'

/** Nearest first. The distance to a vector without direction is no number. */
export const distancesOf = (neighbours: readonly Neighbour[]): readonly number[] =>
  neighbours.flatMap(({ distance }) => (distance === null || Number.isNaN(distance) ? [] : [distance]))

/** 0 to 1. Compared by distance, not by key: where several rows are as far as the last one, each of them is right. */
export function recallOf(found: readonly number[], exact: readonly number[]): number {
  const farthest = exact.at(-1)
  if (farthest === undefined) return 1
  return Math.min(exact.length, found.filter((distance) => distance <= farthest).length) / exact.length
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** The value that `share` of all values do not exceed: 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
