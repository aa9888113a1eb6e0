// Small real documents of each kind: the sentences, headings and tables that come out, and what is refused.
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { createDocumentReader } from '../src/index.ts'
import { docx, epub, paragraph, table } from './support/office.ts'
import { encryptedPdf, pdf, scannedPdf } from './support/pdf.ts'
import { rejected } from './support/rejected.ts'

const { parse } = createDocumentReader()
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text))
const manual = pdf([
  [
    { text: 'User Manual', size: 24, y: 750 },
    { text: 'Installation', size: 16, y: 700 },
    { text: 'Put the card into the slot and wait until', y: 670 },
    { text: 'the green light is on (about 5 s).', y: 658 },
    { text: 'A second paragraph begins here.', y: 630 },
    { text: '1', size: 24, y: 20 },
  ],
  [
    { text: 'A very long heading that', size: 16, y: 750 },
    { text: 'goes over two lines', size: 16, y: 732 },
    { text: 'The last sentence of the manual.', y: 700 },
  ],
])

describe('PDF', () => {
  it('becomes Markdown: headings by the size of letters, paragraphs by the distance of lines', async () => {
    expect(await parse({ bytes: manual }, 'auto')).toBe(`# User Manual

## Installation

Put the card into the slot and wait until
the green light is on (about 5 s).

A second paragraph begins here.

1

## A very long heading that goes over two lines

The last sentence of the manual.`)
  })

  it('has no headings where all letters are of one size', async () => {
    const text = await parse({ bytes: pdf([[{ text: 'One line', y: 700 }]]) }, 'pdf')
    expect(text).toBe('One line')
  })

  it.each([
    ['an array of their own', manual.slice()],
    ['a Buffer among others, as a database client has them', Buffer.concat([manual, manual]).subarray(manual.length)],
  ])('leaves the bytes it was given as they are: %s', async (_, bytes) => {
    expect(await parse({ bytes }, 'pdf')).toContain('The last sentence of the manual.')
    expect(new Uint8Array(bytes)).toEqual(manual)
  })

  it('is refused when its pages are images, and the reason says so', async () => {
    const error = await rejected(parse({ bytes: scannedPdf(), name: 'scan.pdf' }, 'auto'))
    expect(error.code).toBe('VZ605')
    expect(error.message).toMatch(/scan\.pdf is a PDF without a text layer.*OCR/su)
  })

  it.each([
    ['with a password', encryptedPdf(), 'is encrypted: it asks for a password'],
    ['that ends at once', bytesOf('%PDF-1.7'), 'cannot be read as pdf'],
    ['that is something else', bytesOf('Hello'), 'cannot be read as pdf'],
  ])('is refused %s', async (_, bytes, fact) => {
    const error = await rejected(parse({ bytes, name: 'a.pdf' }, 'pdf'))
    expect(error.code).toBe('VZ604')
    expect(error.fact).toContain(fact)
  })
})

describe('DOCX', () => {
  const bytes = docx(
    paragraph('Handbook', 'Title') +
      paragraph('Opening hours', 'heading1') +
      paragraph('The library_desk is open on Sundays.') +
      table([
        ['Day', 'Hours'],
        ['Monday', '9 to 5'],
      ]),
  )

  it('becomes Markdown with headings and tables', async () => {
    expect(await parse({ bytes }, 'auto')).toBe(`# Handbook

# Opening hours

The library_desk is open on Sundays.

| Day    | Hours  |
| ------ | ------ |
| Monday | 9 to 5 |`)
  })

  it.each([
    ['truncated', bytes.slice(0, bytes.length - 40)],
    ['an archive of other things', zipSync({ 'a.xml': strToU8('<a/>') })],
    ['no archive', bytesOf('Hello')],
    ['empty', new Uint8Array()],
  ])('is refused when it is %s', async (_, broken) => {
    expect((await rejected(parse({ bytes: broken }, 'docx'))).code).toBe('VZ604')
  })

  it('is refused with a password, also by its name alone', async () => {
    const compound = Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(1024),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ])
    const error = await rejected(parse({ bytes: new Uint8Array(compound), name: 'plan.docx' }, 'auto'))
    expect(error.code).toBe('VZ604')
    expect(error.fact).toBe('plan.docx is encrypted: it asks for a password.')
  })
})

