// Small real PDF files, written by hand.

export interface PrintedLine {
  readonly text: string
  /** Points. */
  readonly size?: number
  /** From the bottom of the page, in points. */
  readonly y: number
  readonly x?: number
}

/** One page per list of lines, in Helvetica. `trailer` is put into the trailer: `/Encrypt << … >>`. */
export function pdf(pages: readonly (readonly PrintedLine[])[], trailer = ''): Uint8Array {
  return pdfFile(
    pages.map((lines) => lines.map(printed).join('\n')),
    trailer,
  )
}

/** A page that is a picture of one grey point. */
export function scannedPdf(): Uint8Array {
  return pdfFile(['q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q'], '')
}

/** What needs a password to be opened: no password fits these entries. */
export function encryptedPdf(): Uint8Array {
  const key = '00'.repeat(32)
  const encrypt = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${key}> /U <${key}> /P -4 >> /ID [<00> <00>]`
  return pdf([[{ text: 'Secret', y: 700 }]], encrypt)
}

function printed({ text, size = 10, x = 50, y }: PrintedLine): string {
  return `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text.replace(/[\\()]/gu, '\\$&')}) Tj ET`
}

function pdfFile(contents: readonly string[], trailer: string): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${contents.length} /Kids [${contents.map((_, page) => `${4 + 2 * page} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...contents.flatMap((content, page) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * page} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const start = file.length
  file += `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`
  return new Uint8Array(Buffer.from(file, 'latin1'))
}
