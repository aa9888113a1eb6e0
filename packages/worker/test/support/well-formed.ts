// Whether a text is well-formed XML, as far as a drawing needs: tags balance, attributes are quoted and not given twice,
// and every & is an entity.
import { expect } from 'vitest'

const attribute = /\s+([\w:-]+)="([^"<]*)"/gy
const entity = /&(?!(?:amp|lt|gt|quot|#39);)/

export function expectWellFormed(text: string): void {
  const open: string[] = []
  const problems: string[] = []
  let roots = 0
  const body = text.replace(/^<\?xml [^?]*\?>/, '')
  for (const [piece] of body.matchAll(/<[^>]*>|[^<]+/g)) {
    if (entity.test(piece)) problems.push(`a bare & in ${piece}`)
    const [, closing, name, rest = '', empty] = /^<(\/?)([\w:-]+)((?:\s[^>]*?)?)\s*(\/?)>$/.exec(piece) ?? []
    if (name === undefined) {
      if (piece.startsWith('<') || piece.includes('>')) problems.push(`no tag: ${piece}`)
      else if (open.length === 0 && piece.trim() !== '') problems.push(`text outside: ${piece}`)
    } else if (closing) {
      const opened = open.pop()
      if (opened !== name) problems.push(`</${name}> closes <${opened}>`)
    } else {
      const attributes = [...rest.matchAll(attribute)]
      if (attributes.map(([all]) => all).join('') !== rest) problems.push(`attributes: ${rest}`)
      if (new Set(attributes.map(([, key]) => key)).size < attributes.length) problems.push(`twice: ${rest}`)
      if (open.length === 0) roots++
      if (!empty) open.push(name)
    }
  }
  expect({ problems, open, roots }).toEqual({ problems: [], open: [], roots: 1 })
}
