// What the compiler says of findSimilar. Never run: `tsc` checks this file; the one test keeps it from being forgotten.
import { expect, expectTypeOf, it } from 'vitest'
import { createVectorizer, type Similar, type SimilarParent } from '../src/index.ts'
import type { Article, Author, BlogPost, Note, PrismaClient, Sample } from './fixture/generated/client/client.ts'
import type { PrismaClient as PrismaClientJs } from './fixture/generated/client-js/index.d.ts'
import { manifest } from './fixture/manifest.ts'

const vectorizer = createVectorizer(manifest)
const extend = (client: PrismaClient) => client.$extends(vectorizer())

export async function rows(client: PrismaClient) {
  const db = extend(client)

  const [post] = await db.blogPost.findSimilar('text')
  expectTypeOf(post).toEqualTypeOf<(BlogPost & SimilarParent) | undefined>()
  const [second] = await db.blogPost.findSimilar([1, 2, 3], { take: 1, where: { published: true } })
  expectTypeOf(second).toEqualTypeOf<(BlogPost & SimilarParent) | undefined>()
  expectTypeOf(post?._chunk.chunk).toEqualTypeOf<string | undefined>()

  const [selected] = await db.blogPost.findSimilar('text', {
    select: { title: true, author: { select: { name: true } } },
  })
  expectTypeOf(selected).toEqualTypeOf<
    ({ title: string; author: { name: string } | null } & SimilarParent) | undefined
  >()
  // @ts-expect-error: not selected
  selected?.content

  const [included] = await db.blogPost.findSimilar('text', { include: { author: true, contentEmbeddings: true } })
  expectTypeOf(included?.author).toEqualTypeOf<Author | null | undefined>()
  expectTypeOf(included?.contentEmbeddings[0]?.chunkSeq).toEqualTypeOf<number | undefined>()
  expectTypeOf(included?.title).toEqualTypeOf<string | undefined>()

  const [omitted] = await db.blogPost.findSimilar('text', { omit: { content: true } })
  expectTypeOf(omitted?.title).toEqualTypeOf<string | undefined>()
  // @ts-expect-error: omitted
  omitted?.content

  const [chunk] = await db.blogPostContentEmbeddings.findSimilar('text', { include: { parent: true } })
  expectTypeOf(chunk?.parent).toEqualTypeOf<BlogPost | undefined>()
  expectTypeOf(chunk?._score).toEqualTypeOf<number | undefined>()
  // @ts-expect-error: a chunk has no chunk of its own
  chunk?._chunk
  // @ts-expect-error: the vector never travels
  chunk?.embedding
}

export async function searchOptions(client: PrismaClient) {
  const db = extend(client)
  const [post] = await db.blogPost.findSimilar('text', { chunks: 2, embedding: true })
  expectTypeOf(post?._chunks[0]?._distance).toEqualTypeOf<number | undefined>()
  expectTypeOf(post?._chunk.embedding).toEqualTypeOf<number[] | undefined>()
  const [plain] = await db.blogPost.findSimilar('text', { take: 2 })
  // @ts-expect-error: not asked for
  plain?._chunks
  // @ts-expect-error: not asked for
  plain?._chunk.embedding
  const [note] = await db.note.findSimilar('text', { embedding: true })
  expectTypeOf(note?._embedding).toEqualTypeOf<number[] | undefined>()
  const [byWords] = await db.blogPost.findSimilar('text', { mode: 'keyword' })
  expectTypeOf(byWords?._distance).toEqualTypeOf<null | undefined>()
  const lists = await db.blogPost.findSimilarMany(['one', [1, 2, 3], { to: { id: 7 } }], { select: { title: true } })
  expectTypeOf(lists).toEqualTypeOf<({ title: string } & SimilarParent)[][]>()
  await db.blogPost.findSimilar('text', {
    take: 2,
    rerank: (_query, hits) => hits.toSorted((one, other) => one._chunk.chunk.length - other._chunk.chunk.length),
  })
  // @ts-expect-error: no such unique field
  db.blogPost.findSimilar({ to: { name: 'x' } })
  // @ts-expect-error: no such field of a chunk
  db.blogPost.findSimilar('text', { chunkWhere: { title: 'x' } })
}

