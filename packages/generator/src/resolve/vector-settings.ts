// Dimensions, type, distance and index of a column of vectors: what they are unless given, and which go together (VZ111,
// VZ115). What goes together is pgvector's and pgvectorscale's to say: spec/index-spec.ts.
import {
  type Distance,
  defaultIndex,
  type IndexMethod,
  type IndexSpec,
  indexedDistance,
  indexedType,
  indexMethods,
  isDeclaredIndex,
  metrics,
  minRowsOf,
  type VectorSpec,
  type VectorType,
} from '@prisma-vectorizer/spec'
import type { IndexArgument } from '../annotation/index-argument.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { fault } from './fault.ts'

export type VectorSettings = Pick<VectorSpec, 'dimensions' | 'type' | 'distance' | 'index'>

interface Given {
  readonly dimensions: number
  readonly type: VectorType
  readonly distance: Distance | undefined
  readonly index: IndexArgument | undefined
  readonly offsets: Readonly<Record<string, number>>
}

/** `place`: `BlogPost.content`, for messages. */
export function resolveSettings(annotation: AnnotationText, given: Given, place: string): VectorSettings {
  const { dimensions, type, offsets } = given
  const distance = given.distance ?? (type === 'bit' ? 'hamming' : 'cosine')
  const fail = (code: 'VZ108' | 'VZ111' | 'VZ115', argument: string, fact: string, why: string, fix: string) =>
    fault(code, annotation, offsets[argument] ?? offsets[code === 'VZ111' ? 'dimensions' : 'type'], {
      fact: `${place}: ${fact}`,
      why,
      fix,
    })

  if (!metrics[distance].types.includes(type)) {
    const possible = distancesOf(type)
    throw fail(
      'VZ115',
      'distance',
      `the distance ${distance} does not exist between vectors of type ${type}.`,
      `pgvector has ${possible.join(', ')} for ${type}.`,
      `Write \`distance: ${possible[0]}\`${type === 'vector' ? ', or `type: bit`' : ''}.`,
    )
  }
  if (given.index && 'halfvec' in given.index && given.index.halfvec && type !== 'vector') {
    throw fail(
      'VZ115',
      'index',
      `\`index.halfvec\` is for vectors of type vector, not ${type}.`,
      'It indexes half-precision copies of full-precision vectors.',
      'Remove `halfvec: true`.',
    )
  }
  checkBits(given.index, { type, distance }, fail)
  const settings = { dimensions, type, distance, index: resolveIndex(given.index, type) }
  checkIndex(settings, fail)
  checkMinRows(settings, fail)
  return settings
}

/** Of a list of vectors, which no index holds and no search compares. */
export function resolveListSettings(annotation: AnnotationText, given: Given, place: string): VectorSettings {
  const { dimensions, type, distance, index, offsets } = given
  const unfit = distance !== undefined ? 'distance' : index && index.kind !== 'none' ? 'index' : undefined
  if (unfit === undefined) return { dimensions, type, distance: 'cosine', index: { kind: 'none' } }
  throw fault('VZ115', annotation, offsets[unfit], {
    fact: `${place}: \`${unfit}\` means nothing for a list of vectors.`,
    why: 'pgvector compares and indexes one vector of a row, not a list: such a field is read and written, never searched.',
    fix: `Remove \`${unfit}\`, or keep each vector in a row of its own.`,
  })
}

type Fail = (code: 'VZ108' | 'VZ111' | 'VZ115', argument: string, fact: string, why: string, fix: string) => Error

function resolveIndex(given: IndexArgument | undefined, type: VectorType): IndexSpec {
  const index = given ?? { ...defaultIndex, halfvec: undefined, bit: undefined }
  if (index.kind === 'none' || index.kind === 'diskann') return index
  const isHalfvec = type === 'vector' && (index.halfvec ?? true)
  const { minRows } = index
  if (index.kind === 'ivfflat') return { kind: 'ivfflat', lists: index.lists, halfvec: isHalfvec, minRows }
  const { m, efConstruction, bit = false } = index
  return { kind: 'hnsw', m, efConstruction, halfvec: isHalfvec && !bit, bit, minRows }
}

/** What candidates by one bit per dimension can stand for: directions, which is what cosine compares. */
function checkBits(
  index: IndexArgument | undefined,
  { type, distance }: { readonly type: VectorType; readonly distance: Distance },
  fail: Fail,
): void {
  if (index?.kind !== 'hnsw' || !index.bit) return
  if (type !== 'vector' && type !== 'halfvec') {
    throw fail(
      'VZ115',
      'index',
      `\`index.bit\` is for vectors of type vector or halfvec, not ${type}.`,
      'It indexes one bit for each number, which is whether the number is greater than 0.',
      'Remove `bit: true`.',
    )
  }
  if (distance !== 'cosine') {
    throw fail(
      'VZ115',
      'index',
      `\`index.bit\` is for the distance cosine, not ${distance}.`,
      'The signs of the numbers tell the direction of a vector and not its length: candidates would be the wrong ones.',
      'Remove `bit: true`, or `distance`.',
    )
  }
  if (index.halfvec) {
    throw fail(
      'VZ115',
      'index',
      '`index.bit` and `index.halfvec` exclude each other.',
      'One index holds either bits or half-precision numbers.',
      'Remove `halfvec: true`, or `bit: true`.',
    )
  }
}

