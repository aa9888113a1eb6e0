// How much memory a build may take: `maintenance_work_mem`.
import type { IndexTarget } from './target.ts'

const units = { kb: 1, mb: 1_024, gb: 1_048_576, tb: 1_073_741_824 } as const

/** Unless told more: 1 GB, in kB. A graph of 20,000 × 1536 in PostgreSQL's 64 MB takes 2.6 times as long. */
const mostByDefault = 1_048_576

/** `2GB`, `512 MB` → kB; undefined for what is no such size, or not one that PostgreSQL takes (1 MB to 2 TB). */
export function parseMemory(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB)$/iu.exec(text.trim())
  if (!match) return undefined
  const kilobytes = Math.floor(Number(match[1]) * units[(match[2] ?? '').toLowerCase() as keyof typeof units])
  return kilobytes >= 1_024 && kilobytes <= 2_147_483_647 ? kilobytes : undefined
}

/**
 * What the build is likely to want, in kB, at most 1 GB: a parallel build takes all of it at once as shared memory,
 * so more than it needs is not harmless.
 */
export function estimateMemory({ spec, rows, pages, bytes }: IndexTarget): number {
  const { index, dimensions } = spec
  // Rows with little text, where nobody knows.
  const elements = rows ?? pages * 20
  const graph = index.kind === 'hnsw' ? elements * (60 * index.m + 300) : 0
  // k-means: a sample, and how far each of it is from each centre.
  const sample = index.kind === 'ivfflat' ? Math.max(10_000, 50 * index.lists) : 0
  const means = index.kind === 'ivfflat' ? 4 * (sample * (dimensions + index.lists) + 3 * index.lists ** 2) : 0
  return Math.min(mostByDefault, Math.ceil((1.3 * bytes + graph + means) / 1_024))
}
