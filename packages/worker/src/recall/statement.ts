// The statements that are measured: findSimilar's index scan, spelled as there, and its exact search. `$1` is the query.
import {
  type AnySpec,
  indexedDistance,
  indexedExpression,
  indexedType,
  metrics,
  quoteIdentifier,
  storeColumns,
  type VectorType,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import type { ScanKnob } from './settings.ts'

export interface Searched {
  readonly spec: AnySpec
  /** Quoted. */
  readonly store: string
}

/** One neighbour. */
export interface Neighbour {
  /** Full precision, whatever the index has. Null in the one row of an empty answer. */
  readonly distance: number | null
}

// pgvector's.
const mostCandidates = 1000

/** As findSimilar does it, the settings are made inside the statement and put back by it: planning never sees them. */
export function indexStatement(searched: Searched, knob: ScanKnob, value: number, k: number): string {
  const { keyNames, namedKey, isSame, store, hasVector, indexDistance, distance } = partsOf(searched)
  // What an index of bits finds is ranked by the vectors themselves.
  const [nearDistance, order, read, set] = knob.reRanks
    ? [distance, indexDistance, value, Math.min(mostCandidates, value)]
    : [indexDistance, 'distance', k, value]
  const settings = [
    { name: knob.name, value: `${set}` },
    ...(knob.iterativeScan === undefined ? [] : [{ name: knob.iterativeScan, value: 'relaxed_order' }]),
  ]
  const before = settings.map(({ name }) => `current_setting('${name}', true) as ${alias(name)}`)
  const now = settings.map(({ name, value: text }) => `set_config('${name}', '${text}', true) as ${alias(name)}_now`)
  const after = settings.map(({ name }) => `set_config('${name}', s.${alias(name)}, true) as ${alias(name)}_after`)
  return `with settings as materialized (
  select ${[...before, ...now].join(',\n    ')}
), near as materialized (
  select ${namedKey}, ${nearDistance} as distance
  from ${store} c${hasVector}
  order by ${order} limit ${read}
)
select t.distance,
  ${after.join(',\n  ')}
from settings s left join (
  select ${distance} as distance
  from (select ${keyNames} from near n order by n.distance limit ${k}) b join ${store} c on ${isSame}
) t on true
order by t.distance`
}

/** Without an ORDER BY inside it no index can answer: it reads every vector. */
export function exactStatement(searched: Searched, k: number): string {
  const { store, hasVector, distance } = partsOf(searched)
  return `with near as materialized (
  select ${distance} as distance
  from ${store} c${hasVector}
)
select distance from near order by distance limit ${k}`
}

/** Names of the key and of the vector in `c`, the store. */
export function columnsOf({ spec }: Pick<Searched, 'spec'>) {
  const names =
    spec.store.kind === 'column' ? spec.source.key.map(({ column }) => column) : [storeColumns.embeddingUuid]
  const columns = names.map((name) => `c.${quoteIdentifier(name)}`)
  return { columns, vector: `c.${quoteIdentifier(vectorColumn(spec.store))}` }
}

function partsOf({ spec, store }: Searched) {
  const { columns, vector } = columnsOf({ spec })
  const names = columns.map((_, index) => `key_${index}`)
  const queryAs = (type: VectorType) => queryExpression(spec, type)
  return {
    store,
    keyNames: names.map((name) => `n.${name}`).join(', '),
    namedKey: columns.map((column, index) => `${column} as ${names[index]}`).join(', '),
    isSame: `(${columns.join(', ')}) = (${names.map((name) => `b.${name}`).join(', ')})`,
    hasVector: spec.store.kind === 'column' ? `\n  where ${vector} is not null` : '',
    indexDistance: `${indexedExpression(spec, vector)} ${metrics[indexedDistance(spec)].operator} (select ${queryAs(indexedType(spec))} from settings)`,
    distance: `${vector} ${metrics[spec.distance].operator} (select ${queryAs(spec.type)})`,
  }
}

/** `hnsw.ef_search` → `ef_search`. */
const alias = (setting: string) => setting.slice(setting.indexOf('.') + 1)

/** A query is text in the form of the stored type, which decides how it is read. */
function queryExpression({ type: stored, dimensions }: AnySpec, type: VectorType): string {
  if (stored === 'bit' || stored === 'sparsevec') return `$1::${stored}(${dimensions})`
  if (type === 'vector') return '$1::vector'
  return type === 'bit' ? `binary_quantize($1::vector)::bit(${dimensions})` : `$1::vector::${type}(${dimensions})`
}
