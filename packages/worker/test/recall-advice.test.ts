// What is made of a measurement: scores, advice, the plot. No database.
import type { IndexSpec } from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import { renderPlot, ticks, xml } from '../src/recall/plot.ts'
import { placeLabels } from '../src/recall/plot-labels.ts'
import { recommend, share } from '../src/recall/recommend.ts'
import { distancesOf, mean, quantile, recallOf } from '../src/recall/score.ts'
import { scanKnob } from '../src/recall/settings.ts'
import { milliseconds, size } from '../src/recall/units.ts'
import { bits, field, lists, posts } from './support/recall.ts'
import { expectWellFormed } from './support/well-formed.ts'

describe('scores', () => {
  test('a row as far as the last of the exact answer is right, whichever it is', () => {
    expect(recallOf([0.1, 0.2, 0.2], [0.1, 0.2, 0.2])).toBe(1)
    expect(recallOf([0.1, 0.2, 0.21], [0.1, 0.2, 0.2])).toBeCloseTo(2 / 3)
    expect(recallOf([], [0.1, 0.2])).toBe(0)
    expect(recallOf([], [])).toBe(1)
  })

  test('an empty answer counts for nothing, and neither does a vector without direction', () => {
    expect(distancesOf([{ distance: 0 }, { distance: 0.1 }, { distance: Number.NaN }])).toEqual([0, 0.1])
    expect(distancesOf([{ distance: null }])).toEqual([])
  })

  test('means and quantiles', () => {
    expect(mean([1, 2, 6])).toBe(3)
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([quantile(hundred, 0.5), quantile(hundred, 0.95), quantile([7], 0.95)]).toEqual([50, 95, 7])
  })

  test('numbers for people never promise more than was measured', () => {
    expect([share(0.9499999), share(0.95), share(1)]).toEqual(['0.949', '0.950', '1.000'])
    expect([0.421, 12.34, 1234.5].map(milliseconds)).toEqual(['0.42 ms', '12.3 ms', '1,235 ms'])
    expect([8192, 1_258_291, 3 * 1024 ** 3].map(size)).toEqual(['8 kB', '1.2 MB', '3.0 GB'])
  })
})

describe('the settings that are tried', () => {
  const column = (index: IndexSpec) => field('Photo', index)

  test('keep as many candidates as there are neighbours wanted, and have what findSimilar does by itself', () => {
    expect(scanKnob(posts, 10)).toMatchObject({ values: [10, 20, 40, 100, 200, 400, 800], byDefault: 100 })
    // For rows of the model ten chunks are read for each.
    expect(scanKnob(posts, 30)).toMatchObject({ values: [40, 100, 200, 300, 400, 800], byDefault: 300 })
    expect(scanKnob(column(posts.index), 120)).toMatchObject({ values: [120, 200, 400, 800], byDefault: 120 })
    // Of bits 20 are re-ranked for each.
    expect(scanKnob(column(bits), 10)).toMatchObject({ values: [10, 20, 40, 100, 200, 400, 800], byDefault: 200 })
    expect(scanKnob(column(bits), 60)).toMatchObject({ values: [100, 200, 400, 800, 1200], byDefault: 1200 })
    expect(scanKnob(column(posts.index), 1000)).toMatchObject({ values: [1000], byDefault: 1000 })
    expect(scanKnob(column({ kind: 'none' }), 10)).toBeUndefined()
  })

  test('double the lists up to all of them', () => {
    expect(scanKnob(column(lists), 10)).toMatchObject({ values: [1, 2, 4, 6, 8, 16, 32], byDefault: 6 })
    expect(scanKnob(column({ ...lists, lists: 10 }), 10)).toMatchObject({ values: [1, 2, 3, 4, 8, 10], byDefault: 3 })
    expect(scanKnob(column({ ...lists, lists: 1 }), 10)).toMatchObject({ values: [1], byDefault: 1 })
  })
})

