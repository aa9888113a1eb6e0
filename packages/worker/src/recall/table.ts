// The measurement as plain text: what was measured, a row for each setting, and the advice.
import { indexesBits, indexesHalfvec } from '@prisma-vectorizer/spec'
import type { Measurement, MeasureOptions, Times } from './measure.ts'
import { type Recommendation, share } from './recommend.ts'
import type { RecallTarget } from './target.ts'
import { milliseconds, plainMilliseconds, size } from './units.ts'

interface Asked extends Pick<MeasureOptions, 'k' | 'seed'> {
  /** The file that the queries come from. */
  readonly embeddings?: string
}

/** At most 100 columns wide, but for the vectorizer's own name, and a file's. */
export function renderTable(
  target: RecallTarget,
  measured: Measurement,
  { k, ...asked }: Asked,
  recommendation: Recommendation,
): string {
  return `${[
    `${target.label}: recall@${k} of ${describeIndex(target, measured)}`,
    describeVectors(target, measured),
    describeQueries(measured, asked),
    ...planNotes(measured).flatMap((line) => ['', line]),
    '',
    ...rows(measured, k, recommendation),
    '',
    ...recommendation.lines,
  ].join('\n')}\n`
}

/** The same for a vectorizer that has nothing to measure. */
export const renderUnindexed = ({ label }: RecallTarget): string =>
  `${label} has no index: every search reads all vectors, so it is exact and its recall is 1.\n`

/** `its hnsw index (m=16, ef_construction=64)`. */
function describeIndex({ spec }: RecallTarget, { index }: Measurement): string {
  const parameters = index?.parameters ?? []
  return `its ${spec.index.kind} index${parameters.length > 0 ? ` (${parameters.join(', ')})` : ''}`
}

/** `half precision, 1.2 MB; 3,000 vectors of 16 dimensions, cosine`. */
function describeVectors({ spec }: RecallTarget, { index, vectors }: Measurement): string {
  const precision = indexesBits(spec) ? ['one bit per dimension'] : indexesHalfvec(spec) ? ['half precision'] : []
  const facts = [...precision, ...(index ? [size(index.bytes)] : [])].join(', ')
  const dimensions = `${count(vectors)} vectors of ${count(spec.dimensions)} dimensions, ${spec.distance}`
  return [...(facts ? [facts] : []), dimensions].join('; ')
}

const describeQueries = ({ queries }: Measurement, { seed, embeddings }: Omit<Asked, 'k'>): string =>
  embeddings === undefined
    ? `${count(queries)} queries, each mixed of two stored vectors (seed ${seed})`
    : `${count(queries)} queries of ${embeddings}`

export function planNotes({ use, vectors, points, exact }: Measurement): readonly string[] {
  switch (use) {
    case 'planned':
      return []
    case 'partly':
      return [
        'PostgreSQL uses the index only for some of these settings now: for others its planner reads the whole table,\n' +
          'which is exact. Below, all were measured with enable_seqscan off, in this transaction only.',
      ]
    case 'forced': {
      const sooner = points[0] && points[0].medianMs < exact.medianMs ? ' The index would be faster.' : ''
      return [
        `PostgreSQL does not use the index now: for ${count(vectors)} vectors its planner reads the whole table.\n` +
          `findSimilar is exact then, its recall is 1 whatever is set.${sooner}\n` +
          'Below, the index was measured with enable_seqscan off, in this transaction only.',
      ]
    }
    case 'never':
      return [
        'PostgreSQL does not use the index, not even with enable_seqscan off: it is missing, not valid, or over another\n' +
          'expression. findSimilar reads every vector: it is exact, its recall is 1, and it is slow on a large table.',
      ]
  }
}

function rows(measured: Measurement, k: number, recommendation: Recommendation): string[] {
  const { knob, points, exact } = measured
  const times = ({ medianMs, p95Ms }: Times) => [plainMilliseconds(medianMs), plainMilliseconds(p95Ms)]
  const remark = (value: number) =>
    [
      ...(recommendation.kind !== 'exact' && value === recommendation.value ? ['recommended'] : []),
      ...(value === knob.byDefault ? ['default of findSimilar'] : []),
    ].join(', ')
  const cells = [
    [knob.reRanks ? 're-ranked' : knob.name, `recall@${k}`, 'worst', 'median ms', 'p95 ms', ''],
    ...points.map((point) => [
      count(point.value),
      share(point.recall),
      share(point.worst),
      ...times(point),
      remark(point.value),
    ]),
    ['exact', '1.000', '1.000', ...times(exact), recommendation.kind === 'exact' ? 'recommended' : ''],
  ]
  const last = (cells[0]?.length ?? 0) - 1
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? []
  return cells.map((row) =>
    row
      .map((cell, column) => (column === last ? cell : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

const count = (things: number): string => things.toLocaleString('en-US')

/** One line on what exact search takes, for the plot. */
export const exactNote = ({ exact }: Measurement): string => `exact search: ${milliseconds(exact.medianMs)}`
