// What the compiler says of the methods that read embeddings. Never run: see types.test.ts.
import { expect, expectTypeOf, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import type { CountSimilar, StoredEmbedding } from '../src/types/reading-methods.ts'
import type {
  Article,
  Author,
  BlogPost,
  Collage,
  Kind,
  Note,
  PrismaClient,
  Sample,
} from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'

const vectorizer = createVectorizer(manifest)
const extend = (client: PrismaClient) => client.$extends(vectorizer())

export async function rows(client: PrismaClient) {
  const db = extend(client)
  const [post] = await db.blogPost.findEmbeddings()
  expectTypeOf(post).toEqualTypeOf<(BlogPost & { readonly _embeddings: StoredEmbedding[] }) | undefined>()
  expectTypeOf(post?._embeddings[0]?.embedding).toEqualTypeOf<number[] | undefined>()
  // @ts-expect-error: of vectors of the model itself
  post?._embedding

  const [selected] = await db.blogPost.findEmbeddings({
    where: { published: true },
    select: { title: true, author: true },
    orderBy: { views: 'desc' },
    take: 3,
    skip: 1,
    cursor: { id: 2 },
    distinct: ['title'],
  })
  expectTypeOf(selected?.author).toEqualTypeOf<Author | null | undefined>()
  // @ts-expect-error: not selected
  selected?.content
  const [omitted] = await db.blogPost.findEmbeddings({ omit: { content: true }, include: { contentEmbeddings: true } })
  expectTypeOf(omitted?.contentEmbeddings[0]?.chunk).toEqualTypeOf<string | undefined>()
  // @ts-expect-error: omitted
  omitted?.content
  // @ts-expect-error: no such field
  db.blogPost.findEmbeddings({ where: { titel: 'x' } })
  // @ts-expect-error: no such argument
  db.blogPost.findEmbeddings({ limit: 3 })
  // @ts-expect-error: no such vectorizer
  db.blogPost.findEmbeddings({ vectorizer: 'titleEmbeddings' })
}

export async function kindsOfVectors(client: PrismaClient) {
  const db = extend(client)
  const [note] = await db.note.findEmbeddings({ where: { id: 1 } })
  expectTypeOf(note).toEqualTypeOf<(Note & { readonly _embedding: number[] | null }) | undefined>()
  const [sparse] = await db.sample.findEmbeddings({ vectorizer: 'sparse' })
  expectTypeOf(sparse).toEqualTypeOf<(Sample & { readonly _embedding: Map<number, number> | null }) | undefined>()
  const [bits] = await db.sample.findEmbeddings({ vectorizer: 'bits' })
  expectTypeOf(bits?._embedding).toEqualTypeOf<number[] | null | undefined>()
  const [title] = await db.article.findEmbeddings({ vectorizer: 'titleEmbeddings' })
  expectTypeOf(title).toEqualTypeOf<(Article & { readonly _embeddings: StoredEmbedding[] }) | undefined>()
  const [summary] = await db.article.findEmbeddings({ vectorizer: 'summaryVector', select: { id: true } })
  expectTypeOf(summary?._embedding).toEqualTypeOf<number[] | null | undefined>()
  const [collage] = await db.collage.findEmbeddings()
  expectTypeOf(collage).toEqualTypeOf<(Collage & { readonly _embedding: number[][] }) | undefined>()
  // @ts-expect-error: the model has two
  db.article.findEmbeddings()
  // @ts-expect-error: no vectorizer, no method
  db.author.findEmbeddings()
}

export async function averages(client: PrismaClient) {
  const db = extend(client)
  expectTypeOf(await db.blogPost.averageEmbedding()).toEqualTypeOf<number[] | null>()
  expectTypeOf(await db.blogPost.sumEmbedding({ where: { title: 'x' } })).toEqualTypeOf<number[] | null>()
  const [group] = await db.blogPost.averageEmbedding({ by: ['authorId', 'kind'], where: { views: { gt: 1 } } })
  expectTypeOf(group?.authorId).toEqualTypeOf<number | null | undefined>()
  expectTypeOf(group?.kind).toEqualTypeOf<Kind | undefined>()
  expectTypeOf(group?._count).toEqualTypeOf<number | undefined>()
  expectTypeOf(group?._average).toEqualTypeOf<number[] | undefined>()
  // @ts-expect-error: not one of the fields
  group?.title
  // @ts-expect-error: of sumEmbedding
  group?._sum
  const [sum] = await db.blogPost.sumEmbedding({ by: 'published' })
  expectTypeOf(sum?.published).toEqualTypeOf<boolean | undefined>()
  expectTypeOf(sum?._sum).toEqualTypeOf<number[] | undefined>()
  // @ts-expect-error: no such field
  db.blogPost.averageEmbedding({ by: ['autorId'] })
  // @ts-expect-error: a relation is no scalar
  db.blogPost.averageEmbedding({ by: ['author'] })
  // @ts-expect-error: no such field
  db.blogPost.averageEmbedding({ where: { titel: 'x' } })
  // @ts-expect-error: not an argument of it
  db.blogPost.averageEmbedding({ take: 3 })
  db.sample.averageEmbedding({ vectorizer: 'half' })
  // @ts-expect-error: the model has four
  db.sample.averageEmbedding()
  // @ts-expect-error: a list has none
  db.collage.averageEmbedding({ vectorizer: 'parts' })
  // @ts-expect-error: pgvector has no average of it
  db.sample.averageEmbedding({ vectorizer: 'sparse' })
}

export async function counting(client: PrismaClient, countSimilar: CountSimilar<'contentEmbeddings'>) {
  const posts = Object.assign(extend(client).blogPost, { countSimilar })
  expectTypeOf(await posts.countSimilar('text', { maxDistance: 0.2 })).toEqualTypeOf<number>()
  posts.countSimilar([1, 2, 3], { minScore: 0.8, where: { published: true }, vectorizer: 'contentEmbeddings' })
  // @ts-expect-error: how near?
  posts.countSimilar('text', { where: { published: true } })
  // @ts-expect-error: one of them
  posts.countSimilar('text', { minScore: 0.8, maxDistance: 0.2 })
  // @ts-expect-error: no such field
  posts.countSimilar('text', { minScore: 0.8, where: { titel: 'x' } })
}

it('is checked by the compiler', () => {
  expect([rows, kindsOfVectors, averages, counting]).toHaveLength(4)
})
