// Bytes to characters: byte order mark, the server's charset, the page's own, UTF-8.
import type { LoadedDocument } from '@prisma-vectorizer/spec'

/** undefined: the bytes are no text of the charset that was said, nor UTF-8. */
export function decodedText({ bytes, mediaType }: LoadedDocument, kind: 'text' | 'html'): string | undefined {
  const marked = byteOrderMark(bytes)
  if (marked) return decoded(bytes, marked)
  const said = charsetIn(mediaType) ?? (kind === 'html' ? charsetIn(pageHead(bytes)) : undefined)
  // A wrong label is common, so text that is UTF-8 stays readable. 1252: what HTML without a charset is by its standard.
  const labels = [said, 'utf-8', kind === 'html' ? 'windows-1252' : undefined]
  for (const label of labels) {
    const text = label === undefined ? undefined : decoded(bytes, label)
    if (text !== undefined) return text
  }
  return undefined
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells text from other bytes
const binary = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/u

/** Text of any charset this package can tell without being told, without control characters. */
export function looksLikeText(document: LoadedDocument): string | undefined {
  const text = decodedText(document, 'text')
  return text === undefined || binary.test(text) ? undefined : text
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** Of `text/html; charset=utf-8`, and of `<meta charset="utf-8">`. */
function charsetIn(text: string | undefined): string | undefined {
  return /charset\s*=\s*["']?([\w.:-]+)/iu.exec(text ?? '')?.[1]
}

/** As far as the HTML standard looks for a charset. */
function pageHead(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1')
  return /<meta[^>]*charset[^>]*>/iu.exec(head)?.[0] ?? ''
}

function decoded(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