describe('the recommendation', () => {
  const knob = (index: IndexSpec) => {
    const found = scanKnob({ ...posts, index }, 10)
    if (!found) throw new Error('no index')
    return found
  }
  /** Recall and milliseconds by setting. */
  const advice = (
    points: Readonly<Record<number, readonly [number, number]>>,
    {
      index = posts.index,
      target = 0.95,
      exactMs = 50,
      oneOfSeveral = false,
      use = 'planned' as 'planned' | 'never',
    } = {},
  ) =>
    recommend(
      {
        use,
        exact: { medianMs: exactMs, p95Ms: exactMs },
        knob: knob(index),
        points: Object.entries(points).map(([value, [recall, medianMs]]) => ({
          value: Number(value),
          recall,
          worst: 0,
          medianMs,
          p95Ms: medianMs,
        })),
      },
      target,
      { spec: { ...posts, index }, oneOfSeveral },
    )

  test('is the least setting that reaches the target', () => {
    const { lines, ...rest } = advice({ 40: [0.9, 1], 100: [0.94, 2], 200: [0.97, 3], 400: [0.99, 2.9] })
    expect(rest).toEqual({
      kind: 'setting',
      value: 200,
      call: 'db.blogPost.findSimilar(query, { efSearch: 200 })',
    })
    expect(lines.join('\n')).toBe(
      [
        'hnsw.ef_search = 200 is the least that gets to 0.95: it reaches 0.970 in 3.00 ms.',
        '  db.blogPost.findSimilar(query, { efSearch: 200 })',
        "findSimilar's own hnsw.ef_search = 100 reaches 0.940 in 2.00 ms, which is not enough.",
      ].join('\n'),
    )
  })

  test('may be to read fewer lists than findSimilar does by itself', () => {
    const { call, lines } = advice({ 4: [0.96, 1], 6: [0.99, 2] }, { index: lists })
    expect(call).toBe('db.blogPost.findSimilar(query, { probes: 4 })')
    expect(lines.at(-1)).toBe("findSimilar's own ivfflat.probes = 6 reaches 0.990 in 2.00 ms, which is enough too.")
  })

  // 40 is enough the first time.
  test.each([0.96, 0.9])('is to set nothing where the default of a graph is enough: %d', (recall) => {
    expect(advice({ 40: [recall, 1], 100: [0.95, 2], 200: [0.99, 3] })).toEqual({
      kind: 'default',
      value: 100,
      lines: [
        "findSimilar's own hnsw.ef_search = 100 reaches 0.950 in 2.00 ms.",
        'That gets to 0.95: nothing is to be set.',
      ],
    })
  })

  test('names the vectors where the model has several', () => {
    expect(advice({ 200: [1, 1] }, { oneOfSeveral: true }).call).toBe(
      "db.blogPost.findSimilar(query, { vectorizer: 'contentEmbeddings', efSearch: 200 })",
    )
  })

  test('is exact search where that takes no longer', () => {
    const { kind, value, call } = advice({ 100: [0.9, 4], 200: [0.97, 5] }, { exactMs: 5 })
    expect({ kind, value, call }).toEqual({
      kind: 'exact',
      value: 200,
      call: 'db.blogPost.findSimilar(query, { exact: true })',
    })
  })

  test.each([
    [{ m: 16, efConstruction: 64 }, 'index: hnsw(m: 32, efConstruction: 128)'],
    [{ m: 4, efConstruction: 8 }, 'index: hnsw(m: 16, efConstruction: 64)'],
    [{ m: 80, efConstruction: 700, halfvec: false }, 'index: hnsw(m: 100, efConstruction: 1000, halfvec: false)'],
    [{ halfvec: false, bit: true }, 'Index half precision, in the annotation:\n  index: hnsw'],
  ])('is another index where no setting is enough: %j', (index, expected) => {
    const { kind, value, lines } = advice({ 100: [0.7, 2], 800: [0.9, 9] }, { index: { ...hnsw, ...index } })
    expect({ kind, value }).toEqual({ kind: 'rebuild', value: undefined })
    const setting = expected.includes('half precision') ? 're-ranking' : 'hnsw.ef_search ='
    expect(lines[0]).toBe(`No setting gets to 0.95: even ${setting} 800 reaches 0.900 in 9.00 ms.`)
    expect(lines.join('\n')).toContain(expected)
    expect(lines).toContain('  db.blogPost.findSimilar(query, { exact: true })')
  })

  test('knows probes, and that the list of a DiskANN scan is no option of findSimilar', () => {
    expect(advice({ 8: [0.99, 1] }, { index: lists }).call).toBe('db.blogPost.findSimilar(query, { probes: 8 })')
    const half = advice({ 32: [0.9, 1] }, { index: { ...lists, halfvec: true } as IndexSpec })
    expect(half.lines.join('\n')).toContain('index: ivfflat(lists: 32, halfvec: false)')
    const { call, lines: diskLines } = advice({ 200: [0.99, 1] }, { index: diskann })
    expect(call).toBeUndefined()
    expect(diskLines.join('\n')).toContain("SELECT set_config('diskann.query_search_list_size', '200', true)")
  })

  test('re-ranks more of the candidates that an index of bits finds, by asking for more rows', () => {
    const { value, call, lines } = advice({ 100: [0.9, 1], 200: [0.93, 2], 400: [0.97, 3] }, { index: bits })
    expect({ value, call }).toEqual({ value: 400, call: 'db.blogPost.findSimilar(query, { take: 20 })' })
    expect(lines[0]).toBe('re-ranking 400 is the least that gets to 0.95: it reaches 0.970 in 3.00 ms.')
    expect(lines.join('\n')).toContain('Ask for more rows, and keep the first')
    // It cannot be told to re-rank fewer.
    expect(advice({ 100: [0.96, 1], 200: [0.98, 2] }, { index: bits })).toMatchObject({ kind: 'default', value: 200 })
  })

  test('is to look at the index where it is not used', () => {
    const { kind, lines } = advice({}, { use: 'never' })
    expect(kind).toBe('none')
    expect(lines.join(' ')).toContain('prisma-vectorizer doctor')
  })
})

