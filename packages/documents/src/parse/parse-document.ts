// Bytes to text: the application's parser first, then the one here for the kind of document.
import {
  type DocumentReader,
  isVectorizerError,
  type LoadedDocument,
  type Parsing,
  VectorizerError,
} from '@prisma-vectorizer/spec'
import { cannotLoad, reasonOf, tooLarge } from '../load/refusals.ts'
import { shownAddress } from '../load/shown-address.ts'
import { decodedText } from './decoded-text.ts'
import { type DocumentKind, documentKind } from './document-kind.ts'
import { htmlToMarkdown } from './html.ts'
import { broken, textIn, unknownKind } from './unreadable.ts'

export interface ParseRequest {
  /** As the annotation says. */
  readonly parsing: Parsing
  /** What it is: by `parsing`, or with `auto` by its first bytes, media type and name. undefined: unknown. */
  readonly kind: DocumentKind | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * A parser of the application's own: the document's text, or undefined to leave it to the parser here. A VectorizerError
 * it throws is reported as it is, anything else as VZ602, which is tried again.
 */
export type ParseHook = (document: LoadedDocument, request: ParseRequest) => Promise<string | undefined>

export function parserOf(settings: {
  readonly maxBytes: number
  readonly hook: ParseHook | undefined
}): DocumentReader['parse'] {
  return async (document, parsing, { signal } = {}) => {
    signal?.throwIfAborted()
    const shown = document.name ? shownAddress(document.name) : 'The document'
    if (document.bytes.length > settings.maxBytes) throw tooLarge(`${shown} is larger than ${settings.maxBytes} bytes.`)
    const kind = await documentKind(document, parsing)
    const own = settings.hook && (await hookText(settings.hook, shown, document, { parsing, kind, signal }))
    const text = own ?? (await builtInText(shown, document, kind, settings.maxBytes, signal))
    signal?.throwIfAborted()
    // PostgreSQL's text cannot hold it.
    return text.replaceAll('\0', '')
  }
}

async function hookText(hook: ParseHook, shown: string, document: LoadedDocument, request: ParseRequest) {
  let text: unknown
  try {
    text = await hook(document, request)
  } catch (error) {
    request.signal?.throwIfAborted()
    if (isVectorizerError(error)) throw error
    throw cannotLoad(`${shown}: \`parse\` failed: ${reasonOf(error)}`, undefined, error)
  }
  if (text === undefined || typeof text === 'string') return text
  throw new VectorizerError('VZ604', {
    fact: `${shown}: \`parse\` gave ${text === null ? 'null' : `a ${typeof text}`}, not a string.`,
    fix: 'Return the text, or undefined to leave the document to the parser here.',
  })
}

async function builtInText(
  shown: string,
  document: LoadedDocument,
  kind: DocumentKind | undefined,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { bytes } = document
  const maxInflated = 4 * maxBytes
  try {
    switch (kind) {
      case 'text':
      case 'markdown':
        return decodedText(document, 'text') ?? textIn(shown)
      case 'html':
        return await htmlToMarkdown(decodedText(document, 'html') ?? textIn(shown))
      // Loaded where there is such a document: together they take longer to start than the rest of the worker.
      case 'pdf':
        return await (await import('./pdf.ts')).pdfToMarkdown(shown, bytes, signal)
      case 'docx':
        return await (await import('./docx.ts')).docxToMarkdown(shown, bytes, maxInflated)
      case 'epub':
        return await (await import('./epub.ts')).epubToMarkdown(shown, bytes, maxInflated, signal)
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw isVectorizerError(error) ? error : broken(shown, kind ?? 'text', error)
  }
  throw unknownKind(shown, kind)
}