const titles: Readonly<Record<IndexMethod, string>> = {
  hnsw: 'an HNSW',
  ivfflat: 'an IVFFlat',
  diskann: 'a StreamingDiskANN',
}

function checkIndex(settings: VectorSettings, fail: Fail): void {
  const { index, dimensions } = settings
  if (index.kind === 'none') return
  const type = indexedType(settings)
  const distance = indexedDistance(settings)
  const title = `${titles[index.kind]} index`
  const possible = indexMethods[index.kind][type]
  const others = methodsFor(type, distance).filter((method) => method !== index.kind)
  if (!possible) {
    throw fail(
      'VZ115',
      'index',
      `${title} cannot hold vectors of type ${type}.`,
      `It holds ${Object.keys(indexMethods[index.kind]).join(', ')}.`,
      `Write \`index: ${others[0] ?? 'none'}\`.`,
    )
  }
  if (!possible.distances.includes(distance)) {
    throw fail(
      'VZ115',
      'index',
      `${title} over ${type} cannot be searched by the distance ${distance}.`,
      `It knows ${possible.distances.join(', ')}.`,
      `Write \`index: ${others[0] ?? 'none'}\`, or another distance.`,
    )
  }
  if (dimensions > possible.maxDimensions) {
    throw fail(
      'VZ111',
      'index',
      `${title} over ${type} holds ${possible.maxDimensions} dimensions, not ${dimensions}.`,
      'A whole vector has to fit one 8 kB page of the index.',
      type === 'vector' && settings.type === 'vector' && dimensions <= halfvecLimit(index.kind)
        ? 'Remove `halfvec: false`: half precision indexes up to 4000 dimensions at the same recall.'
        : `Use ${distance === 'cosine' && type !== 'sparsevec' ? '`index: hnsw(bit: true)` (one bit per dimension), ' : ''}\`index: none\` (exact search), or ask the model for fewer dimensions.`,
    )
  }
  if (index.kind === 'diskann') checkDiskann(settings, index, fail)
}

/** An index that comes later must be one that Prisma Migrate does not see. */
function checkMinRows(settings: VectorSettings, fail: Fail): void {
  if (minRowsOf(settings.index) === null || !isDeclaredIndex(settings)) return
  throw fail(
    'VZ115',
    'index',
    `\`index.minRows\` cannot go with ${settings.index.kind === 'diskann' ? '`diskann`' : 'an index over the plain column'}.`,
    'Prisma Migrate sees such an index: it would make a btree of that name where the index is not built yet, and drop one that is built later.',
    settings.type === 'vector' && settings.index.kind !== 'diskann'
      ? 'Remove `minRows`, or `halfvec: false`.'
      : 'Remove `minRows`, or take `hnsw` over half precision or bits.',
  )
}

/** What pgvectorscale finds out while it builds the index, which is in the middle of a migration. */
function checkDiskann(
  { dimensions, distance }: VectorSettings,
  { storageLayout, numDimensions, numBitsPerDimension }: Extract<IndexSpec, { kind: 'diskann' }>,
  fail: Fail,
): void {
  if (numDimensions !== null && numDimensions > dimensions) {
    throw fail(
      'VZ108',
      'index',
      `\`index.numDimensions\` is ${numDimensions}, and the vectors have ${dimensions}.`,
      'It says how many of the dimensions are indexed, from the first on.',
      'Leave it out to index all of them.',
    )
  }
  if (storageLayout !== 'plain') return
  const why = 'The layout `plain` keeps whole vectors in the index, uncompressed.'
  const fix = 'Remove `storageLayout: plain`: `memory_optimized` is the default.'
  if (distance === 'ip') {
    throw fail('VZ115', 'index', 'the layout `plain` cannot be searched by the distance ip.', why, fix)
  }
  if (numBitsPerDimension !== null) {
    throw fail('VZ115', 'index', '`index.numBitsPerDimension` means nothing with the layout `plain`.', why, fix)
  }
  if ((numDimensions ?? dimensions) > 2000) {
    const fact = `the layout \`plain\` holds 2000 dimensions, not ${numDimensions ?? dimensions}.`
    throw fail('VZ111', 'index', fact, why, fix)
  }
}

const halfvecLimit = (method: IndexMethod): number => indexMethods[method].halfvec?.maxDimensions ?? 0

const distancesOf = (type: VectorType): readonly Distance[] =>
  (Object.keys(metrics) as Distance[]).filter((distance) => metrics[distance].types.includes(type))

const methodsFor = (type: VectorType, distance: Distance): readonly IndexMethod[] =>
  (Object.keys(indexMethods) as IndexMethod[]).filter((method) =>
    indexMethods[method][type]?.distances.includes(distance),
  )
