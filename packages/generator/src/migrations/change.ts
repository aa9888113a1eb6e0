// What a changed annotation means for the database: the least that has to happen, and what it costs.
import { isDeepStrictEqual } from 'node:util'
import type { VectorizerSpec } from '@prisma-vectorizer/spec'

export interface Change {
  /** Dimensions or type: the column changes and its vectors go. */
  readonly resizesStore: boolean
  readonly rebuildsIndex: boolean
  /** The key's columns or types. */
  readonly rebuildsQueue: boolean
  /** Watched columns, or the table the triggers stand on. */
  readonly rewritesFunctions: boolean
  /** Every row is queued: the text that is embedded, or the model that embeds it, is another. */
  readonly embedsAgain: boolean
  /** Which parts of the spec differ, for people. */
  readonly parts: readonly string[]
}

/** Undefined when nothing differs. */
export function changeBetween(previous: VectorizerSpec, next: VectorizerSpec): Change | undefined {
  if (isDeepStrictEqual(previous, next)) return undefined
  const differs = <T>(pick: (spec: VectorizerSpec) => T) => !isDeepStrictEqual(pick(previous), pick(next))
  const resizesStore = differs((spec) => [spec.dimensions, spec.type])
  const rebuildsQueue = differs((spec) => spec.source.key.map((part) => [part.column, part.sqlType]))
  const watched = differs((spec) => [spec.source.text.column, spec.source.templateColumns.map((item) => item.column)])
  const moved = differs((spec) => [spec.source.table, spec.source.schema])
  const parts = [
    ...(['dimensions', 'type', 'distance', 'index', 'model', 'chunking', 'template', 'accessor'] as const).filter(
      (part) => differs((spec) => spec[part]),
    ),
    ...(watched || rebuildsQueue || moved ? ['source'] : []),
  ]
  return {
    resizesStore,
    rebuildsIndex: resizesStore || differs((spec) => [spec.index, spec.distance]),
    rebuildsQueue,
    rewritesFunctions: watched || moved,
    embedsAgain: resizesStore || differs((spec) => [spec.model, spec.chunking, spec.template, spec.source.text.field]),
    parts: parts.length ? parts : ['names'],
  }
}

/** One line per thing a reader must know before it happens. */
export function describeChange(change: Change): readonly string[] {
  return [
    `Changed: ${change.parts.join(', ')}.`,
    ...(change.embedsAgain ? ['Every row is embedded again, which a provider charges for like the first time.'] : []),
    ...(change.resizesStore ? ['Until then searches find only what is embedded anew.'] : []),
  ]
}
