// How large the benchmarks of the worker are: BENCH_SCALE=0.05 tries one out, and its ratios then say little.

const scale = Number(process.env['BENCH_SCALE'] ?? 1)

/** `count` rows at full scale. `least`: where fewer would be another case. */
export const scaled = (count: number, least = 100): number => Math.max(least, Math.round(count * scale))
