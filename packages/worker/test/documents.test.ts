// Documents through the worker: addresses and bytes become text, and one that cannot be had fails alone.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Blog, openBlog } from './support/blog.ts'
import { blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const asBytes = 'ALTER TABLE "BlogPost" ALTER content TYPE bytea USING NULL;'
const specOf = (source: Partial<VectorizerSpec['source']>): VectorizerSpec => ({
  ...blogPost,
  source: { ...blogPost.source, templateColumns: [], ...source },
  template: '$chunk',
})

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-documents-'))
  await writeFile(join(folder, 'page.html'), '<html><body><h1>Tuning</h1><p>More <b>memory</b>.</p></body></html>')
  await writeFile(join(folder, 'notes.txt'), 'Plain notes.')
})

afterAll(() => rm(folder, { recursive: true }))

const openWith = (source: Partial<VectorizerSpec['source']>, alter = ''): Promise<Blog> =>
  openBlog({ sql: `${blogPostTable}\n${alter}\n${installVectorizer(specOf(source))}` })
const uri = (name: string) => pathToFileURL(join(folder, name)).href
const chunks = async (blog: Blog) => (await blog.stored()).map(({ id, chunk }) => [id, chunk])
const errors = (blog: Blog) => blog.query('SELECT key, step, code, count FROM vectorizer.error ORDER BY key')

test('addresses are loaded from the folders allowed; what is missing is tried again, what is forbidden is given up', async () => {
  await using blog = await openWith({ loading: 'uri' })
  await blog.insert([uri('page.html'), ` ${uri('notes.txt')}\n`, uri('missing.pdf'), 'file:///etc/hostname', null, ''])
  const worker = blog.worker({ documents: { roots: [folder] } })
  expect(await worker.drain()).toMatchObject({ embedded: 4, failed: 2 })
  expect(await chunks(blog)).toEqual([
    [1, '# Tuning\n\nMore **memory**.'],
    [2, 'Plain notes.'],
  ])
  expect(await blog.queued()).toMatchObject([
    { key_id: 3, failed: false, attempts: 1, claimable: false },
    { key_id: 4, failed: true },
  ])
  expect(await errors(blog)).toEqual([
    { key: ['3'], step: 'load', code: 'VZ602', count: 1 },
    { key: ['4'], step: 'load', code: 'VZ601', count: 1 },
  ])
})

test('without an allow-list nothing is loaded', async () => {
  await using blog = await openWith({ loading: 'uri' })
  await blog.insert([uri('notes.txt')])
  expect(await blog.worker().drain()).toMatchObject({ embedded: 0, failed: 1 })
  expect(await errors(blog)).toEqual([{ key: ['1'], step: 'load', code: 'VZ601', count: 1 }])
})

test('bytes are read by what they are, and what cannot be read is given up', async () => {
  await using blog = await openWith({}, asBytes)
  const insert = (bytes: Buffer) => blog.query('INSERT INTO "BlogPost" (content) VALUES ($1)', [bytes])
  await insert(Buffer.from('<!doctype html><html><body><p>Some <i>bytes</i>.</p></body></html>'))
  await insert(Buffer.from('Plain bytes: ä.'))
  await insert(Buffer.from('%PDF-1.7 and no more of it'))
  await insert(Buffer.alloc(0))
  expect(await blog.worker().drain()).toMatchObject({ embedded: 3, failed: 1 })
  expect(await chunks(blog)).toEqual([
    [1, 'Some _bytes_.'],
    [2, 'Plain bytes: ä.'],
  ])
  expect(await errors(blog)).toEqual([{ key: ['3'], step: 'parse', code: 'VZ604', count: 1 }])
})

test('text is read where the annotation says what it is', async () => {
  await using blog = await openWith({ parsing: 'html' })
  await blog.insert(['<h2>Title</h2><p>Text.</p>'])
  expect(await blog.worker().drain()).toMatchObject({ embedded: 1 })
  expect(await chunks(blog)).toEqual([[1, '## Title\n\nText.']])
})

test('a document that changes in place is chunked anew, and pays for what changed', async () => {
  await using blog = await openWith({ loading: 'uri' })
  await blog.insert([uri('notes.txt')])
  const worker = blog.worker({ documents: { roots: [folder] } })
  await worker.drain()
  await blog.query('INSERT INTO vectorizer."BlogPost_embedding_store_queue" (key_id) VALUES (1)')
  const calls: (readonly string[])[] = []
  const again = blog.worker({
    documents: { roots: [folder] },
    embedder: async () => ({
      name: 'fake/none',
      embed: async (texts) => {
        calls.push(texts)
        return { vectors: texts.map(() => Array(8).fill(1)), tokens: undefined }
      },
    }),
  })
  expect(await again.drain()).toMatchObject({ embedded: 1, chunks: 0, reused: 1 })
  expect(calls).toEqual([])
})

test('a reader of the application’s own is asked instead', async () => {
  await using blog = await openWith({ loading: 'uri' })
  await blog.insert(['doc:7'])
  const documents = {
    load: async (address: string) => ({ bytes: new TextEncoder().encode(`loaded ${address}`) }),
    parse: async ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes).toUpperCase(),
  }
  await blog.worker({ documents }).drain()
  expect(await chunks(blog)).toEqual([[1, 'LOADED DOC:7']])
})

test('of documents no more than ten are held at once, unless the annotation says so', async () => {
  await using blog = await openWith({ parsing: 'html' })
  await blog.insert(Array.from({ length: 12 }, (_, number) => `<p>${number}</p>`))
  const claimed: number[] = []
  await blog.worker({ onProgress: (batch) => void claimed.push(batch.claimed), concurrency: 1 }).drain()
  expect(claimed).toEqual([10, 2])
})
