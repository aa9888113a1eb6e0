// What an index scan reads at run time: how far it looks, and that it goes on where a filter leaves too few rows.
import { type AnySpec, indexesBits } from '@prisma-vectorizer/spec'
import type { ScanTuning } from '../arguments/parse-tuning.ts'

export interface ScanSetting {
  readonly name: string
  readonly value: string
}

/** For an index scan that shall return `read` rows. */
export function scanSettings(
  { index }: Pick<AnySpec, 'index'>,
  read: number,
  { efSearch, probes }: Partial<ScanTuning> = {},
): readonly ScanSetting[] {
  switch (index.kind) {
    case 'hnsw':
      return [
        { name: 'hnsw.ef_search', value: `${efSearch ?? within(100, read, 1000)}` },
        { name: 'hnsw.iterative_scan', value: 'relaxed_order' },
      ]
    case 'ivfflat':
      return [
        // pgvector's own advice for a start ("Query Options" of its README): the square root of the lists.
        { name: 'ivfflat.probes', value: `${probes ?? Math.max(1, Math.round(Math.sqrt(index.lists)))}` },
        { name: 'ivfflat.iterative_scan', value: 'relaxed_order' },
      ]
    case 'diskann':
      // pgvectorscale's default is 100, its most 10,000. It has no setting to go on: it always does.
      return [{ name: 'diskann.query_search_list_size', value: `${within(100, read, 10_000)}` }]
    case 'none':
      return []
  }
}

// A parent's other chunks take up places in what is read. 40 for 10 parents returned as few as 4 where one long
// document filled the top; 100 returned 10.
const chunksPerParent = 10
const leastRead = 100
// An index of bits ranks roughly: re-ranking 20 times as many gave a recall@10 of 0.97, 10 times as many 0.93.
const bitsPerRow = 20
const leastBits = 200
// pgvector's default `hnsw.max_scan_tuples`: an index scan ends there.
export const mostRead = 20_000
// Pages of one search must come from one scan, or a row could be on two of them.
const rowsOfFirstPages = 100

/** How many vectors to read for `rows` rows. `paged`: the same number for every page up to the hundredth row. */
export function vectorsToRead(
  spec: Pick<AnySpec, 'index' | 'type'>,
  results: 'parents' | 'chunks' | 'rows',
  rows: number,
  paged: boolean,
): number {
  if (paged) return rows <= rowsOfFirstPages ? rowsOfFirstPages * chunksPerParent : mostRead
  if (indexesBits(spec)) return Math.min(mostRead, Math.max(leastBits, bitsPerRow * rows))
  return results === 'parents' ? Math.max(leastRead, chunksPerParent * rows) : rows
}

const within = (least: number, value: number, most: number) => Math.min(most, Math.max(least, value))
