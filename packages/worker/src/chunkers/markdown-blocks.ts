// Markdown, line by line: headings, and blocks that are better left whole. Not a parser: inline markup does not matter here.
import { strip } from './whitespace.ts'

/** The texts of all blocks together are the document. */
export type MarkdownBlock =
  | { readonly kind: 'heading'; readonly text: string; readonly level: number; readonly title: string }
  /** A paragraph, list, table, fenced code, front matter or comment, with the blank lines behind it. */
  | { readonly kind: 'body'; readonly text: string }

const fence = /^\s*(?:(?:[-*+>]|\d{1,9}[.)])\s+)*(?:(`{3,})[^`]*|(~{3,}).*)$/u
const underline = /^ {0,3}(=+|-{2,})\s*$/u
/** The second line of a table, without the white space around it. */
const delimiters = /^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$/u
/** What is no paragraph, and so no heading when a line of dashes follows. */
const otherBlock = /^(?: {4}|\t|\s*(?:[-*+>|<]|\d{1,9}[.)]\s))/u

/** Lines and blocks are slices: a document of many small blocks is read in one pass. */
export function markdownBlocks(document: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = []
  const lines = document.match(/[^\n]*\n|[^\n]+$/gu) ?? []
  const blank = (line: string) => strip(line) === ''
  let body = ''
  let paragraph = 0
  const endBody = () => {
    if (body !== '') blocks.push({ kind: 'body', text: body })
    body = ''
    paragraph = 0
  }
  const take = (from: number, to: number) => {
    const text = lines.slice(from, to).join('')
    if (blank(text) && body === '') {
      const last = blocks.at(-1)
      if (last) blocks[blocks.length - 1] = { ...last, text: last.text + text }
      else body = text
    } else body += text
  }

  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string
    const next = lines[at + 1] ?? ''
    const whole = wholeBlock(lines, at)
    const heading = atxHeading(line)
    if (whole > at) {
      endBody()
      take(at, whole)
      at = whole
      if (blank(lines[at] ?? '')) continue
      endBody()
    } else if (heading) {
      endBody()
      blocks.push({ kind: 'heading', text: line, ...heading })
      at++
    } else if (blank(line)) {
      const end = at + 1
      take(at, end)
      at = end
      if (!blank(next)) endBody()
    } else if (paragraph === 0 && underline.test(next) && !otherBlock.test(line)) {
      endBody()
      blocks.push({ kind: 'heading', text: line + next, level: next.includes('=') ? 1 : 2, title: strip(line) })
      at += 2
    } else {
      take(at, ++at)
      paragraph++
    }
  }
  endBody()
  return blocks
}

/** `## Title ##`, not `##` alone. */
function atxHeading(line: string): { readonly level: number; readonly title: string } | undefined {
  const marks = /^ {0,3}(#{1,6})[ \t]/u.exec(line)
  if (!marks) return undefined
  const title = strip(` ${strip(line.slice(marks[0].length))}`.replace(/ #+$/u, ''))
  return title === '' ? undefined : { level: (marks[1] as string).length, title }
}

/** Where fenced code, a table, a comment or the front matter that starts at line `at` ends; `at` where none does. */
function wholeBlock(lines: readonly string[], at: number): number {
  const line = lines[at] as string
  const opened = fence.exec(line.trimEnd())
  if (opened) {
    const mark = (opened[1] ?? opened[2]) as string
    return endOf(lines, at, (each) => closes(each, mark))
  }
  if (line.includes('|') && delimiters.test(strip(lines[at + 1] ?? ''))) {
    let end = at + 2
    while (end < lines.length && strip(lines[end] as string) !== '') end++
    return end
  }
  if (/^ {0,3}<!--/u.test(line)) {
    return line.includes('-->', line.indexOf('<!--') + 4) ? at + 1 : endOf(lines, at, (each) => each.includes('-->'))
  }
  if (at === 0 && line.trimEnd() === '---') {
    const end = lines.findIndex((each, index) => index > 0 && /^(?:---|\.\.\.)\s*$/u.test(each))
    return end < 0 ? at : end + 1
  }
  return at
}

/** As in CommonMark, what is never closed goes on to the end of the document. */
function endOf(lines: readonly string[], at: number, isEnd: (line: string) => boolean): number {
  for (let index = at + 1; index < lines.length; index++) if (isEnd(lines[index] as string)) return index + 1
  return lines.length
}

function closes(line: string, mark: string): boolean {
  const text = strip(line.replace(/^(?:\s*>)+/u, ''))
  return text.length >= mark.length && text === (mark[0] as string).repeat(text.length)
}
