// From the measurement to advice: the least setting that reaches the recall wanted, or what to do where none does.
import { type AnySpec, delegateName, indexMethods } from '@prisma-vectorizer/spec'
import type { Measurement, Point } from './measure.ts'
import { bitsPerRow, type ScanKnob } from './settings.ts'
import type { RecallTarget } from './target.ts'
import { milliseconds } from './units.ts'

export interface Recommendation {
  /**
   * `default`: findSimilar does the best by itself. `setting`: another one is the least that reaches the target. `exact`:
   * exact search is no slower than that. `rebuild`: no setting reaches it. `none`: the index is not used.
   */
  readonly kind: 'default' | 'setting' | 'exact' | 'rebuild' | 'none'
  /** The least setting that reaches the target, if one does; of a graph, no less than findSimilar has by itself. */
  readonly value?: number
  /** What to write, if anything. */
  readonly call?: string
  /** For people: sentences, then the call. */
  readonly lines: readonly string[]
}

type Measured = Pick<Measurement, 'exact' | 'knob' | 'points' | 'use'>
type Named = Pick<RecallTarget, 'spec' | 'oneOfSeveral'>

export function recommend(measured: Measured, target: number, named: Named): Recommendation {
  const { exact, knob, points, use } = measured
  if (use === 'never') {
    return {
      kind: 'none',
      lines: [
        'No setting changes anything while the index is not used. `prisma-vectorizer doctor` says whether it is there',
        'and as it should be.',
      ],
    }
  }
  // By its setting, not by its time: where two times are the same but for noise, the lesser setting does less.
  // A graph's least settings do worst on questions unlike those measured, and only `efSearch` could ask for them.
  const choices = knob.option === 'probes' ? points : points.filter(({ value }) => value >= knob.byDefault)
  const chosen = choices.find(({ recall }) => recall >= target)
  const byDefault = points.find(({ value }) => value === knob.byDefault)
  const own = byDefault ? `findSimilar's own ${settingOf(knob, byDefault.value)} ${reaches(byDefault)}` : undefined
  if (!chosen) return rebuild(points, knob, target, own, exact.medianMs, named)
  const { value } = chosen
  if (chosen.medianMs >= exact.medianMs) {
    const call = callOf(named, 'exact: true')
    return {
      kind: 'exact',
      value,
      call,
      lines: [
        `${settingOf(knob, value)} ${reaches(chosen)}; exact search takes no longer, and misses nothing:`,
        `  ${call}`,
        ...(own && value !== knob.byDefault ? [`${own}.`] : []),
      ],
    }
  }
  if (value === knob.byDefault) {
    return {
      kind: 'default',
      value,
      lines: [`${own}.`, `That gets to ${target}: nothing is to be set.`],
    }
  }
  if (knob.option === undefined && !knob.reRanks) return unsettable(chosen, knob.name, target, own)
  const call = callOf(named, knob.reRanks ? `take: ${Math.ceil(value / bitsPerRow)}` : `${knob.option}: ${value}`)
  const enough = byDefault && byDefault.recall >= target
  return {
    kind: 'setting',
    value,
    call,
    lines: [
      `${settingOf(knob, value)} is the least that gets to ${target}: it ${reaches(chosen)}.`,
      ...(knob.reRanks
        ? [`findSimilar re-ranks ${bitsPerRow} for each row it returns. Ask for more rows, and keep the first:`]
        : []),
      `  ${call}`,
      ...(own ? [`${own}${enough ? ', which is enough too' : ', which is not enough'}.`] : []),
    ],
  }
}

/** `hnsw.ef_search = 100`, or `re-ranking 200`. */
const settingOf = ({ name, reRanks }: ScanKnob, value: number) =>
  reRanks ? `re-ranking ${value}` : `${name} = ${value}`

const reaches = ({ recall, medianMs }: Point) => `reaches ${share(recall)} in ${milliseconds(medianMs)}`

/** Never rounded up to what it is not: 0.9499 is not 0.950. */
export const share = (recall: number): string => (Math.floor(recall * 1000 + 1e-9) / 1000).toFixed(3)

/** As it is written for the model of `spec`. */
function callOf({ spec, oneOfSeveral }: Named, option: string): string {
  const which = oneOfSeveral ? `vectorizer: '${spec.accessor}', ` : ''
  return `db.${delegateName(spec.source.model)}.findSimilar(query, { ${which}${option} })`
}

/** findSimilar sets the list of a DiskANN scan itself, by how many rows it is to return. */
function unsettable(chosen: Point, name: string, target: number, own: string | undefined): Recommendation {
  return {
    kind: 'setting',
    value: chosen.value,
    lines: [
      `${name} = ${chosen.value} is the least that gets to ${target}: it ${reaches(chosen)}.`,
      'findSimilar has no option for it; in a statement of your own, inside a transaction:',
      `  SELECT set_config('${name}', '${chosen.value}', true)`,
      ...(own ? [`${own}.`] : []),
    ],
  }
}

function rebuild(
  points: readonly Point[],
  knob: ScanKnob,
  target: number,
  own: string | undefined,
  exactMs: number,
  named: Named,
): Recommendation {
  const last = points.at(-1)
  const call = callOf(named, 'exact: true')
  return {
    kind: 'rebuild',
    call,
    lines: [
      `No setting gets to ${target}${last ? `: even ${settingOf(knob, last.value)} ${reaches(last)}` : ''}.`,
      ...betterIndex(named.spec),
      `Until then exact search finds everything, in ${milliseconds(exactMs)}:`,
      `  ${call}`,
      ...(own ? [`${own}.`] : []),
    ],
  }
}

/** Sentences that say what the annotation should have instead. */
function betterIndex({ index, dimensions }: Pick<AnySpec, 'index' | 'dimensions'>): readonly string[] {
  switch (index.kind) {
    case 'hnsw': {
      if (index.bit) {
        const most = indexMethods.hnsw.halfvec?.maxDimensions ?? 0
        return dimensions > most
          ? [
              `One bit per dimension keeps too little of these vectors, and other indexes hold ${most} dimensions at most.`,
            ]
          : [
              'One bit per dimension keeps too little of these vectors. Index half precision, in the annotation:',
              '  index: hnsw',
            ]
      }
      // No less than pgvector's own.
      const m = Math.min(100, Math.max(16, 2 * index.m))
      const efConstruction = Math.min(1000, Math.max(64, 2 * index.efConstruction, 2 * m))
      return [
        'The graph has too few links. Build it anew with more, in the annotation, e.g.:',
        `  index: hnsw(m: ${m}, efConstruction: ${efConstruction}${index.halfvec ? '' : ', halfvec: false'})`,
      ]
    }
    case 'ivfflat':
      return index.halfvec
        ? [
            'All lists were read, so half precision is what misses them. In the annotation:',
            `  index: ivfflat(lists: ${index.lists}, halfvec: false)`,
          ]
        : ['All lists were read: REINDEX the index, or see `prisma-vectorizer doctor`.']
    case 'diskann':
      return ['Build the graph anew with a larger numNeighbors and searchListSize, in the annotation.']
    case 'none':
      return []
  }
}
