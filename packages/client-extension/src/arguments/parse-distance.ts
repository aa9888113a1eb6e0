// By which distance a search goes, and how far it reaches.
import { type AnySpec, type Distance, metrics } from '@prisma-vectorizer/spec'
import { invalid, number, oneOf } from './argument-readers.ts'
import type { SearchMode } from './parse-mode.ts'

export function parseDistance(value: unknown, spec: AnySpec, where: string): Distance {
  const possible = (Object.keys(metrics) as Distance[]).filter((distance) =>
    metrics[distance].types.includes(spec.type),
  )
  return oneOf(value, 'distance', possible, where) ?? spec.distance
}

/** `maxDistance`, or `minScore` as one. */
export function parseThreshold(
  given: Readonly<Record<string, unknown>>,
  distance: Distance,
  mode: SearchMode,
  where: string,
): number | undefined {
  const maxDistance = number(given['maxDistance'], 'maxDistance', where)
  const minScore = number(given['minScore'], 'minScore', where)
  if (maxDistance === undefined && minScore === undefined) return undefined
  if (mode.kind !== 'vector') {
    throw invalid(
      where,
      `\`${maxDistance === undefined ? 'minScore' : 'maxDistance'}\` is given with \`mode: '${mode.kind}'\`.`,
      'Remove it, or search by vectors alone.',
      'Ranks of a full-text search have no scale to compare them with.',
    )
  }
  if (maxDistance !== undefined && minScore !== undefined) {
    throw invalid(
      where,
      '`maxDistance` and `minScore` are both given.',
      'Keep one of them.',
      'They say the same thing.',
    )
  }
  return maxDistance ?? metrics[distance].distanceOf(minScore as number)
}
