// What the compiler says of the methods that write vectors. Never run, but for the one test.
import { expect, expectTypeOf, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import type { Article, Note, PrismaClient, Sample } from './fixture/generated/client/client.ts'
import type { PrismaClient as PrismaClientJs } from './fixture/generated/client-js/index.d.ts'
import { manifest } from './fixture/manifest.ts'

const vectorizer = createVectorizer(manifest)
const extend = (client: PrismaClient) => client.$extends(vectorizer())
const vector = [1, 2, 3]

export async function upsert(client: PrismaClient) {
  const db = extend(client)
  const { count } = await db.blogPost.upsertEmbeddings({ data: [{ id: 1, chunk: 'x', embedding: vector }] })
  expectTypeOf(count).toEqualTypeOf<number>()
  db.blogPost.upsertEmbeddings({
    data: [{ id: 1, chunkSeq: 1, chunk: 'x', embedding: Float32Array.of(1, 2, 3) }],
    batchSize: 100,
    vectorizer: 'contentEmbeddings',
  })
  db.section.upsertEmbeddings({ data: [{ tenantId: 'a', number: 1, chunk: 'x', embedding: vector }] })
  db.draft.upsertEmbeddings({ data: [{ kind: 'ESSAY', seq: 1n, chunk: 'x', embedding: vector }] })
  db.product.upsertEmbeddings({ vectorizer: 'nameEmbeddings', data: [{ sku: 'cup', chunk: 'x', embedding: vector }] })
  // The summary's vectors are in a column, so there is only one that it can mean.
  db.article.upsertEmbeddings({ data: [{ id: 1, chunk: 'x', embedding: vector }] })

  // @ts-expect-error: no key
  db.blogPost.upsertEmbeddings({ data: [{ chunk: 'x', embedding: vector }] })
  // @ts-expect-error: part of the key
  db.section.upsertEmbeddings({ data: [{ number: 1, chunk: 'x', embedding: vector }] })
  // @ts-expect-error: not a number
  db.blogPost.upsertEmbeddings({ data: [{ id: '1', chunk: 'x', embedding: vector }] })
  // @ts-expect-error: no value of the enum
  db.draft.upsertEmbeddings({ data: [{ kind: 'POEM', seq: 1n, chunk: 'x', embedding: vector }] })
  // @ts-expect-error: no chunk
  db.blogPost.upsertEmbeddings({ data: [{ id: 1, embedding: vector }] })
  // @ts-expect-error: no such property
  db.blogPost.upsertEmbeddings({ data: [{ id: 1, chunk: 'x', embedding: vector, chunkNo: 1 }] })
  // @ts-expect-error: no vector
  db.blogPost.upsertEmbeddings({ data: [{ id: 1, chunk: 'x', embedding: 'text' }] })
  // @ts-expect-error: not sparse
  db.blogPost.upsertEmbeddings({ data: [{ id: 1, chunk: 'x', embedding: new Map([[1, 1]]) }] })
  // @ts-expect-error: the model has two
  db.product.upsertEmbeddings({ data: [{ sku: 'cup', chunk: 'x', embedding: vector }] })
  // @ts-expect-error: in a column
  db.article.upsertEmbeddings({ vectorizer: 'summaryVector', data: [{ id: 1, chunk: 'x', embedding: vector }] })
  // @ts-expect-error: the model itself holds the vectors
  db.note.upsertEmbeddings
  // @ts-expect-error: a store, not a source
  db.blogPostContentEmbeddings.upsertEmbeddings
  // @ts-expect-error: no vectorizer
  db.author.upsertEmbeddings
}

export async function remove(client: PrismaClient) {
  const db = extend(client)
  expectTypeOf(await db.blogPost.deleteEmbeddings()).toEqualTypeOf<{ count: number }>()
  db.blogPost.deleteEmbeddings({ where: { author: { is: { name: 'Ann' } } } })
  db.sample.deleteEmbeddings({ vectorizer: 'half', where: { kind: 'NOTE' } })
  db.article.deleteEmbeddings({ vectorizer: 'titleEmbeddings' })
  // @ts-expect-error: no such field
  db.blogPost.deleteEmbeddings({ where: { titel: 'x' } })
  // @ts-expect-error: not an argument
  db.blogPost.deleteEmbeddings({ take: 1 })
  // @ts-expect-error: the model has two
  db.article.deleteEmbeddings()
  // @ts-expect-error: the model has four
  db.sample.deleteEmbeddings({ where: { kind: 'NOTE' } })
}

export async function create(client: PrismaClient) {
  const db = extend(client)
  const note = await db.note.createWithEmbedding({ data: { id: 1, text: 'x' }, embedding: vector })
  expectTypeOf(note).toEqualTypeOf<Note>()
  const selected = await db.note.createWithEmbedding({
    data: { id: 1, text: 'x' },
    embedding: new Float32Array(3),
    select: { text: true },
    vectorizer: 'embedding',
  })
  expectTypeOf(selected).toEqualTypeOf<{ text: string }>()
  const article = await db.article.createWithEmbedding({
    data: { id: 1, title: 'x', summary: 'y' },
    embedding: vector,
    include: { titleEmbeddings: true },
  })
  expectTypeOf(article.titleEmbeddings[0]?.chunk).toEqualTypeOf<string | undefined>()
  const sample = await db.sample.createWithEmbedding({
    vectorizer: 'sparse',
    data: { kind: 'NOTE', number: 1, label: 'x' },
    embedding: new Map([[3, 0.5]]),
    omit: { bits: true },
  })
  expectTypeOf(sample).toEqualTypeOf<Omit<Sample, 'bits'>>()
  db.collage.createWithEmbedding({ data: { id: 1, name: 'x' }, embedding: [vector, vector] })

  // @ts-expect-error: no text
  db.note.createWithEmbedding({ data: { id: 1 }, embedding: vector })
  // @ts-expect-error: no such field
  db.note.createWithEmbedding({ data: { id: 1, text: 'x', title: 'y' }, embedding: vector })
  // @ts-expect-error: no vector
  db.note.createWithEmbedding({ data: { id: 1, text: 'x' } })
  // @ts-expect-error: no vector
  db.note.createWithEmbedding({ data: { id: 1, text: 'x' }, embedding: null })
  // @ts-expect-error: no such field
  db.note.createWithEmbedding({ data: { id: 1, text: 'x' }, embedding: vector, select: { title: true } })
  // @ts-expect-error: the model has four
  db.sample.createWithEmbedding({ data: { kind: 'NOTE', number: 1, label: 'x' }, embedding: [1, 2, 3, 4] })
  // @ts-expect-error: one vector where there are many
  db.collage.createWithEmbedding({ data: { id: 1, name: 'x' }, embedding: vector })
  // @ts-expect-error: vectors in a store table
  db.blogPost.createWithEmbedding
}

export async function update(client: PrismaClient) {
  const db = extend(client)
  const note = await db.note.updateEmbedding({ where: { id: 1 }, embedding: vector })
  expectTypeOf(note).toEqualTypeOf<Note>()
  const selected = await db.article.updateEmbedding({
    where: { id: 1 },
    embedding: null,
    data: { title: 'x', titleEmbeddings: { deleteMany: {} } },
    select: { title: true },
  })
  expectTypeOf(selected).toEqualTypeOf<Pick<Article, 'title'>>()
  db.sample.updateEmbedding({
    vectorizer: 'half',
    where: { kind_number: { kind: 'NOTE', number: 1 } },
    embedding: [1, 2, 3, 4],
  })
  const { count } = await db.sample.updateEmbeddings({
    vectorizer: 'sparse',
    data: [{ kind: 'NOTE', number: 1, embedding: new Map([[1, 2]]) }],
  })
  expectTypeOf(count).toEqualTypeOf<number>()
  db.collage.updateEmbeddings({
    data: [
      { id: 1, embedding: [] },
      { id: 2, embedding: null },
    ],
  })

  // @ts-expect-error: not unique
  db.note.updateEmbedding({ where: { text: 'x' }, embedding: vector })
  // @ts-expect-error: no vector; null says that there is none
  db.note.updateEmbedding({ where: { id: 1 } })
  // @ts-expect-error: no such field
  db.note.updateEmbedding({ where: { id: 1 }, embedding: vector, data: { title: 'x' } })
  // @ts-expect-error: of another vectorizer
  db.sample.updateEmbeddings({ vectorizer: 'half', data: [{ kind: 'NOTE', number: 1, embedding: new Map([[1, 2]]) }] })
  // @ts-expect-error: one vector where there are many
  db.collage.updateEmbeddings({ data: [{ id: 1, embedding: vector }] })
  // @ts-expect-error: no chunks
  db.note.updateEmbeddings({ data: [{ id: 1, embedding: vector, chunk: 'x' }] })
}

export async function elsewhere(client: PrismaClient, js: PrismaClientJs) {
  const computed = {
    result: { note: { url: { needs: { id: true }, compute: (note: { id: number }) => `/${note.id}` } } },
  }
  const db = client.$extends(vectorizer()).$extends(computed)
  const note = await db.note.createWithEmbedding({ data: { id: 1, text: 'x' }, embedding: vector })
  expectTypeOf(note.url).toEqualTypeOf<string>()
  const inside = await db.$transaction((tx) =>
    tx.note.updateEmbedding({ where: { id: 1 }, embedding: vector, select: { url: true } }),
  )
  expectTypeOf(inside).toEqualTypeOf<{ url: string }>()
  const { text } = await js.$extends(vectorizer()).note.createWithEmbedding({
    data: { id: 1, text: 'x' },
    embedding: vector,
    select: { text: true },
  })
  expectTypeOf(text).toEqualTypeOf<string>()
}

it('is checked by the compiler', () => {
  expect([upsert, remove, create, update, elsewhere]).toHaveLength(5)
})
