// What the compiler says of the fragments. Never run: `tsc` checks this file; the one test keeps it from being forgotten.
import type { Manifest } from '@prisma-vectorizer/spec'
import { expect, expectTypeOf, it } from 'vitest'
import { createVectorSql, type VectorSql } from '../src/index.ts'
import type { Prisma } from './fixture/generated/client/client.ts'
import type { Prisma as PrismaJs } from './fixture/generated/client-js/index.d.ts'
import { manifest } from './fixture/manifest.ts'

const vectorSql = createVectorSql(manifest)
const vector = [1, 2, 3]

export function fragments(prisma: typeof Prisma) {
  const { cosineDistance, storeTable, storeColumn } = vectorSql(prisma)
  expectTypeOf(cosineDistance('BlogPostContentEmbeddings', vector)).toEqualTypeOf<Prisma.Sql>()
  expectTypeOf(storeTable('Note.embedding')).toEqualTypeOf<Prisma.Sql>()
  expectTypeOf(storeColumn('Collage.parts', { alias: 'c' })).toEqualTypeOf<Prisma.Sql>()
  cosineDistance('Note.embedding', Float32Array.of(1, 2, 3), { alias: 'n', exact: true })
  cosineDistance('Article.summaryVector', prisma.sql`ai.openai_embed('text-embedding-3-small', ${'text'})`)
  cosineDistance('Sample.sparse', new Map([[1, 0.5]]))
}

export function javascriptClient(prisma: typeof PrismaJs) {
  const { cosineDistance } = vectorSql(prisma)
  expectTypeOf(cosineDistance('Note.embedding', vector)).toEqualTypeOf<PrismaJs.Sql>()
  cosineDistance('Note.embedding', prisma.sql`ai.openai_embed('text-embedding-3-small', ${'text'})`)
}

export function wrongArguments(prisma: typeof Prisma) {
  const { cosineDistance, l2Distance, hammingDistance, jaccardDistance, storeTable, storeColumn } = vectorSql(prisma)
  hammingDistance('Sample.bits', [0, 1])
  // @ts-expect-error: bits have no cosine
  cosineDistance('Sample.bits', vector)
  // @ts-expect-error: numbers are not compared bit by bit
  jaccardDistance('Note.embedding', vector)
  // @ts-expect-error: several vectors in each row
  l2Distance('Collage.parts', vector)
  // @ts-expect-error: the source model, not the store's
  storeTable('BlogPost')
  // @ts-expect-error: a model without its field
  storeTable('Note')
  // @ts-expect-error: the column's name, not the field's
  storeColumn('Sample.dense_vector')
  // @ts-expect-error: a fragment embeds no text
  cosineDistance('Note.embedding', 'text')
  // @ts-expect-error: no such option
  cosineDistance('Note.embedding', vector, { aliass: 'n' })
  // @ts-expect-error: a column is never less exact than it is
  storeColumn('Note.embedding', { exact: true })
  // @ts-expect-error: not a client's namespace
  vectorSql({})
}

export function indexOfBits(prisma: typeof Prisma) {
  const index = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: false, bit: true } as const
  const quantized = { ...manifest, vectors: [{ ...manifest.vectors[0], index }] } as const
  const { hammingDistance, cosineDistance } = createVectorSql(quantized)(prisma)
  hammingDistance('Sample.dense', vector)
  cosineDistance('Sample.dense', vector)
}

export function anyManifest(read: Manifest, prisma: typeof Prisma) {
  const fragmentsOfAny: VectorSql<Manifest, Prisma.Sql> = createVectorSql(read)(prisma)
  fragmentsOfAny.cosineDistance('Anything', vector)
}

it('is checked by the compiler', () => {
  expect([fragments, javascriptClient, wrongArguments, indexOfBits, anyManifest]).toHaveLength(5)
})
