// A distance as SQL text around its vector: as the index has it, or in full precision.
import {
  type AnySpec,
  type Distance,
  indexedDistance,
  indexedExpression,
  indexedType,
  indexesBits,
  metrics,
  VectorizerError,
} from '@prisma-vectorizer/spec'
import { columnText } from './columns.ts'
import type { DistanceOptions } from './types.ts'

/** `before vector after`, where the vector is a parameter or SQL of type `vector`, `halfvec`, … . */
export interface DistanceText {
  readonly before: string
  readonly after: string
}

/**
 * `(column <=> (select vector::halfvec(768)))`: the sub-select makes PostgreSQL cast the vector, or have it embedded,
 * once instead of for every row, and the parentheses keep `1 - distance` from being read as `(1 - column) <=> …`.
 *
 * Throws VZ306 where the column cannot be compared so.
 */
export function distanceText(spec: AnySpec, distance: Distance, options: DistanceOptions, where: string): DistanceText {
  const column = columnText(spec, options.alias)
  const { operator, types } = metrics[distance]
  const asIndexed = !options.exact && spec.index.kind !== 'none' && indexedDistance(spec) === distance
  if (!types.includes(asIndexed ? indexedType(spec) : spec.type)) throw notCompared(spec, distance, where)
  const compared = asIndexed ? indexedExpression(spec, column) : column
  const [open, close] = asIndexed ? castAround(spec) : ['', `::${spec.type}(${spec.dimensions})`]
  return { before: `(${compared} ${operator} (select ${open}`, after: `${close}))` }
}

/** What makes a vector what the index holds. */
function castAround(spec: AnySpec): readonly [open: string, close: string] {
  const { dimensions, type } = spec
  if (indexesBits(spec)) return ['binary_quantize(', `::${type}(${dimensions}))::bit(${dimensions})`]
  return ['', `::${indexedType(spec)}(${dimensions})`]
}

/** Throws VZ306 for an array of vectors in each row, which has no one distance. */
export function assertOneVector(spec: AnySpec, where: string): void {
  if (spec.kind !== 'vector' || !spec.list) return
  throw new VectorizerError('VZ306', {
    fact: `${where}: the field is a list, several vectors in each row.`,
    why: 'Each of them has a distance of its own.',
    fix: 'Compare the elements: `SELECT … FROM unnest("column") AS element`.',
  })
}

function notCompared(spec: AnySpec, distance: Distance, where: string): VectorizerError {
  const possible = Object.entries(metrics).filter(([, { types }]) => types.includes(spec.type))
  return new VectorizerError('VZ306', {
    fact: `${where}: vectors of type ${spec.type} have no ${distance} distance.`,
    why: `pgvector compares them by ${possible.map(([name]) => name).join(', ')}.`,
    fix: `Use the distance of the annotation, ${spec.distance}.`,
  })
}
