// The measurement as a picture: recall over time, a point for each setting. One SVG that needs nothing else.
import type { Point } from './measure.ts'
import { placeLabels } from './plot-labels.ts'
import { plainMilliseconds } from './units.ts'

export interface PlotInput {
  /** `BlogPost.contentEmbeddings: recall@10`. */
  readonly title: string
  /** Below the title: `exact search: 4.2 ms`. */
  readonly note: string
  /** What the points' labels are values of. */
  readonly setting: string
  readonly points: readonly Point[]
  readonly target: number
  /** The setting that is marked. */
  readonly chosen?: number | undefined
}

const width = 720
const height = 440
const frame = { left: 72, right: width - 32, top: 72, bottom: height - 64 }

/** Well-formed XML: every text is escaped. */
export function renderPlot({ title, note, setting, points, target, chosen }: PlotInput): string {
  const xTicks = ticks(0, 1.08 * Math.max(...points.map(({ medianMs }) => medianMs), 0.01), 6)
  const yTicks = ticks(Math.min(target, ...points.map(({ recall }) => recall)) - 0.02, 1, 5)
  const [xMax, yMin, yMax] = [xTicks.at(-1) ?? 1, Math.max(0, yTicks[0] ?? 0), yTicks.at(-1) ?? 1]
  const x = (ms: number) => round(frame.left + (ms / xMax) * (frame.right - frame.left))
  const y = (recall: number) =>
    round(frame.bottom - ((recall - yMin) / Math.max(yMax - yMin, 0.01)) * (frame.bottom - frame.top))
  const placed = points.map((point) => ({ ...point, x: x(point.medianMs), y: y(point.recall) }))
  const best = points.find(({ value }) => value === chosen)
  const description = [
    ...points.map(
      ({ value, recall, medianMs }) => `${setting} ${value}: ${recall.toFixed(3)} in ${medianMs.toFixed(2)} ms`,
    ),
    `target ${target}`,
    note,
    ...(best ? [`recommended: ${best.value}`] : []),
  ].join('; ')
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
  role="img" aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="13" fill="#24292f">
<title id="title">${xml(title)}</title>
<desc id="description">${xml(description)}</desc>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${frame.left}" y="30" font-size="17" font-weight="600">${xml(title)}</text>
<text x="${frame.left}" y="52" fill="#57606a">${xml(`labels: ${setting}; ${note}`)}</text>
<g stroke="#d8dee4">
${yTicks.map((value) => line(frame.left, y(value), frame.right, y(value))).join('\n')}
${xTicks.map((value) => line(x(value), frame.bottom, x(value), frame.bottom + 5, ' stroke="#57606a"')).join('\n')}
</g>
<g stroke="#57606a">
${line(frame.left, frame.top, frame.left, frame.bottom)}
${line(frame.left, frame.bottom, frame.right, frame.bottom)}
</g>
<g fill="#57606a" text-anchor="end">
${yTicks.map((value) => text(frame.left - 8, y(value) + 4, decimal(value))).join('\n')}
</g>
<g fill="#57606a" text-anchor="middle">
${xTicks.map((value) => text(x(value), frame.bottom + 21, decimal(value))).join('\n')}
${text((frame.left + frame.right) / 2, height - 18, 'median milliseconds per query')}
<text transform="translate(20 ${(frame.top + frame.bottom) / 2}) rotate(-90)">recall</text>
</g>
${line(frame.left, y(target), frame.right, y(target), ' stroke="#cf222e" stroke-width="1.5" stroke-dasharray="6 4"')}
<text x="${frame.right}" y="${round(y(target) + 16)}" text-anchor="end" fill="#cf222e">target ${decimal(target)}</text>
<polyline points="${placed.map((point) => `${point.x},${point.y}`).join(' ')}" fill="none" stroke="#0969da" stroke-width="2"/>
<g stroke="#ffffff" stroke-width="1.5">
${placed.map((point) => `<circle cx="${point.x}" cy="${point.y}" r="${point.value === chosen ? 7 : 5}" fill="${point.value === chosen ? '#1a7f37' : '#0969da'}"><title>${xml(`${setting} = ${point.value}: recall ${point.recall.toFixed(3)}, ${plainMilliseconds(point.medianMs)} ms`)}</title></circle>`).join('\n')}
</g>
<g text-anchor="middle" font-weight="600" stroke="#ffffff" stroke-width="4" paint-order="stroke">
${placeLabels(placed.map((point) => ({ ...point, label: point.value.toLocaleString('en-US') })))
  .map((at) => text(at.x, at.y, at.label))
  .join('\n')}
</g>
</svg>
`
}

const line = (x1: number, y1: number, x2: number, y2: number, more = '') =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"${more}/>`

const text = (x: number, y: number, content: string) => `<text x="${round(x)}" y="${round(y)}">${xml(content)}</text>`

const round = (value: number) => Math.round(value * 10) / 10

/** 0.30000000000000004 → `0.3`. */
const decimal = (value: number) => String(Number(value.toFixed(4)))

/** About `wanted` round numbers from at or below `from` to at or above `to`. */
export function ticks(from: number, to: number, wanted: number): readonly number[] {
  const rough = Math.max(to - from, 1e-6) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const [first, last] = [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)]
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Characters that XML cannot hold at all are left out. */
export const xml = (content: string): string =>
  content
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
