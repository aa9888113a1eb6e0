// Which index and distance the annotation asks for: those of the index that there is, else what pgai was told to build.
import { type Distance, defaultIndex, indexMethods } from '@prisma-vectorizer/spec'
import { type Argument, call } from './annotation-text.ts'
import { kindOf, numberOf, type PgaiPart, type PgaiVectorizer, textOf } from './installation.ts'
import type { Settings } from './settings.ts'
import type { IndexInUse, StoreInUse } from './store-in-use.ts'

/** `keepIndex`: an index over full-precision vectors stays what it is. */
export function indexSettings(vectorizer: PgaiVectorizer, store: StoreInUse, keepIndex: boolean): Settings {
  const { config } = vectorizer
  const dimensions = numberOf(config.embedding, 'dimensions') ?? 0
  const existing = store.indexes[0]
  const wanted = existing ? ofIndex(existing, keepIndex, store) : ofConfig(config.indexing, store)
  const most = indexMethods.hnsw.halfvec?.maxDimensions ?? 0
  const tooLong = dimensions > most && wanted.kind !== 'diskann'
  const distance = existing?.distance ?? configuredDistance(config.indexing)
  return {
    args: [
      ...(distance === 'cosine' ? [] : ([['distance', distance]] as const)),
      ...(tooLong ? ([['index', 'none']] as const) : wanted.args),
    ],
    notes: tooLong
      ? [`index: none, since vectors of ${dimensions} dimensions fit no index (at most ${most}); searches are exact.`]
      : wanted.notes,
  }
}

type Wanted = Settings & { readonly kind: string }

function ofIndex({ name, method, isPlain, options }: IndexInUse, keepIndex: boolean, store: StoreInUse): Wanted {
  const others = store.indexes.slice(1).map((index) => `"${index.name}"`)
  const dropped = others.length > 0 ? [`Further vector indexes are dropped: ${others.join(', ')}.`] : []
  if (method === 'diskann') {
    return { kind: method, args: [['index', call(method, diskann(options))]], notes: dropped }
  }
  const kept = keepIndex && isPlain
  const numbers: readonly Argument[] =
    method === 'hnsw'
      ? parameters([
          ['m', Number(options['m'] ?? defaultIndex.m), defaultIndex.m],
          [
            'efConstruction',
            Number(options['ef_construction'] ?? defaultIndex.efConstruction),
            defaultIndex.efConstruction,
          ],
        ])
      : parameters([['lists', Number(options['lists'] ?? 100), 100]])
  const args = [...numbers, ...(kept ? ([['halfvec', 'false']] as const) : [])]
  return {
    kind: method,
    args: method === 'hnsw' && args.length === 0 ? [] : [['index', call(method, args)]],
    notes: [
      kept
        ? `The index "${name}" is kept, under our name.`
        : `The index "${name}" is replaced: the migration builds one over half-precision copies, of half the size.${isPlain ? ' To keep it as it is: --keep-index.' : ''}`,
      ...dropped,
    ],
  }
}

function ofConfig(indexing: PgaiPart | undefined, { hasVectorscale, embedded }: StoreInUse): Wanted {
  const kind = kindOf(indexing)
  const built = `The store has no vector index: the migration builds one (${embedded.toLocaleString('en-US')} ${embedded === 1 ? 'vector' : 'vectors'}).`
  const exact = 'To search exactly, as until now, write `index: none`.'
  if (kind === 'diskann' && hasVectorscale) {
    const options = Object.fromEntries(Object.entries(indexing ?? {}).map(([name, value]) => [name, String(value)]))
    return { kind, args: [['index', call(kind, diskann(options))]], notes: [built] }
  }
  if (kind === 'hnsw') {
    const args = parameters([
      ['m', numberOf(indexing, 'm') ?? defaultIndex.m, defaultIndex.m],
      [
        'efConstruction',
        numberOf(indexing, 'ef_construction') ?? defaultIndex.efConstruction,
        defaultIndex.efConstruction,
      ],
    ])
    return { kind, args: args.length === 0 ? [] : [['index', call(kind, args)]], notes: [`${built} ${exact}`] }
  }
  const instead = kind === 'diskann' ? ' It is HNSW: the extension vectorscale is not available on this server.' : ''
  return { kind: 'hnsw', args: [], notes: [`${built}${instead} ${exact}`] }
}

const configuredDistance = (indexing: PgaiPart | undefined): Distance =>
  (({ vector_ip_ops: 'ip', vector_l1_ops: 'l1' })[textOf(indexing, 'opclass') ?? ''] as Distance | undefined) ??
  'cosine'

const parameters = (
  values: readonly (readonly [name: string, value: number, standard: number])[],
): readonly Argument[] =>
  values.filter(([, value, standard]) => value !== standard).map(([name, value]) => [name, String(value)])

const diskannNames = {
  storage_layout: 'storageLayout',
  num_neighbors: 'numNeighbors',
  search_list_size: 'searchListSize',
  max_alpha: 'maxAlpha',
  num_dimensions: 'numDimensions',
  num_bits_per_dimension: 'numBitsPerDimension',
} as const

const diskann = (options: Readonly<Record<string, string>>): readonly Argument[] =>
  Object.entries(diskannNames).flatMap(([option, name]) => {
    const value = options[option]
    return value === undefined ? [] : [[name, value] as const]
  })
