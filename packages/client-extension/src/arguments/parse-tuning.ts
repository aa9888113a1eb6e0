// How thoroughly the index is searched, where the caller says so.
import type { AnySpec, Distance } from '@prisma-vectorizer/spec'
import { integer, invalid, shown } from './argument-readers.ts'
import type { SearchMode } from './parse-mode.ts'

export interface ScanTuning {
  readonly exact: boolean
  readonly efSearch: number | undefined
  readonly probes: number | undefined
}

const indexOf = { efSearch: 'hnsw', probes: 'ivfflat' } as const

export function parseTuning(
  given: Readonly<Record<string, unknown>>,
  spec: AnySpec,
  mode: SearchMode,
  distance: Distance,
  where: string,
): ScanTuning {
  const exact = given['exact'] ?? false
  if (typeof exact !== 'boolean') throw invalid(where, `\`exact\` is ${shown(exact)}.`, 'Write true or false.')
  const efSearch = integer(given['efSearch'], 'efSearch', [1, 1000], where, 'pgvector’s hnsw.ef_search')
  const probes = integer(given['probes'], 'probes', [1, 32_768], where, 'pgvector’s ivfflat.probes')
  for (const [name, value] of Object.entries({ efSearch, probes })) {
    if (value === undefined) continue
    const fix = 'Remove it.'
    if (exact) throw invalid(where, `\`${name}\` and \`exact\` are both given.`, fix, 'An exact search uses no index.')
    if (mode.kind === 'keyword') throw invalid(where, `\`${name}\` is given with \`mode: 'keyword'\`.`, fix)
    const needed = indexOf[name as keyof typeof indexOf]
    if (spec.index.kind !== needed) {
      const why = spec.index.kind === 'none' ? 'It has no index' : `Its index is ${spec.index.kind}`
      throw invalid(where, `\`${name}\` is given, which is for an index of kind ${needed}.`, fix, `${why}.`)
    }
    if (distance !== spec.distance) {
      throw invalid(
        where,
        `\`${name}\` is given with \`distance: '${distance}'\`, which the index does not serve.`,
        fix,
      )
    }
  }
  return { exact, efSearch, probes }
}
