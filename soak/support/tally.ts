// Counts by name.
export interface Tally {
  readonly counts: ReadonlyMap<string, number>
  add(name: string, count?: number): void
  total(): number
  /** `deadlock 3, unique 12`, the most frequent first. */
  toString(): string
}

export function createTally(): Tally {
  const counts = new Map<string, number>()
  return {
    counts,
    add: (name, count = 1) => void counts.set(name, (counts.get(name) ?? 0) + count),
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    toString: () =>
      [...counts]
        .sort(([, a], [, b]) => b - a)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ') || 'none',
  }
}
