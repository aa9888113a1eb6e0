// Markdown: a chunk stays under its heading, and says which it is.
import type { ChunkingSpec } from '@prisma-vectorizer/spec'
import { cutToFit } from './cut.ts'
import { markdownBlocks } from './markdown-blocks.ts'
import { packPieces } from './pack.ts'
import { lengthOfPartsOf, type TextLength } from './text-length.ts'
import { strip } from './whitespace.ts'

type MarkdownChunking = Extract<ChunkingSpec, { kind: 'markdown' }>

interface Heading {
  readonly level: number
  /** `## Title`. */
  readonly line: string
  shown: boolean
}

export function createMarkdownSplitter(chunking: MarkdownChunking): (text: string) => string[] {
  const split = chunking.headings ? splitUnderHeadings : splitAtHeadings
  return (text) => split(text, chunking, lengthOfPartsOf(text))
}

/** Each chunk is a slice of the text; headings start one, unless the chunk before is nothing but headings. */
function splitAtHeadings(text: string, chunking: MarkdownChunking, lengthOf: TextLength): string[] {
  const chunks: string[] = []
  let pieces: string[] = []
  let headings = ''
  const flush = () => {
    for (const chunk of packPieces(pieces, chunking, lengthOf)) chunks.push(chunk)
    pieces = []
  }
  const take = (block: string) => {
    for (const piece of fitting(block, chunking.size, lengthOf)) pieces.push(piece)
  }
  for (const block of markdownBlocks(text)) {
    if (block.kind === 'heading') {
      if (headings === '') flush()
      headings += block.text
      continue
    }
    const first = headings + block.text
    // A heading goes with what follows it, where both fit.
    if (lengthOf(strip(first)) <= chunking.size) pieces.push(first)
    else {
      take(headings)
      take(block.text)
    }
    headings = ''
  }
  take(headings)
  flush()
  return chunks
}

/** Each chunk starts with the headings it stands under, a line each, the outermost first, and a blank line. */
function splitUnderHeadings(text: string, { size, overlap }: MarkdownChunking, lengthOf: TextLength): string[] {
  // Headings may take half of a chunk. A longer one is text, and where all together are longer the outermost go.
  const room = Math.floor(size / 2)
  const chunks: string[] = []
  let path: Heading[] = []
  let pieces: string[] = []

  const linesOf = (headings: readonly Heading[]) => {
    let lines = ''
    for (const heading of headings.toReversed()) {
      const longer = lines === '' ? heading.line : `${heading.line}\n${lines}`
      if (lengthOf(longer) > room) break
      lines = longer
      heading.shown = true
    }
    return lines
  }
  /** What no chunk has said yet: headings without text of their own that are left, or do not fit above what follows. */
  const showHeadings = (headings: readonly Heading[]) => {
    const missing: string[] = []
    for (let depth = headings.length; depth > 0; depth--) {
      if (headings[depth - 1]?.shown === false) missing.unshift(linesOf(headings.slice(0, depth)))
    }
    chunks.push(...missing)
  }
  const flush = () => {
    if (pieces.every((piece) => strip(piece) === '')) return
    const lines = linesOf(path)
    const space = lines === '' ? size : size - lengthOf(lines) - 2
    const fits = pieces.flatMap((piece) => fitting(piece, space, lengthOf))
    const bodies = packPieces(fits, { size: space, overlap }, lengthOf)
    showHeadings(path)
    for (const body of bodies) chunks.push(lines === '' ? body : `${lines}\n\n${body}`)
    pieces = []
  }

  for (const block of markdownBlocks(text)) {
    if (block.kind === 'body') {
      pieces.push(block.text)
      continue
    }
    flush()
    pieces = []
    const outer = path.filter(({ level }) => level < block.level)
    if (outer.length < path.length) showHeadings(path)
    const line = `${'#'.repeat(block.level)} ${block.title}`
    const isShort = lengthOf(line) <= room
    path = isShort ? [...outer, { level: block.level, line, shown: false }] : outer
    if (!isShort) pieces.push(block.text)
  }
  flush()
  showHeadings(path)
  return chunks
}

function fitting(block: string, size: number, lengthOf: TextLength): readonly string[] {
  if (block === '') return []
  return lengthOf(strip(block)) <= size ? [block] : cutToFit(block, size, lengthOf)
}
