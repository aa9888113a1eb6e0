// Lines of a PDF as Markdown: larger letters are headings, larger gaps are paragraphs. A PDF has neither by itself.

export interface PdfLine {
  readonly text: string
  /** Of its letters, in points. */
  readonly height: number
  /** From the bottom of the page, in points. */
  readonly y: number
}

/** How much larger than the text a heading's letters are; below, it is emphasis. */
const headingRatio = 1.15
const longestHeading = 200

/** Pages are separated by an empty line; a paragraph that goes on over the page is two. */
export function pdfMarkdown(pages: readonly (readonly PdfLine[])[]): string {
  const levels = headingLevels(pages.flat())
  const gap = usualGap(pages)
  return pages
    .map((lines) => pageMarkdown(lines, levels, gap))
    .filter(Boolean)
    .join('\n\n')
}

function pageMarkdown(lines: readonly PdfLine[], levels: ReadonlyMap<number, number>, usual: number): string {
  let text = ''
  let previous: PdfLine | undefined
  let previousLevel: number | undefined
  for (const line of lines) {
    const level = isHeading(line) ? levels.get(rounded(line.height)) : undefined
    const gap = previous ? previous.y - line.y : 0
    // Upwards: the next column. Two lines of one heading stand no further apart than their letters are high, twice.
    const sameHeading = level !== undefined && level === previousLevel && gap >= 0 && gap < 2 * line.height
    const sameParagraph = level === previousLevel && level === undefined && gap >= -line.height && gap <= 1.4 * usual
    if (previous) text += sameHeading ? ' ' : sameParagraph ? '\n' : '\n\n'
    text += level === undefined || sameHeading ? line.text : `${'#'.repeat(level)} ${line.text}`
    previous = line
    previousLevel = level
  }
  return text
}

/** The level, 1 to 3, of each height that headings have; the text's own is the one most characters have. */
function headingLevels(lines: readonly PdfLine[]): ReadonlyMap<number, number> {
  const characters = new Map<number, number>()
  for (const { text, height } of lines) {
    characters.set(rounded(height), (characters.get(rounded(height)) ?? 0) + text.length)
  }
  const [body = 0] = [...characters].reduce((most, each) => (each[1] > most[1] ? each : most), [0, 0])
  const heights = lines
    .filter((line) => isHeading(line) && line.height >= headingRatio * body)
    .map(({ height }) => rounded(height))
  const largestFirst = [...new Set(heights)].sort((one, other) => other - one)
  return new Map(largestFirst.map((height, index) => [height, Math.min(index + 1, 3)]))
}

/** Page numbers and ornaments are large, too. */
function isHeading({ text }: PdfLine): boolean {
  return text.length <= longestHeading && /\p{L}{2}/u.test(text)
}

/** Half points: the same letters differ in the last digits. */
function rounded(height: number): number {
  return Math.round(height * 2) / 2
}

/** The median distance of two lines that can be of one paragraph: letters of one size, not far apart. */
function usualGap(pages: readonly (readonly PdfLine[])[]): number {
  const gaps = pages.flatMap((lines) =>
    lines.flatMap((line, index) => {
      const next = lines[index + 1]
      const gap = next && rounded(next.height) === rounded(line.height) ? line.y - next.y : 0
      return gap > 0 && gap < 3 * line.height ? [gap] : []
    }),
  )
  gaps.sort((one, other) => one - other)
  return gaps[Math.floor((gaps.length - 1) / 2)] ?? Number.POSITIVE_INFINITY
}
