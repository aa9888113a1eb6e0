// HTML cut into pieces before it is translated. node-html-markdown looks at all it has written after every node and
// node-html-parser at every open element: 480 KB of paragraphs took 7 s, 20,000 open divs did not end in 9 minutes.

/** Characters of a piece, cut where a paragraph ends; a table or list is cut only when it is as long as the second. */
const pieceLength = 16_000
const longestPiece = 128_000
/** Elements inside each other; deeper ones lose their tags, not their text. */
const deepest = 200

const neverShown = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'head', 'title'])
/** Elements that give their content its meaning: one that is cut is opened again in the next piece. */
const kept = new Set([
  'table',
  'thead',
  'tbody',
  'tfoot',
  'tr',
  'td',
  'th',
  'ul',
  'ol',
  'li',
  'blockquote',
  'pre',
  'dl',
])
const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
const blocks = new Set(['p', 'div', 'section', 'article', 'dt', 'dd', 'br', 'hr', ...headings, ...kept])
const withoutEnd = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'wbr'])
/** Often without an end tag: what one of them ends when it begins, if that is still open. */
const endsBefore: Readonly<Record<string, readonly string[]>> = {
  p: [],
  dt: [],
  dd: [],
  li: ['li'],
  td: ['td', 'th'],
  th: ['td', 'th'],
  tr: ['td', 'th', 'tr'],
  thead: ['td', 'th', 'tr', 'thead', 'tbody', 'tfoot'],
  tbody: ['td', 'th', 'tr', 'thead', 'tbody', 'tfoot'],
  tfoot: ['td', 'th', 'tr', 'thead', 'tbody', 'tfoot'],
}

/** The pieces, each HTML of its own. Takes time in proportion to the length, whatever stands in it. */
export function htmlPieces(html: string): readonly string[] {
  const pieces: string[] = []
  const open: string[] = []
  let piece = ''
  let depth = 0
  let end = 0
  const cutIfLong = () => {
    if (piece.length < (open.length === 0 ? pieceLength : longestPiece)) return
    pieces.push(piece + open.map((_, index) => `</${open.at(-1 - index)}>`).join(''))
    piece = open.map((name) => `<${name}>`).join('')
  }
  const tag = /<(?:!--|[!?]|(\/?)([a-z][a-z0-9:-]*))/giu
  for (let match = tag.exec(html); match; match = tag.exec(html)) {
    piece += html.slice(end, match.index)
    const name = match[2]?.toLowerCase() ?? ''
    const closes = match[1] === '/'
    end = endOf(html, match.index, name, closes)
    tag.lastIndex = end
    if (name === '' || neverShown.has(name)) continue

    const source = html.slice(match.index, end)
    const ended = Object.hasOwn(endsBefore, name) ? endsBefore[name] : undefined
    const hasEnd = !withoutEnd.has(name) && !source.endsWith('/>')
    const nests = hasEnd && ended === undefined
    if (closes) {
      if (nests && depth > 0 && depth-- > deepest) continue
      if (kept.has(name) && open.includes(name)) while (open.pop() !== name);
      piece += source
    } else {
      if (nests && depth++ >= deepest) continue
      while (ended?.includes(open.at(-1) ?? '')) open.pop()
      if (ended) cutIfLong()
      if (kept.has(name) && hasEnd) open.push(name)
      piece += source
    }
    if (!blocks.has(name) || !(closes || withoutEnd.has(name))) continue
    // In a cell the break would be lost, and two words be one.
    if (open.includes('td') || open.includes('th')) piece += ' '
    cutIfLong()
  }
  piece += html.slice(end)
  pieces.push(piece)
  return pieces
}

/** Where the tag ends; of a comment or an element that is never shown, where all of it ends. */
function endOf(html: string, start: number, name: string, closes: boolean): number {
  if (html.startsWith('<!--', start)) return after(html, '-->', start)
  const tagEnd = after(html, '>', start)
  if (closes || !neverShown.has(name) || html[tagEnd - 2] === '/') return tagEnd
  const close = new RegExp(`</${name}\\s*>`, 'giu')
  close.lastIndex = tagEnd
  if (close.exec(html)) return close.lastIndex
  // As browsers do: a script without an end has no end. The end tag of a head may be left out.
  return name === 'head' || name === 'object' ? tagEnd : html.length
}

function after(html: string, text: string, start: number): number {
  const index = html.indexOf(text, start)
  return index === -1 ? html.length : index + text.length
}
