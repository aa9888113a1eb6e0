// The models that annotations become, where the source has more than a text. See docs/pgai-cases.md.
import { expect, test } from 'vitest'
import { createFolder, datasource } from '../../packages/generator/test/support/folder.ts'

/** The derived models, after a second run has found nothing to do: Prisma has read them by then. */
function derived(models: string): string {
  using folder = createFolder({ 'schema/schema.prisma': datasource + models })
  folder.synchronise('schema')
  const before = folder.contents()
  folder.synchronise('schema')
  expect(folder.contents()).toEqual(before)
  return folder.read('schema/vectorizer.prisma')
}

const fieldsOf = (schema: string) => [...schema.matchAll(/^ {2}(\w+) /gmu)].map(([, name]) => name)

test('two models may call their embeddings by one name', () => {
  const text = (name: string) => `model ${name} {
  id   Int    @id
  /// @vectorizer(dimensions: 3, name: embeddings)
  text String
}
`
  const names = [...derived(text('Post') + text('Page')).matchAll(/^model (\w+)/gmu)].map(([, name]) => name)
  expect(names.toSorted()).toEqual(['PageEmbeddings', 'PostEmbeddings'])
})

test('a store has the key and nothing else of its source, whatever that has', () => {
  const schema = derived(`model Post {
  tenant    Int
  number    Int      @default(autoincrement())
  createdAt DateTime @default(now()) @map("created_at")
  updatedAt DateTime @updatedAt
  slug      String   @unique(map: "slug_once")
  /// @vectorizer(dimensions: 3, template: "$slug: $chunk")
  text      String

  @@id([tenant, number], map: "post_key")
  @@unique([tenant, slug], name: "bySlug", map: "slug_of_tenant")
  @@index([createdAt(sort: Desc)])
  @@map("posts")
}
`)
  expect(fieldsOf(schema)).toEqual(['embeddingUuid', 'tenant', 'number', 'chunkSeq', 'chunk', 'embedding', 'parent'])
  expect(schema).toContain('@relation(fields: [tenant, number], references: [tenant, number]')
  expect(schema).toContain('@@map("posts_embedding_store")')
})
