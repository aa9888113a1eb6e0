// HTML to Markdown.
import { htmlPieces } from './html-pieces.ts'

/**
 * Headings, lists, tables, links and code of `html` as Markdown; scripts, styles and what is never shown left out.
 * Nothing is escaped (`user_id`, not `user\_id`): the text is to be found, not to be rendered.
 */
export async function htmlToMarkdown(html: string): Promise<string> {
  const { NodeHtmlMarkdown } = await import('node-html-markdown')
  const never = /(?!)/gu
  const translator = new NodeHtmlMarkdown({
    globalEscape: [never, ''],
    lineStartEscape: [never, ''],
    bulletMarker: '-',
  })
  const pieces = htmlPieces(html).map((piece) => translator.translate(piece).trim())
  return pieces.filter((piece) => piece !== '').join('\n\n')
}
