// The application's own parser: asked first, told what the document is, and free to leave it.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { expect, it } from 'vitest'
import { createDocumentReader, type ParseHook } from '../src/index.ts'
import { pdf, scannedPdf } from './support/pdf.ts'
import { rejected } from './support/rejected.ts'
import { webServer } from './support/web-server.ts'

const scan = { bytes: scannedPdf(), name: 'scan.pdf' }
const image = { bytes: new Uint8Array(Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex')), name: 'a.png' }

it('is told the kind, also of what is not read here, and its text is taken', async () => {
  const asked: unknown[] = []
  const signal = new AbortController().signal
  const { parse } = createDocumentReader({
    parse: async (document, request) => {
      asked.push([document.name, request.parsing, request.kind, request.signal === signal])
      return `read ${document.name}`
    },
  })
  expect(await parse(scan, 'auto', { signal })).toBe('read scan.pdf')
  expect(await parse(image, 'auto', { signal })).toBe('read a.png')
  expect(await parse({ bytes: new Uint8Array([0, 1, 255]) }, 'auto')).toBe('read undefined')
  expect(asked).toEqual([
    ['scan.pdf', 'auto', 'pdf', true],
    ['a.png', 'auto', 'png', true],
    [undefined, 'auto', undefined, false],
  ])
})

it('may leave a document to the parser here; an empty text is a text', async () => {
  const { parse } = createDocumentReader({ parse: async (_, { kind }) => (kind === 'pdf' ? undefined : '') })
  expect(await parse({ bytes: pdf([[{ text: 'Hello', y: 700 }]]) }, 'auto')).toBe('Hello')
  expect(await parse({ bytes: new Uint8Array([65]) }, 'auto')).toBe('')
})

it.each([
  ['an error of any kind, which is tried again', 'VZ602', async () => Promise.reject(new Error('docling is down'))],
  ['a coded error, as it is', 'VZ605', async () => Promise.reject(new VectorizerError('VZ605', { fact: 'A photo.' }))],
  ['what is no text', 'VZ604', async () => 5 as unknown as string],
])('reports %s', async (_, code, parse: ParseHook) => {
  const error = await rejected(createDocumentReader({ parse }).parse(scan, 'auto'))
  expect(error.code).toBe(code)
  if (code === 'VZ602') expect(error.fact).toBe('scan.pdf: `parse` failed: docling is down.')
})

it('ends with the reason of the signal when it is aborted', async () => {
  const controller = new AbortController()
  const reason = new Error('stop')
  const { parse } = createDocumentReader({
    parse: async () => {
      controller.abort(reason)
      throw new Error('fetch failed')
    },
  })
  await expect(parse(scan, 'auto', { signal: controller.signal })).rejects.toBe(reason)
})

it('can be the one of docs/documents.md', async () => {
  await using server = await webServer((request, response) => {
    let body = ''
    request.setEncoding('latin1').on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const posted = /name="files"; filename="scan\.pdf"/u.test(body) && /name="to_formats"\r\n\r\nmd\r\n/u.test(body)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ document: { md_content: posted ? '# Read by OCR' : body }, status: 'success' }))
    })
  })
  const { parse } = createDocumentReader({
    async parse(document, { kind, signal }) {
      if (kind !== 'pdf' && kind !== 'docx' && kind !== 'png') return undefined
      const form = new FormData()
      form.append('files', new Blob([new Uint8Array(document.bytes)]), document.name ?? `document.${kind}`)
      form.append('to_formats', 'md')
      form.append('image_export_mode', 'placeholder')
      const url = `${server.origin}/v1/convert/file`
      const response = await fetch(url, { method: 'POST', body: form, ...(signal && { signal }) })
      if (!response.ok) throw new Error(`docling answered HTTP ${response.status}`)
      const answer = (await response.json()) as { document: { md_content: string } }
      return answer.document.md_content
    },
  })
  expect(await parse(scan, 'auto')).toBe('# Read by OCR')
  expect(server.requests[0]?.url).toBe('/v1/convert/file')
})
