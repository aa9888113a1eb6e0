// HTML cut into pieces before it is translated. node-html-markdown looks at all it has written after every node and
// node-html-parser at every open element: 480 KB of paragraphs took 7 s, 20,000 open divs did not end in 9 minutes.

/** Characters of a piece, cut where a paragraph ends; a table or list is cut only when it is as long as the second. */
const pieceLength = 16_000
const longestPiece = 128_000
/** Elements inside each other; deeper ones lose their tags, not their text. */
const deepest = 200
/** Of `kept` ones: an item is indented by them all, and each of them looks at all its text again. */
const deepestKept = 30

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
const withoutEnd = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'param',
  'source',
  'track',
  'wbr',
])
/** Often without an end tag: what one of them ends when it begins, if that is still open. */
const endsBefore: Readonly<Record<string, readonly string[]>> = {
  p: ['p'],
  dt: ['p', 'dt', 'dd'],
  dd: ['p', 'dt', 'dd'],
  li: ['p', 'li'],
  td: ['p', 'td', 'th'],
  th: ['p', 'td', 'th'],
  tr: ['p', 'td', 'th', 'tr'],
  thead: ['p', 'td', 'th', 'tr', 'thead', 'tbody', 'tfoot'],
  tbody: ['p', 'td', 'th', 'tr', 'thead', 'tbody', 'tfoot'],
  tfoot: ['p', 'td', 'th', 'tr', 'thead', 'tbody', 'tfoot'],
}

/**
 * The pieces, each HTML of its own with an end tag for every element: node-html-parser moves the children of one without up,
 * one by one, level by level. Takes time in proportion to the length, whatever stands in it.
 */
export function htmlPieces(html: string): readonly string[] {
  const pieces: string[] = []
  let open: string[] = []
  /** How many elements of a name lost their tags inside what is open. */
  const left = new Map<string, number>()
  let piece = ''
  let end = 0
  /** Ends what is open from `index` on. */
  const endFrom = (index: number) => {
    while (open.length > index) piece += `</${open.pop()}>`
    left.clear()
  }
  const cutIfLong = () => {
    if (piece.length < pieceLength) return
    const reopened = open.filter((name) => kept.has(name))
    // The deeper, the sooner: each level looks at all of it again.
    if (reopened.length > 0 && piece.length < longestPiece / Math.max(1, reopened.length / 6)) return
    endFrom(0)
    pieces.push(piece)
    open = reopened
    piece = open.map((name) => `<${name}>`).join('')
  }
  const endless = new Set<string>()
  const tag = /<(?:!--|[!?]|(\/?)([a-z][a-z0-9:-]*))/giu
  for (let match = tag.exec(html); match; match = tag.exec(html)) {
    piece += html.slice(end, match.index)
    const name = match[2]?.toLowerCase() ?? ''
    const closes = match[1] === '/'
    end = endOf(html, match.index, name, closes, endless)
    tag.lastIndex = end
    if (name === '' || neverShown.has(name)) continue

    const source = html.slice(match.index, end)
    const hasEnd = !withoutEnd.has(name) && !source.endsWith('/>')
    if (closes) {
      const without = left.get(name) ?? 0
      if (without > 0) {
        left.set(name, without - 1)
        continue
      }
      const index = open.lastIndexOf(name)
      // Its start was cut off, or never there. A stray end of a div in a cell does not end the table.
      if (index === -1 || (!kept.has(name) && open.findLastIndex((each) => kept.has(each)) > index)) continue
      endFrom(index)
    } else {
      const ended = Object.hasOwn(endsBefore, name) ? endsBefore[name] : undefined
      while (ended?.includes(open.at(-1) ?? '')) endFrom(open.length - 1)
      // One more for those that end each other: a paragraph in the deepest element is still one.
      const tooDeep =
        open.length >= deepest + (ended ? 1 : 0) ||
        (kept.has(name) && open.filter((each) => kept.has(each)).length >= deepestKept)
      if (hasEnd && tooDeep) {
        left.set(name, (left.get(name) ?? 0) + 1)
        continue
      }
      if (ended || piece.length > longestPiece) cutIfLong()
      if (hasEnd) open.push(name)
      piece += source
    }
    if (!blocks.has(name) || !(closes || withoutEnd.has(name))) continue
    // In a cell the break would be lost, and two words be one.
    if (open.includes('td') || open.includes('th')) piece += ' '
    cutIfLong()
  }
  piece += html.slice(end)
  endFrom(0)
  pieces.push(piece)
  return pieces
}

/**
 * Where the tag ends; of a comment or an element that is never shown, where all of it ends. `endless` are elements that no
 * end tag follows: looked for once, not from each of them to the end of the document.
 */
function endOf(html: string, start: number, name: string, closes: boolean, endless: Set<string>): number {
  if (html.startsWith('<!--', start)) return after(html, '-->', start)
  const tagEnd = after(html, '>', start)
  if (closes || !neverShown.has(name) || html[tagEnd - 2] === '/') return tagEnd
  if (!endless.has(name)) {
    const close = new RegExp(`</${name}\\s*>`, 'giu')
    close.lastIndex = tagEnd
    if (close.exec(html)) return close.lastIndex
    endless.add(name)
  }
  // As browsers do: a script without an end has no end. The end tag of a head may be left out.
  return name === 'head' || name === 'object' ? tagEnd : html.length
}

function after(html: string, text: string, start: number): number {
  const index = html.indexOf(text, start)
  return index === -1 ? html.length : index + text.length
}
