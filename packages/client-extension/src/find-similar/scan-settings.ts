// What an index scan reads at run time: how far it looks, and that it goes on where a filter leaves too few rows.
import type { AnySpec } from '@prisma-vectorizer/spec'

export interface ScanSetting {
  readonly name: string
  readonly value: string
}

/** For an index scan that shall return `read` rows. */
export function scanSettings({ index }: Pick<AnySpec, 'index'>, read: number): readonly ScanSetting[] {
  switch (index.kind) {
    case 'hnsw':
      return [
        { name: 'hnsw.ef_search', value: `${within(100, read, 1000)}` },
        { name: 'hnsw.iterative_scan', value: 'relaxed_order' },
      ]
    case 'ivfflat':
      return [
        // pgvector's own advice for a start ("Query Options" of its README): the square root of the lists.
        { name: 'ivfflat.probes', value: `${Math.max(1, Math.round(Math.sqrt(index.lists)))}` },
        { name: 'ivfflat.iterative_scan', value: 'relaxed_order' },
      ]
    case 'diskann':
      // pgvectorscale's default is 100, its most 10,000. It has no setting to go on: it always does.
      return [{ name: 'diskann.query_search_list_size', value: `${within(100, read, 10_000)}` }]
    case 'none':
      return []
  }
}

const within = (least: number, value: number, most: number) => Math.min(most, Math.max(least, value))
