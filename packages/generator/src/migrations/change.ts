// What a changed annotation means for the database: the least that has to happen, and what it costs.
import { isDeepStrictEqual } from 'node:util'
import {
  type AnySpec,
  filterColumns,
  indexDefinition,
  isQueuedAsText,
  type KeyColumnSpec,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { bareType, queueKeyType } from '../emit/known-columns.ts'

export interface Change {
  /** Dimensions or type of the vectors: converted in place where one is made of the other, else they go. */
  readonly vectors: 'kept' | 'converted' | 'emptied'
  readonly rebuildsIndex: boolean
  readonly rebuildsTextIndex: boolean
  /** What the key's columns or types ask of the queue; a varchar that grows asks nothing. */
  readonly queue: 'kept' | 'widened' | 'rebuilt'
  /** The key, watched columns, the filter, the table the triggers stand on, or which sessions they fire in. */
  readonly rewritesFunctions: boolean
  /** The filter is another: rows that are outside now lose their embeddings. */
  readonly narrows: boolean
  /**
   * Which rows are queued: all where the text that is embedded, the model that embeds it, or the queue itself is another.
   */
  readonly embeds: 'all' | 'newly inside' | 'none'
  /** The vectors that are stored are another model's: none is kept, not even of a chunk whose text stays the same. */
  readonly replacesModel: boolean
  /** The view is made, made anew, or dropped. */
  readonly view: boolean
  readonly grants: boolean
  /** Which parts of the spec differ, for people. */
  readonly parts: readonly string[]
}

/** Undefined when nothing differs that a database has to know. */
export function changeBetween(before: AnySpec, after: AnySpec): Change | undefined {
  const [previous, next] = [ofDatabase(before), ofDatabase(after)]
  if (isDeepStrictEqual(previous, next)) return undefined
  const differs = <T>(pick: (spec: AnySpec) => T) => !isDeepStrictEqual(pick(previous), pick(next))
  const differsIn = <T>(pick: (spec: VectorizerSpec) => T) =>
    differs((spec) => (spec.kind === 'vectorizer' ? pick(spec) : undefined))

  const vectors = vectorsChange(previous, next)
  const queue = queueChange(previous.source.key, next.source.key)
  // The queue may keep both as text, but a string and an enum are read in other ways.
  const keyType = differsIn((spec) => spec.source.key.map((part) => [bareType(part.sqlType), isQueuedAsText(part)]))
  // A column of another name may hold another text. A Prisma field of another name on the same column does not.
  const watched = differsIn((spec) => [spec.source.text, ...spec.source.templateColumns].map(({ column }) => column))
  const filter = differsIn((spec) => spec.source.filter)
  const moved = differs((spec) => [spec.source.schema, spec.source.table])
  const foreignKey = differs(({ store }) => store.kind === 'table' && store.foreignKey)
  const textSearch = differsIn((spec) => spec.textSearch)
  const document = differsIn((spec) => [spec.source.loading, spec.source.parsing])
  const replicated = differsIn((spec) => spec.replicated)
  const rewritesFunctions = replicated || watched || filter || moved || foreignKey || queue !== 'kept' || keyType
  const embedsAll =
    vectors === 'emptied' ||
    queue === 'rebuilt' ||
    watched ||
    document ||
    differsIn((spec) => [spec.model, spec.chunking, spec.template])
  const hasView = [previous, next].some((spec) => spec.kind === 'vectorizer' && spec.view !== null)
  const parts = [
    ...(['dimensions', 'type', 'distance', 'index', 'accessor', 'roles'] as const).filter((part) =>
      differs((spec) => spec[part]),
    ),
    ...(['model', 'chunking', 'template', 'view', 'batchSize', 'concurrency', 'textSearch'] as const).filter((part) =>
      differsIn((spec) => spec[part]),
    ),
    ...(differs((spec) => spec.kind === 'vector' && spec.list) ? ['list'] : []),
    ...(differs((spec) => spec.source.key) ? ['key'] : []),
    ...(watched || moved ? ['source'] : []),
    ...(document ? ['document'] : []),
    ...(filter ? ['where'] : []),
    ...(foreignKey ? ['relationMode'] : []),
    ...(replicated ? ['replicated'] : []),
  ]
  return {
    vectors,
    rebuildsIndex: vectors !== 'kept' || differs((spec) => [indexDefinition(spec.index), spec.distance]),
    rebuildsTextIndex: textSearch,
    queue,
    rewritesFunctions,
    narrows: filter && vectors !== 'emptied' && next.kind === 'vectorizer' && next.source.filter !== null,
    embeds: embedsAll ? 'all' : filter && hasFilter(previous) ? 'newly inside' : 'none',
    replacesModel: differsIn((spec) => spec.model),
    view: hasView && (differsIn((spec) => spec.view) || vectors !== 'kept' || queue !== 'kept' || moved),
    // A queue that is made anew, and columns that were not read before, have no grants yet.
    grants: rewritesFunctions || differs((spec) => spec.roles),
    parts: parts.length ? parts : ['names'],
  }
}

/**
 * How the relation is declared is Prisma's alone: it writes that part of the migration, and no worker reads it. What
 * Prisma calls the values of an enum no database knows.
 */
function ofDatabase<S extends AnySpec>(whole: S): S {
  const key = whole.source.key.map(({ values: _values, ...part }) => part)
  const spec = { ...whole, source: { ...whole.source, key } }
  if (spec.store.kind === 'column') return spec
  const {
    relation: _relation,
    parentField: _parentField,
    onDelete: _onDelete,
    onUpdate: _onUpdate,
    ...store
  } = spec.store
  return { ...spec, store }
}

function vectorsChange(previous: AnySpec, next: AnySpec): Change['vectors'] {
  const resized = previous.dimensions !== next.dimensions
  if (!resized && previous.type === next.type) return 'kept'
  // What the application wrote is not ours to throw away: PostgreSQL refuses a vector that does not fit.
  if (next.kind === 'vector') return 'converted'
  // Each type can be made of another, but of the signs of the numbers no numbers.
  return resized || previous.type === 'bit' ? 'emptied' : 'converted'
}

const hasFilter = (spec: AnySpec): boolean => spec.kind === 'vectorizer' && filterColumns(spec.source.filter).length > 0

/** Types that Prisma turns into the wider one in place, so that every key keeps its value. */
const widenings: Readonly<Record<string, readonly string[]>> = {
  SMALLINT: ['INTEGER', 'BIGINT'],
  INTEGER: ['BIGINT'],
  VARCHAR: ['TEXT'],
}

function queueChange(before: readonly KeyColumnSpec[], after: readonly KeyColumnSpec[]): Change['queue'] {
  if (before.length !== after.length) return 'rebuilt'
  const parts = after.map((part, index) => {
    const previous = before[index] as KeyColumnSpec
    const [from, to] = [queueKeyType(previous), queueKeyType(part)]
    if (previous.column !== part.column) return 'rebuilt'
    return from === to ? 'kept' : widenings[from]?.includes(to) ? 'widened' : 'rebuilt'
  })
  return parts.includes('rebuilt') ? 'rebuilt' : parts.includes('widened') ? 'widened' : 'kept'
}

/** Whether what is stored stays, and only what finds it is made anew. */
const isOfIndexes = ({ rebuildsIndex, rebuildsTextIndex, vectors, embeds }: Change): boolean =>
  (rebuildsIndex || rebuildsTextIndex) && vectors === 'kept' && embeds === 'none'

const embedsAgain = ({ replacesModel, vectors }: Change, { store }: AnySpec): string =>
  replacesModel || vectors === 'emptied' || store.kind === 'column'
    ? 'Every row is embedded again, which a provider charges for like the first time.'
    : 'Every row is chunked again. A provider charges for the chunks whose text is another; the others keep their vectors.'

/** One line per thing a reader must know before it happens. */
export function describeChange(change: Change, spec: AnySpec): readonly string[] {
  return [
    `Changed: ${change.parts.join(', ')}.`,
    ...(change.embeds === 'all' ? [embedsAgain(change, spec)] : []),
    ...(change.embeds === 'newly inside' ? ['Only rows that `where` newly lets in are embedded.'] : []),
    ...(isOfIndexes(change) && spec.kind === 'vectorizer'
      ? ['Nothing is embedded again: only the index is another.']
      : []),
    ...(change.narrows ? ['Rows outside `where` lose their embeddings.'] : []),
    ...(change.vectors === 'emptied' ? ['Until then searches find only what is embedded anew.'] : []),
    ...(change.vectors === 'converted' && spec.kind === 'vectorizer' ? ['The vectors are converted in place.'] : []),
  ]
}