describe('EPUB', () => {
  const chapters = [
    ['b%20one.xhtml', '<h1>Chapter One</h1><p>It was a bright cold day.</p>'],
    ['a.xhtml', '<h1>Chapter Two</h1><p>The clocks were striking.</p>'],
  ] as const

  it('becomes Markdown, its chapters in the order of the book', async () => {
    const text = '# Chapter One\n\nIt was a bright cold day.\n\n# Chapter Two\n\nThe clocks were striking.'
    expect(await parse({ bytes: epub(chapters) }, 'auto')).toBe(text)
  })

  const locking = (name: string) => ({
    'META-INF/encryption.xml': strToU8(
      `<encryption xmlns:enc="x"><enc:CipherReference URI="OEBPS/${name}"/></encryption>`,
    ),
  })

  it('has each chapter once, however often it is named', async () => {
    const often = Array.from({ length: 50 }, () => chapters[1])
    expect(await parse({ bytes: epub(often) }, 'epub')).toBe('# Chapter Two\n\nThe clocks were striking.')
  })

  it.each(['a.xhtml', 'b%20one.xhtml'])('is refused when %s is encrypted', async (name) => {
    expect((await rejected(parse({ bytes: epub(chapters, locking(name)) }, 'epub'))).code).toBe('VZ604')
  })

  it('is refused when its chapters are encrypted; fonts that are do not matter', async () => {
    const error = await rejected(parse({ bytes: epub(chapters, locking('a.xhtml')) }, 'epub'))
    expect(error.code).toBe('VZ604')
    expect(error.fact).toContain('DRM')
    expect(await parse({ bytes: epub(chapters, locking('font.otf')) }, 'epub')).toContain('Chapter Two')
  })

  it('is refused when it holds images alone', async () => {
    const error = await rejected(parse({ bytes: epub([['a.xhtml', '<svg><text>no</text></svg>']]) }, 'epub'))
    expect(error.code).toBe('VZ605')
  })
})

describe('an archive', () => {
  const megabyte = new Uint8Array(1024 * 1024)
  const reader = createDocumentReader({ maxBytes: 256 * 1024 })

  it('that unpacks to more than four times the limit is refused', async () => {
    const bytes = docx(paragraph('x'), { 'word/a.xml': megabyte })
    expect(bytes.length).toBeLessThan(10_000)
    const error = await rejected(reader.parse({ bytes }, 'docx'))
    expect(error.code).toBe('VZ603')
    expect(error.fact).toBe('The document unpacks to more than 1048576 bytes.')
  })

  it('cannot lie about what it unpacks to', async () => {
    const bytes = Buffer.from(epub([['a.xhtml', 'x'.repeat(1024 * 1024)]]))
    for (let at = bytes.indexOf('PK'); at !== -1; at = bytes.indexOf('PK', at + 2)) {
      if (bytes.readUInt32LE(at) === 0x04034b50) bytes.writeUInt32LE(10, at + 22)
      if (bytes.readUInt32LE(at) === 0x02014b50) bytes.writeUInt32LE(10, at + 24)
    }
    expect((await rejected(reader.parse({ bytes: new Uint8Array(bytes) }, 'epub'))).code).toBe('VZ603')
  })

  it('is not unpacked where it holds no text', async () => {
    const bytes = docx(paragraph('Seen'), { 'word/media/a.png': new Uint8Array(4 * 1024 * 1024) })
    expect(await reader.parse({ bytes }, 'docx')).toBe('Seen')
  })
})

