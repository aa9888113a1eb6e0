// The settings of an index scan that are tried, and which of them findSimilar has by itself.
import { type AnySpec, indexesBits } from '@prisma-vectorizer/spec'

/** What is varied from scan to scan. */
export interface ScanKnob {
  /** PostgreSQL's name, e.g. `hnsw.ef_search`. */
  readonly name: string
  /** Option of findSimilar that sets it for one call, if there is one. */
  readonly option: 'efSearch' | 'probes' | undefined
  /** Ascending, at least one. */
  readonly values: readonly number[]
  /** What findSimilar sets for `take: k`; one of `values`. */
  readonly byDefault: number
  /** The setting by which the scan goes on until it has enough rows; undefined where it always does. */
  readonly iterativeScan: string | undefined
  /**
   * An index of bits finds candidates, which the whole vectors rank: a value is how many, and the scan keeps as many, since
   * keeping more finds no more (recall@10 of 100 re-ranked: 0.930 at ef_search 100, 0.924 at 400).
   */
  readonly reRanks: boolean
}

const candidates = [10, 20, 40, 100, 200, 400, 800]
/** Of an index of bits findSimilar re-ranks as many for each row that it returns. */
export const bitsPerRow = 20

/** `k` is the number of neighbours wanted: a scan that keeps fewer candidates than that cannot find them all. */
export function scanKnob(spec: Pick<AnySpec, 'index' | 'store' | 'type'>, k: number): ScanKnob | undefined {
  const { index } = spec
  switch (index.kind) {
    case 'hnsw':
      return {
        name: 'hnsw.ef_search',
        iterativeScan: 'hnsw.iterative_scan',
        ...(indexesBits(spec)
          ? { option: undefined, reRanks: true, ...candidatesFor(k, Math.max(200, bitsPerRow * k)) }
          : { option: 'efSearch', reRanks: false, ...candidatesFor(k, Math.min(1000, leastCandidates(spec, k))) }),
      }
    case 'ivfflat': {
      const byDefault = Math.max(1, Math.round(Math.sqrt(index.lists)))
      return {
        name: 'ivfflat.probes',
        option: 'probes',
        values: ascending([...powersOfTwo(index.lists), index.lists, byDefault]),
        byDefault,
        iterativeScan: 'ivfflat.iterative_scan',
        reRanks: false,
      }
    }
    case 'diskann':
      return {
        name: 'diskann.query_search_list_size',
        option: undefined,
        ...candidatesFor(k, leastCandidates(spec, k)),
        iterativeScan: undefined,
        reRanks: false,
      }
    case 'none':
      return undefined
  }
}

function candidatesFor(k: number, byDefault: number) {
  return { values: ascending([...candidates.filter((value) => value >= k), byDefault]), byDefault }
}

/** For rows of the model findSimilar reads ten chunks per row that it returns. */
const leastCandidates = ({ store }: Pick<AnySpec, 'store'>, k: number) =>
  Math.max(100, store.kind === 'table' ? 10 * k : k)

function powersOfTwo(most: number): number[] {
  const powers = []
  for (let power = 1; power <= most; power *= 2) powers.push(power)
  return powers
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b)
