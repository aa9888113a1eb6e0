// What a changed annotation means for the database: the least that has to happen, and what it costs.
import { isDeepStrictEqual } from 'node:util'
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { queueKeyType } from '../emit/known-columns.ts'

export interface Change {
  /** Dimensions or type: the column changes and its vectors go. */
  readonly resizesStore: boolean
  readonly rebuildsIndex: boolean
  /** The key's columns or types; a varchar that grows is no change. */
  readonly rebuildsQueue: boolean
  /** The key, watched columns, or the table the triggers stand on. */
  readonly rewritesFunctions: boolean
  /** Every row is queued: the text that is embedded, the model that embeds it, or the queue itself is another. */
  readonly embedsAgain: boolean
  /** Which parts of the spec differ, for people. */
  readonly parts: readonly string[]
}

/** Undefined when nothing differs. */
export function changeBetween(previous: VectorizerSpec, next: VectorizerSpec): Change | undefined {
  if (isDeepStrictEqual(previous, next)) return undefined
  const differs = <T>(pick: (spec: VectorizerSpec) => T) => !isDeepStrictEqual(pick(previous), pick(next))
  const resizesStore = differs((spec) => [spec.dimensions, spec.type])
  const rebuildsQueue = differs((spec) => spec.source.key.map((part) => [part.column, queueKeyType(part)]))
  // A column of another name may hold another text. A Prisma field of another name on the same column does not.
  const watched = differs((spec) => [spec.source.text, ...spec.source.templateColumns].map((item) => item.column))
  const moved = differs((spec) => [spec.source.schema, spec.source.table])
  const parts = [
    ...(['dimensions', 'type', 'distance', 'index', 'model', 'chunking', 'template', 'accessor'] as const).filter(
      (part) => differs((spec) => spec[part]),
    ),
    ...(differs((spec) => spec.source.key) ? ['key'] : []),
    ...(watched || moved ? ['source'] : []),
  ]
  return {
    resizesStore,
    rebuildsIndex: resizesStore || differs((spec) => [spec.index, spec.distance]),
    rebuildsQueue,
    rewritesFunctions: watched || moved || rebuildsQueue,
    embedsAgain:
      resizesStore || rebuildsQueue || watched || differs((spec) => [spec.model, spec.chunking, spec.template]),
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
