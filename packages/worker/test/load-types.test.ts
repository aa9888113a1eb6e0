// What the compiler says of rows to load. Never run: `tsc` checks this file; the one test keeps it from being forgotten.
import type { SparseVectorInput, VectorFieldSpec, VectorInput, VectorizerSpec } from '@prisma-vectorizer/spec'
import { expect, expectTypeOf, test } from 'vitest'
import { type LoadRow, loadEmbeddings } from '../src/index.ts'
import { blogPost, blogPostColumn } from './support/vectorizers.ts'

const keyed = {
  ...blogPost,
  source: {
    ...blogPost.source,
    key: [
      { field: 'at', column: 'at', type: 'DateTime', sqlType: 'DATE', storeField: 'at', storeColumn: 'at' },
      { field: 'chunk', column: 'chunk', type: 'Role', sqlType: '"Role"', storeField: 'parentChunk', storeColumn: 'x' },
    ],
  },
} as const satisfies VectorizerSpec

const sparse = { ...blogPostColumn, type: 'sparsevec' } as const satisfies VectorizerSpec
type List = VectorFieldSpec & { readonly name: 'list'; readonly list: true }

export async function loads(database: string) {
  expectTypeOf<LoadRow<typeof blogPost>['id']>().toEqualTypeOf<number>()
  expectTypeOf<LoadRow<typeof blogPost>['embedding']>().toEqualTypeOf<VectorInput>()
  expectTypeOf<keyof LoadRow<typeof keyed>>().toEqualTypeOf<'at' | 'parentChunk' | 'chunkSeq' | 'chunk' | 'embedding'>()
  expectTypeOf<LoadRow<typeof keyed>['at']>().toEqualTypeOf<Date | string>()
  expectTypeOf<LoadRow<typeof keyed>['parentChunk']>().toEqualTypeOf<string>()
  expectTypeOf<keyof LoadRow<typeof sparse>>().toEqualTypeOf<'id' | 'embedding'>()
  expectTypeOf<LoadRow<typeof sparse>['embedding']>().toEqualTypeOf<VectorInput | SparseVectorInput>()
  expectTypeOf<LoadRow<List>['embedding']>().toEqualTypeOf<readonly VectorInput[]>()

  const row = { id: 1, chunkSeq: 0, chunk: '', embedding: [1] }
  await loadEmbeddings({ database, vectorizer: blogPost, rows: [row] })
  await loadEmbeddings({ database, vectorizer: 'BlogPost.contentEmbeddings', rows: [row] })
  await loadEmbeddings({ database, vectorizer: 'BlogPost.contentEmbeddings', rows: [{ anyKey: 1, embedding: [1] }] })
  await loadEmbeddings({ database, vectorizer: blogPost as VectorizerSpec, rows: [row] })
  // @ts-expect-error: the key is a number
  await loadEmbeddings({ database, vectorizer: blogPost, rows: [{ ...row, id: '1' }] })
  // @ts-expect-error: the key is missing
  await loadEmbeddings({ database, vectorizer: blogPost, rows: [{ chunkSeq: 0, chunk: '', embedding: [1] }] })
  // @ts-expect-error: a column has no chunk
  await loadEmbeddings({ database, vectorizer: blogPostColumn, rows: [{ id: 1, chunk: '', embedding: [1] }] })
  // @ts-expect-error: no embedding
  await loadEmbeddings({ database, vectorizer: 'BlogPost.contentEmbeddings', rows: [{ id: 1 }] })
}

test('the compiler has checked this file', () => {
  expect(loads).toBeTypeOf('function')
})
