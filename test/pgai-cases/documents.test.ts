// Documents of every kind through the worker, by address and as bytes, and an address where nothing is. See
// docs/pgai-cases.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docx, epub, paragraph, table } from '../../packages/documents/test/support/office.ts'
import { pdf } from '../../packages/documents/test/support/pdf.ts'
import { listErrors } from '../../packages/worker/src/index.ts'
import { type Blog, openBlog } from '../../packages/worker/test/support/blog.ts'
import { blogPost, blogPostTable, installVectorizer } from '../../packages/worker/test/support/vectorizers.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
/** A file, its bytes, and a sentence that its chunks hold; none of a picture. */
const documents = [
  ['guide.pdf', pdf([[{ text: 'Put the card into the slot.', y: 700 }]]), 'Put the card into the slot.'],
  [
    'prices.pdf',
    pdf([
      [
        { text: 'Bread', x: 50, y: 700 },
        { text: '3 euros', x: 200, y: 700 },
      ],
    ]),
    '3 euros',
  ],
  ['notes.txt', Buffer.from('The well was dug by hand.'), 'The well was dug by hand.'],
  ['readme.md', Buffer.from('# Title\n\nA *marked* sentence.'), 'A *marked* sentence.'],
  [
    'page.html',
    Buffer.from('<!doctype html><html><body><p>A sentence of a page.</p></body></html>'),
    'A sentence of a page.',
  ],
  ['novel.epub', epub([['one.xhtml', '<p>It was a bright cold day.</p>']]), 'It was a bright cold day.'],
  [
    'plan.docx',
    docx(paragraph('The desk is open on Sundays.') + table([['Monday', '9 to 5']])),
    'The desk is open on Sundays.',
  ],
  ['scan.png', png, undefined],
] as const

const specOf = (source: Partial<VectorizerSpec['source']>): VectorizerSpec => ({
  ...blogPost,
  source: { ...blogPost.source, templateColumns: [], ...source },
  template: '$chunk',
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-cases-'))
  for (const [name, bytes] of documents) await writeFile(join(folder, name), bytes)
})
afterAll(() => rm(folder, { recursive: true }))
const uri = (name: string) => pathToFileURL(join(folder, name)).href

async function expectSentences(blog: Blog): Promise<void> {
  const worker = blog.worker({ documents: { roots: [folder] } })
  expect(await worker.drain()).toMatchObject({ embedded: documents.length - 1, failed: 1 })
  const stored = await blog.stored()
  for (const [index, [, , sentence]] of documents.entries()) {
    const chunks = stored.filter(({ id }) => id === index + 1).map(({ chunk }) => chunk)
    expect(chunks).toEqual(sentence === undefined ? [] : [expect.stringContaining(sentence)])
  }
  // There is no OCR: the picture is given up, and said to be one.
  expect(await listErrors(blog.url)).toMatchObject([
    { key: [String(documents.length)], step: 'parse', code: 'VZ605', state: 'given up' },
  ])
}

describe('documents of every kind give chunks with their sentences', () => {
  test('by their addresses', async () => {
    await using blog = await openBlog({ spec: specOf({ loading: 'uri' }) })
    await blog.insert(documents.map(([name]) => uri(name)))
    await expectSentences(blog)
  })

  test('as bytes', async () => {
    const asBytes = 'ALTER TABLE "BlogPost" ALTER content TYPE bytea USING NULL;'
    await using blog = await openBlog({ sql: `${blogPostTable}\n${asBytes}\n${installVectorizer(specOf({}))}` })
    for (const [, bytes] of documents) {
      await blog.query('INSERT INTO "BlogPost" (content) VALUES ($1)', [Buffer.from(bytes)])
    }
    await expectSentences(blog)
  })
})

test('an address where nothing is has one error, is not tried before its time, is given up at last, and loaded once it is there', async () => {
  await using blog = await openBlog({ spec: specOf({ loading: 'uri' }) })
  await blog.insert([uri('missing.txt')])
  const worker = blog.worker({ documents: { roots: [folder] } })
  expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 1 })
  expect(await blog.queued()).toMatchObject([{ attempts: 1, claimable: false, failed: false }])
  expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 0 })
  for (let attempt = 2; attempt <= 6; attempt++) {
    expect(await listErrors(blog.url)).toMatchObject([
      { step: 'load', code: 'VZ602', count: attempt - 1, state: 'retrying' },
    ])
    await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = '-infinity'`)
    expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 1 })
  }
  expect(await blog.queued()).toMatchObject([{ attempts: 6, failed: true }])
  expect(await listErrors(blog.url)).toMatchObject([{ step: 'load', code: 'VZ602', count: 6, state: 'given up' }])
  await writeFile(join(folder, 'missing.txt'), 'Found again.')
  expect(await worker.drain()).toMatchObject({ embedded: 0, failed: 0 })
  await blog.query('UPDATE "BlogPost" SET content = content || $1', [' '])
  expect(await worker.drain()).toMatchObject({ embedded: 1 })
  expect((await blog.stored()).map(({ chunk }) => chunk)).toEqual(['Found again.'])
})
