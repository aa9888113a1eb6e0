// PDF: its text layer as pdf.js reads it, without a network, a canvas or a file of pdf.js's own.
import { getDocumentProxy } from 'unpdf'
import { type PdfLine, pdfMarkdown } from './pdf-markdown.ts'
import { encrypted, noText } from './unreadable.ts'

/** Throws VZ604 (encrypted), VZ605 (no text layer), and an Error for a document that is broken. */
export async function pdfToMarkdown(
  shown: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<string> {
  // A copy: pdf.js detaches the buffer it is given, which the application's `parse` may still hold. Not by slice(): what
  // comes of a column is a Buffer, which pdf.js refuses, and its slice() is one that shares the memory.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }).catch((cause: unknown) => {
    throw cause instanceof Error && cause.name === 'PasswordException'
      ? encrypted(shown, 'it asks for a password', cause)
      : cause
  })
  try {
    const pages: PdfLine[][] = []
    for (let number = 1; number <= pdf.numPages; number++) {
      signal?.throwIfAborted()
      const page = await pdf.getPage(number)
      pages.push(linesOf((await page.getTextContent()).items))
      page.cleanup()
    }
    if (pages.every((lines) => lines.length === 0)) throw noText(shown, 'PDF')
    return pdfMarkdown(pages)
  } finally {
    await pdf.destroy()
  }
}

/** What is used of pdf.js's items; one of another kind marks a place and has no text. */
interface Item {
  readonly str?: string
  readonly height?: number
  readonly transform?: readonly number[]
  readonly hasEOL?: boolean
}

function linesOf(items: readonly object[]): PdfLine[] {
  const lines: PdfLine[] = []
  let line: { text: string; height: number; y: number } | undefined
  for (const { str, height = 0, transform, hasEOL } of items as readonly Item[]) {
    if (str?.trim()) {
      line ??= { text: '', height: 0, y: transform?.[5] ?? 0 }
      line.height = Math.max(line.height, height)
    }
    if (line && str) line.text += str
    if (line && hasEOL) {
      lines.push({ ...line, text: line.text.trim() })
      line = undefined
    }
  }
  if (line) lines.push({ ...line, text: line.text.trim() })
  return lines
}