describe('the plot', () => {
  const points = [10, 20, 40, 100].map((value, at) => ({
    value,
    recall: 0.8 + 0.06 * at,
    worst: 0,
    medianMs: 0.5 + 0.001 * at,
    p95Ms: 1,
  }))
  const plot = (title: string, chosen?: number) =>
    renderPlot({ title, note: 'exact search: 5.00 ms', setting: 'hnsw.ef_search', points, target: 0.95, chosen })

  test('is well-formed whatever the names are, and says in words what it shows', () => {
    const svg = plot(`A<b>&"c"'d'\u0007: recall@10`, 100)
    expectWellFormed(svg)
    expect(svg).toContain('<title id="title">A&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;: recall@10</title>')
    expect(svg).toContain('hnsw.ef_search 10: 0.800 in 0.50 ms')
    expect(svg).toContain('target 0.95; exact search: 5.00 ms; recommended: 100</desc>')
    expect(svg.match(/<circle /g)).toHaveLength(4)
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('has every point inside its frame, the target too', () => {
    const svg = plot('x')
    const circles = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])
    for (const [x = 0, y = 0] of circles) {
      expect(x).toBeGreaterThan(72)
      expect(x).toBeLessThan(688)
      expect(y).toBeGreaterThanOrEqual(72)
      expect(y).toBeLessThan(376)
    }
    expect(circles.map(([, y]) => y)).toEqual(circles.map(([, y]) => y).toSorted((a = 0, b = 0) => b - a))
  })

  test.each([
    ['a single point', [{ value: 10, recall: 1, worst: 1, medianMs: 0, p95Ms: 0 }]],
    ['recall 0', [{ value: 10, recall: 0, worst: 0, medianMs: 1000, p95Ms: 1000 }]],
  ])('is drawn of %s', (_, few) => {
    const svg = renderPlot({ title: 'x', note: '', setting: 's', points: few, target: 1 })
    expectWellFormed(svg)
    expect(svg).not.toMatch(/NaN|Infinity|"-\d/)
  })

  test.each(['<a><b></a></b>', '<a>x & y</a>', '<a b=c/>', '<a b="1" b="2"/>', '<a/><b/>', '<a>', '<a>1 > 0 < 2</a>'])(
    'would be found out if it were %s',
    (text) => expect(() => expectWellFormed(text)).toThrow(),
  )

  test('its labels do not cover each other', () => {
    const labels = placeLabels([
      { x: 100, y: 200, label: '10' },
      { x: 102, y: 190, label: '20' },
      { x: 104, y: 181, label: '40' },
      { x: 130, y: 180, label: '1,000' },
    ])
    for (const [at, one] of labels.entries()) {
      for (const other of labels.slice(at + 1)) {
        expect(Math.abs(one.y - other.y) >= 12 || Math.abs(one.x - other.x) >= 16).toBe(true)
      }
    }
  })

  test('ticks are round numbers around the range', () => {
    expect(ticks(0, 1.67, 6)).toEqual([0, 0.5, 1, 1.5, 2])
    expect(ticks(0.83, 1, 5)).toEqual([0.8, 0.85, 0.9, 0.95, 1])
    expect(xml('a\u0000b')).toBe('ab')
  })
})

const hnsw = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: true, bit: false } as const
const diskann = {
  kind: 'diskann',
  storageLayout: null,
  numNeighbors: null,
  searchListSize: null,
  maxAlpha: null,
  numDimensions: null,
  numBitsPerDimension: null,
} as const
