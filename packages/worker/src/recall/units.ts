// Times and sizes for people.

/** 0.42 → `0.42 ms`, 12.34 → `12.3 ms`, 1234.5 → `1,235 ms`. */
export const milliseconds = (ms: number): string => `${plainMilliseconds(ms)} ms`

export const plainMilliseconds = (ms: number): string =>
  ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en-US')

/** 8192 → `8 kB`, 1258291 → `1.2 MB`: as PostgreSQL counts, 1 kB being 1024 bytes. */
export function size(bytes: number): string {
  const kilobytes = bytes / 1024
  if (kilobytes < 1000) return `${Math.round(kilobytes)} kB`
  return kilobytes < 1_000_000 ? `${(kilobytes / 1024).toFixed(1)} MB` : `${(kilobytes / 1024 ** 2).toFixed(1)} GB`
}
