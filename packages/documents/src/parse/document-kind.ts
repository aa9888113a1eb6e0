// What a document is: by its first bytes, then its media type, then its name, then whether it is text.
import type { LoadedDocument, Parsing } from '@prisma-vectorizer/spec'
import { fileTypeFromBuffer } from 'file-type'
import { looksLikeText } from './decoded-text.ts'

type ReadKind = 'text' | 'markdown' | 'html' | 'pdf' | 'docx' | 'epub'

/** The kinds read here; others by the extension they usually have: `png`, `xlsx`. */
export type DocumentKind = ReadKind | (string & {})

const byMediaType: Readonly<Record<string, ReadKind>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'application/pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/epub+zip': 'epub',
}

const byExtension: Readonly<Record<string, ReadKind>> = {
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  md: 'markdown',
  markdown: 'markdown',
  pdf: 'pdf',
  docx: 'docx',
  epub: 'epub',
}

/** Written in characters, and yet no text to read. */
const notProse = new Set(['rtf', 'ps', 'eps'])

/** undefined: nothing tells. */
export async function documentKind(document: LoadedDocument, parsing: Parsing): Promise<DocumentKind | undefined> {
  if (parsing === 'none') return 'text'
  if (parsing !== 'auto') return parsing
  // A broken archive may end its search with an error; the name still tells.
  const found = await fileTypeFromBuffer(document.bytes).catch(() => undefined)
  if (found?.ext === 'pdf' || found?.ext === 'docx' || found?.ext === 'epub') return found.ext
  const text = looksLikeText(document)
  if (text !== undefined && startsAsHtml(text)) return 'html'
  const named = namedKind(document)
  if (found && notProse.has(found.ext)) return found.ext
  // Two letters are a magic number too: a text that begins with "BM" is no bitmap.
  if (found && text === undefined) return isContainerOf(found.ext, named) ? named : found.ext
  return named ?? (text === undefined ? undefined : 'text')
}

/** An archive whose inside did not tell, and what Word writes instead of a DOCX that has a password. */
function isContainerOf(extension: string, named: ReadKind | undefined): boolean {
  return (extension === 'zip' && (named === 'docx' || named === 'epub')) || (extension === 'cfb' && named === 'docx')
}

function namedKind({ mediaType = '', name = '' }: LoadedDocument): ReadKind | undefined {
  const type = mediaType.split(';')[0]?.trim().toLowerCase() ?? ''
  const extension = /\.([a-z0-9]+)$/iu.exec(name)?.[1]?.toLowerCase() ?? ''
  return (Object.hasOwn(byMediaType, type) ? byMediaType[type] : undefined) ?? textKind(type, extension)
}

function textKind(type: string, extension: string): ReadKind | undefined {
  if (/^text\/|^application\/(?:.+\+)?(?:json|xml)$/u.test(type)) return 'text'
  return Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined
}

function startsAsHtml(text: string): boolean {
  return /^\s*(?:<\?xml[^>]*\?>\s*)?<(?:!doctype\s+html|html)[\s>]/iu.test(text.slice(0, 1024))
}
