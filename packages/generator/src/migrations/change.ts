// What a changed annotation means for the database: the least that has to happen, and what it costs.
import { isDeepStrictEqual } from 'node:util'
import type { KeyColumnSpec, VectorizerSpec } from '@prisma-vectorizer/spec'
import { queueKeyType } from '../emit/known-columns.ts'

export interface Change {
  /** Dimensions or type: the column changes and its vectors go. */
  readonly resizesStore: boolean
  readonly rebuildsIndex: boolean
  /** What the key's columns or types ask of the queue; a varchar that grows asks nothing. */
  readonly queue: 'kept' | 'widened' | 'rebuilt'
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
  const queue = queueChange(previous.source.key, next.source.key)
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
    queue,
    rewritesFunctions: watched || moved || queue !== 'kept',
    embedsAgain:
      resizesStore || queue === 'rebuilt' || watched || differs((spec) => [spec.model, spec.chunking, spec.template]),
    parts: parts.length ? parts : ['names'],
  }
}

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

/** One line per thing a reader must know before it happens. */
export function describeChange(change: Change): readonly string[] {
  return [
    `Changed: ${change.parts.join(', ')}.`,
    ...(change.embedsAgain ? ['Every row is embedded again, which a provider charges for like the first time.'] : []),
    ...(change.resizesStore ? ['Until then searches find only what is embedded anew.'] : []),
  ]
}
