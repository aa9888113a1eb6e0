// Word documents, by way of the HTML that mammoth makes of them.
import { zipSync } from 'fflate'
import mammoth from 'mammoth'
import { archiveFiles } from './archive.ts'
import { htmlToMarkdown } from './html.ts'
import { encrypted } from './unreadable.ts'

/** Throws VZ603, VZ604, and an Error for a document that is broken. */
export async function docxToMarkdown(shown: string, bytes: Uint8Array, maxInflated: number): Promise<string> {
  // With a password, Word stores another kind of file with the archive in it.
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
    throw encrypted(shown, 'it asks for a password')
  }
  const files = archiveFiles(shown, bytes, maxInflated, (name) => /\.(?:xml|rels)$/iu.test(name))
  // mammoth unpacks without a limit, so it gets what was unpacked here; images are not in it.
  const buffer = Buffer.from(zipSync(Object.fromEntries(files), { level: 0 }))
  const html = await mammoth.convertToHtml(
    { buffer },
    {
      styleMap: ["p[style-name='Title'] => h1:fresh"],
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    },
  )
  return htmlToMarkdown(html.value)
}