describe('text', () => {
  it.each([
    ['as it is', '# Title\n\n| a | b |\n', undefined, '# Title\n\n| a | b |\n'],
    ['without its byte order mark', '\uFEFFHello', undefined, 'Hello'],
    [
      'with two letters that are the magic number of a bitmap',
      'BMW is a maker of cars',
      undefined,
      'BMW is a maker of cars',
    ],
    ['of JSON', '{"a": 1}', 'application/json', '{"a": 1}'],
    ['of XML', '<?xml version="1.0"?><a>b</a>', 'application/xml', '<?xml version="1.0"?><a>b</a>'],
    ['of CSV', 'a,b\n1,2\n', 'text/csv', 'a,b\n1,2\n'],
    ['that is empty', '', undefined, ''],
  ])('comes out %s', async (_, text, mediaType, expected) => {
    expect(await parse({ bytes: bytesOf(text), mediaType }, 'auto')).toBe(expected)
  })

  it('is decoded by its byte order mark, then by the charset of its media type', async () => {
    const utf16 = new Uint8Array(Buffer.from('\uFEFFGrüße', 'utf16le'))
    expect(await parse({ bytes: utf16, mediaType: 'text/plain; charset=utf-8' }, 'auto')).toBe('Grüße')
    expect(await parse({ bytes: Buffer.from(utf16).swap16(), name: 'a.md' }, 'auto')).toBe('Grüße')
    const latin = new Uint8Array(Buffer.from('Grüße', 'latin1'))
    expect(await parse({ bytes: latin, mediaType: 'text/plain; charset="ISO-8859-1"' }, 'auto')).toBe('Grüße')
  })

  it('of no charset that is known is refused, and so is what has no text', async () => {
    const latin = new Uint8Array(Buffer.from('Grüße', 'latin1'))
    expect((await rejected(parse({ bytes: latin }, 'none'))).code).toBe('VZ604')
    expect((await rejected(parse({ bytes: latin, name: 'a.txt', mediaType: 'text/plain' }, 'auto'))).code).toBe('VZ604')
    expect((await rejected(parse({ bytes: new Uint8Array([1, 2, 0, 255]) }, 'auto'))).code).toBe('VZ605')
  })

  it('is not looked into with `none`, and loses what PostgreSQL cannot hold', async () => {
    expect(await parse({ bytes: bytesOf('<html>\0</html>') }, 'none')).toBe('<html></html>')
    expect(await parse({ bytes: bytesOf('<p>a') }, 'markdown')).toBe('<p>a')
  })
})

describe('the kind', () => {
  it('is told by the first bytes before the media type and the name', async () => {
    const document = { bytes: manual, mediaType: 'text/html', name: 'a.txt' }
    expect(await parse(document, 'auto')).toContain('# User Manual')
    const page = { bytes: bytesOf('<!DOCTYPE html><h1>Hi'), mediaType: 'application/pdf' }
    expect(await parse(page, 'auto')).toBe('# Hi')
  })

  it('is told by the media type before the name, and by the name otherwise', async () => {
    const bytes = bytesOf('<b>a</b>')
    expect(await parse({ bytes, mediaType: 'text/html', name: 'a.txt' }, 'auto')).toBe('**a**')
    expect(await parse({ bytes, mediaType: 'text/plain', name: 'a.html' }, 'auto')).toBe('<b>a</b>')
    expect(await parse({ bytes, mediaType: 'binary/octet-stream', name: 'a.HTML' }, 'auto')).toBe('**a**')
    expect(await parse({ bytes }, 'auto')).toBe('<b>a</b>')
  })

  it.each([
    ['png', new Uint8Array(Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex'))],
    ['rtf', bytesOf('{\\rtf1 Hello}')],
    ['zip', zipSync({ a: strToU8('b') })],
  ])('%s is refused by its name', async (kind, bytes) => {
    const error = await rejected(parse({ bytes, name: `a.${kind}` }, 'auto'))
    expect(error.code).toBe('VZ605')
    expect(error.fact).toBe(`a.${kind} is of the kind ${kind}, which is not read here.`)
  })
})

describe('limits', () => {
  it('holds for bytes that were not loaded: a column of them', async () => {
    const { parse: small } = createDocumentReader({ maxBytes: 10 })
    expect((await rejected(small({ bytes: bytesOf('x'.repeat(11)) }, 'none'))).code).toBe('VZ603')
    expect(await small({ bytes: bytesOf('x'.repeat(10)) }, 'none')).toBe('x'.repeat(10))
  })

  it('ends with the reason of an aborted signal', async () => {
    const reason = new Error('stop')
    await expect(parse({ bytes: manual }, 'pdf', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