export async function wrongArguments(client: PrismaClient) {
  const db = extend(client)
  // @ts-expect-error: no such field
  db.blogPost.findSimilar('text', { where: { titel: 'x' } })
  // @ts-expect-error: not a boolean
  db.blogPost.findSimilar('text', { where: { published: 'yes' } })
  // @ts-expect-error: no such field of the relation
  db.blogPost.findSimilar('text', { where: { author: { is: { nane: 'Ann' } } } })
  // @ts-expect-error: no such field
  db.blogPost.findSimilar('text', { select: { titel: true } })
  // @ts-expect-error: no such relation
  db.blogPost.findSimilar('text', { include: { autor: true } })
  // @ts-expect-error: no such field
  db.blogPost.findSimilar('text', { omit: { titel: true } })
  // @ts-expect-error: not an argument of a search
  db.blogPost.findSimilar('text', { orderBy: { title: 'asc' } })
  // @ts-expect-error: not a number
  db.blogPost.findSimilar('text', { take: '5' })
  // @ts-expect-error: no query
  db.blogPost.findSimilar()
  // @ts-expect-error: neither text nor a vector
  db.blogPost.findSimilar(5)
  // @ts-expect-error: a field of the parent, not of the store
  db.blogPostContentEmbeddings.findSimilar('text', { where: { published: true } })
}

export async function vectorizerNames(client: PrismaClient) {
  const db = extend(client)
  db.blogPost.findSimilar('text', { vectorizer: 'contentEmbeddings' })
  // @ts-expect-error: no such vectorizer
  db.blogPost.findSimilar('text', { vectorizer: 'titleEmbeddings' })
  db.product.findSimilar('text', { vectorizer: 'nameEmbeddings' })
  db.product.findSimilar('text', { vectorizer: 'descriptionEmbeddings', where: { name: 'Cup' } })
  // @ts-expect-error: the model has two
  db.product.findSimilar('text')
  // @ts-expect-error: the model has two
  db.product.findSimilar('text', { where: { name: 'Cup' } })
  // @ts-expect-error: of another model
  db.product.findSimilar('text', { vectorizer: 'contentEmbeddings' })
  db.productNameEmbeddings.findSimilar('text')
}

export async function ownVectors(client: PrismaClient) {
  const db = extend(client)
  const [note] = await db.note.findSimilar('text', { where: { text: 'x' } })
  expectTypeOf(note).toEqualTypeOf<(Note & Similar) | undefined>()
  // @ts-expect-error: a row that holds its vector has no chunks
  note?._chunk
  const [named] = await db.note.findSimilar('text', { vectorizer: 'embedding', select: { id: true } })
  expectTypeOf(named).toEqualTypeOf<({ id: number } & Similar) | undefined>()

  const [sample] = await db.sample.findSimilar(new Map([[3, 0.5]]), { vectorizer: 'sparse', omit: { bits: true } })
  expectTypeOf(sample).toEqualTypeOf<(Omit<Sample, 'bits'> & Similar) | undefined>()
  db.sample.findSimilar(new Float64Array(4), { vectorizer: 'half' })
  // @ts-expect-error: the model has four
  db.sample.findSimilar([1, 2, 3, 4])
  // @ts-expect-error: the column's name, not the field's
  db.sample.findSimilar([1, 2, 3, 4], { vectorizer: 'dense_vector' })
  // @ts-expect-error: not a field of `where`
  db.sample.findSimilar([1, 2, 3, 4], { vectorizer: 'dense', where: { dense: null } })
  // @ts-expect-error: neither text nor a vector
  db.sample.findSimilar(new Map([['3', 0.5]]), { vectorizer: 'sparse' })
}

