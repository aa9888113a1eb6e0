// EPUB: the chapters of a book in the order they are read, each of them HTML.
import { posix } from 'node:path'
import { archiveFiles } from './archive.ts'
import { decodedText } from './decoded-text.ts'
import { htmlToMarkdown } from './html.ts'
import { encrypted, noText } from './unreadable.ts'

/** Throws VZ603, VZ604 (encrypted), VZ605 (no text), and an Error for a book that is broken. */
export async function epubToMarkdown(
  shown: string,
  bytes: Uint8Array,
  maxInflated: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const files = archiveFiles(shown, bytes, maxInflated, (name) => /\.(?:xml|opf|x?html?)$/iu.test(name))
  const read = (path: string) => {
    const file = files.get(path)
    return file && decodedText({ bytes: file }, 'html')
  }
  const packagePath = attributesOf(read('META-INF/container.xml') ?? '', 'rootfile')[0]?.['full-path']
  const book = packagePath === undefined ? undefined : read(packagePath)
  if (packagePath === undefined || book === undefined) throw new Error('its container.xml names no package.')

  // Fonts are often named there too; they are obfuscated, not the book encrypted.
  const locked = new Set(
    attributesOf(read('META-INF/encryption.xml') ?? '', 'CipherReference').map(({ URI }) => decodedPath(URI ?? '')),
  )
  const hrefs = new Map(attributesOf(book, 'item').map(({ id, href }) => [id, href]))
  const chapters: string[] = []
  // Each once: naming one chapter again and again would make any amount of text of a small file.
  const seen = new Set<string>()
  for (const { idref } of attributesOf(book, 'itemref')) {
    signal?.throwIfAborted()
    const href = hrefs.get(idref)
    if (href === undefined) continue
    const path = posix.join(posix.dirname(packagePath), decodedPath(href))
    if (seen.has(path)) continue
    seen.add(path)
    if (locked.has(path)) throw encrypted(shown, 'its chapters are protected (DRM)')
    const chapter = read(path)
    if (chapter !== undefined) chapters.push(await htmlToMarkdown(chapter))
  }
  const text = chapters.filter((chapter) => chapter !== '').join('\n\n')
  if (text === '') throw noText(shown, 'EPUB')
  return text
}

/** A bare `%` is a sign like any other. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Of each `<name …>` in `xml`, with or without a namespace prefix. The three files have attributes and no text. */
function attributesOf(xml: string, name: string): readonly Readonly<Record<string, string>>[] {
  const withoutComments = xml.replace(/<!--.*?(?:-->|$)/gsu, '')
  const elements = withoutComments.match(new RegExp(`<(?:[\\w-]+:)?${name}\\s[^>]*`, 'gu')) ?? []
  return elements.map((element) => {
    const pairs = element.matchAll(/(?<![\w:-])([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gu)
    return Object.fromEntries([...pairs].map(([, key = '', one, two]) => [key, unescapedXml(one ?? two ?? '')]))
  })
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapedXml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/gu, (_, name: string) => entities[name] ?? '')
}