export async function chunksOrNot(client: PrismaClient, either: 'titleEmbeddings' | 'summaryVector') {
  const db = extend(client)
  const [byTitle] = await db.article.findSimilar('text', { vectorizer: 'titleEmbeddings', take: 3 })
  expectTypeOf(byTitle).toEqualTypeOf<(Article & SimilarParent) | undefined>()
  const [bySummary] = await db.article.findSimilar('text', {
    vectorizer: 'summaryVector',
    include: { titleEmbeddings: true },
  })
  expectTypeOf(bySummary?.titleEmbeddings[0]?.chunk).toEqualTypeOf<string | undefined>()
  expectTypeOf(bySummary?._distance).toEqualTypeOf<number | undefined>()
  // @ts-expect-error: the summary's vector is in a column
  bySummary?._chunk
  const [byEither] = await db.article.findSimilar('text', { vectorizer: either })
  expectTypeOf(byEither?._chunk?.chunkSeq).toEqualTypeOf<number | undefined>()
  // @ts-expect-error: there may be no chunk
  byEither?._chunk.chunkSeq
  // @ts-expect-error: the model has two
  db.article.findSimilar('text')
  const [chunk] = await db.articleTitleEmbeddings.findSimilar('text', { include: { parent: true } })
  expectTypeOf(chunk?.parent).toEqualTypeOf<Article | undefined>()
}

export async function otherModels(client: PrismaClient) {
  const db = extend(client)
  // @ts-expect-error: no vectorizer, no method
  db.author.findSimilar('text')
  // @ts-expect-error: only the extended client has it
  client.blogPost.findSimilar('text')
  expectTypeOf(await db.author.findMany()).toEqualTypeOf<Author[]>()
}

export async function otherExtensions(client: PrismaClient) {
  const computed = {
    result: { blogPost: { url: { needs: { id: true }, compute: (post: { id: number }) => `/posts/${post.id}` } } },
  }
  const before = client.$extends(computed).$extends(vectorizer())
  const after = client.$extends(vectorizer()).$extends(computed)
  for (const [post] of [await before.blogPost.findSimilar('x'), await after.blogPost.findSimilar('x')]) {
    expectTypeOf(post?.url).toEqualTypeOf<string | undefined>()
    expectTypeOf(post?._distance).toEqualTypeOf<number | undefined>()
  }
  const [selected] = await after.blogPost.findSimilar('x', { select: { url: true } })
  expectTypeOf(selected).toEqualTypeOf<({ url: string } & SimilarParent) | undefined>()
  const [inside] = await after.$transaction((tx) => tx.blogPost.findSimilar('x', { select: { title: true } }))
  expectTypeOf(inside).toEqualTypeOf<({ title: string } & SimilarParent) | undefined>()
}

export async function javascriptClient(client: PrismaClientJs) {
  const db = client.$extends(vectorizer())
  const [post] = await db.blogPost.findSimilar('text', { select: { title: true }, where: { kind: 'NOTE' } })
  expectTypeOf(post).toEqualTypeOf<({ title: string } & SimilarParent) | undefined>()
  // @ts-expect-error: no such field
  db.blogPost.findSimilar('text', { where: { titel: 'x' } })
  // @ts-expect-error: no vectorizer, no method
  db.author.findSimilar('text')
}

export function options() {
  const model = {
    provider: 'openai',
    modelId: 'text-embedding-3-small',
    maxEmbeddingsPerCall: 100,
    supportsParallelCalls: true,
    doEmbed: async () => ({ embeddings: [[1]] }),
  }
  vectorizer({ models: { openai: { embeddingModel: () => model } } })
  vectorizer({ models: { 'openai/text-embedding-3-small': model } })
  // @ts-expect-error: neither a model nor a provider
  vectorizer({ models: { openai: 5 } })
  // @ts-expect-error: no such option
  vectorizer({ model: model })
}

it('is checked by the compiler', () => {
  const cases = [
    rows,
    searchOptions,
    wrongArguments,
    vectorizerNames,
    ownVectors,
    chunksOrNot,
    otherModels,
    otherExtensions,
  ]
  expect([...cases, javascriptClient, options]).toHaveLength(10)
})
