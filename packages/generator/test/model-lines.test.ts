// The lines that a user's own model gets: fields of vectors, declared indexes, named relations.
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { createFolder, datasource } from './support/folder.ts'

const { format: formatSchema } = createRequire(import.meta.url)('@prisma/prisma-schema-wasm') as {
  format(schema: string, params: string): string
}

/** What `prisma format` makes of a schema. */
function format(text: string): string {
  const params = { textDocument: { uri: 'file:/schema.prisma' }, options: { tabSize: 2, insertSpaces: true } }
  const [[, formatted]] = JSON.parse(
    formatSchema(JSON.stringify([['file:/schema.prisma', text]]), JSON.stringify(params)),
  ) as [[string, string]]
  return formatted
}

/** The model as it is left, and left again after `prisma format`. */
function modelAfter(model: string): string {
  using folder = createFolder({ 'schema/schema.prisma': datasource + model })
  folder.synchronise('schema')
  const once = folder.read('schema/schema.prisma')
  const formatted = format(once)
  folder.write('schema/schema.prisma', formatted)
  folder.synchronise('schema')
  expect(folder.read('schema/schema.prisma')).toBe(formatted)
  return once.slice(datasource.length)
}

const post = (args: string, more = '') =>
  `model Post {\n  id   Int    @id\n  /// @vectorizer(dimensions: 3${args})\n  text String\n${more}}\n`
const column = ', destination: column(embedding)'

describe('destination: column(…)', () => {
  test('adds the field', () => {
    expect(modelAfter(post(column))).toBe(post(column, '  embedding Unsupported("vector(3)")?\n'))
    expect(modelAfter(post(`${column}, type: bit, index: none`))).toBe(
      post(`${column}, type: bit, index: none`, '  embedding String? @db.Bit(3)\n'),
    )
  })

  test('declares an index over the plain column, behind an empty line or other attributes', () => {
    const plain = `${column}, index: hnsw(halfvec: false)`
    const field = '  embedding Unsupported("vector(3)")?\n'
    const index = '  @@index([embedding], map: "Post_embedding_vector_idx")\n'
    expect(modelAfter(post(plain))).toBe(post(plain, `${field}\n${index}`))
    expect(modelAfter(post(plain, field))).toBe(post(plain, `${field}\n${index}`))
    expect(modelAfter(post(plain, `${field}\n  @@index([text])\n`))).toBe(
      post(plain, `${field}\n  @@index([text])\n${index}`),
    )
    expect(modelAfter(post(plain, `${field}\n  @@index([text])\n${index}`))).toBe(
      post(plain, `${field}\n  @@index([text])\n${index}`),
    )
  })

  test('the index goes when no annotation wants it, and the field stays', () => {
    using folder = createFolder({ 'schema/schema.prisma': datasource + post(`${column}, type: halfvec`) })
    folder.synchronise('schema')
    const field = '  embedding Unsupported("halfvec(3)")?\n'
    folder.write(
      'schema/schema.prisma',
      folder.read('schema/schema.prisma').replace('halfvec)', 'halfvec, index: none)'),
    )
    folder.synchronise('schema')
    expect(folder.read('schema/schema.prisma')).toBe(datasource + post(`${column}, type: halfvec, index: none`, field))
  })

  test('the index goes with the last annotation of the schema', () => {
    using folder = createFolder({ 'schema/schema.prisma': datasource + post(`${column}, type: halfvec`) })
    folder.synchronise('schema')
    const without = (text: string) => text.replace(/ {2}\/\/\/.*\n/u, '')
    folder.write('schema/schema.prisma', without(folder.read('schema/schema.prisma')))
    folder.synchronise('schema')
    expect(folder.read('schema/schema.prisma')).toBe(
      datasource + without(post('', '  embedding Unsupported("halfvec(3)")?\n')),
    )
  })

  test('an index of the user’s own is left alone', () => {
    const own =
      '  embedding Unsupported("vector(3)")?\n  note String\n\n  @@index([note], map: "note_vector_idx")\n  @@index([id, note], map: "x_vector_idx")\n'
    expect(modelAfter(post(column, own))).toBe(post(column, own))
  })

  test('with CRLF line ends has them in the lines that are added', () => {
    const text = (datasource + post(`${column}, type: halfvec`)).replaceAll('\n', '\r\n')
    using folder = createFolder({ 'schema/schema.prisma': text })
    folder.synchronise('schema')
    expect(folder.read('schema/schema.prisma')).toBe(
      (
        datasource +
        post(
          `${column}, type: halfvec`,
          '  embedding Unsupported("halfvec(3)")?\n\n  @@index([embedding], map: "Post_embedding_vector_idx")\n',
        )
      ).replaceAll('\n', '\r\n'),
    )
  })
})

test('@vector: an index over the plain column is declared, in bits too', () => {
  const model = (type: string, more = '') =>
    `model Post {\n  id Int @id\n  /// @vector()\n  code ${type} @map("c")\n${more}\n  @@map("posts")\n${more && ''}}\n`
  expect(modelAfter(model('String @db.Bit(3)'))).toBe(
    model('String @db.Bit(3)').replace('"posts")\n', '"posts")\n  @@index([code], map: "posts_c_vector_idx")\n'),
  )
  expect(modelAfter(model('Unsupported("vector(3)")?'))).toBe(model('Unsupported("vector(3)")?'))
})

describe('a relation', () => {
  test('that is named carries its name on both sides, and loses it again', () => {
    using folder = createFolder({ 'schema/schema.prisma': datasource + post(', relation: "Vectors"') })
    folder.synchronise('schema')
    expect(folder.read('schema/schema.prisma')).toContain(
      '  textEmbeddings PostTextEmbeddings[] @relation("Vectors")\n',
    )
    expect(folder.read('schema/vectorizer.prisma')).toMatch(
      / @relation\("Vectors", fields: \[id\], references: \[id\], /u,
    )
    const renamed = (from: string, to: string) => {
      folder.write('schema/schema.prisma', folder.read('schema/schema.prisma').replace(from, to))
      folder.synchronise('schema')
      return folder.read('schema/schema.prisma')
    }
    expect(renamed('relation: "Vectors"', 'relation: "V 2"')).toContain('PostTextEmbeddings[] @relation("V 2")\n')
    expect(renamed(', relation: "V 2"', '')).toContain('  textEmbeddings PostTextEmbeddings[]\n')
  })

  test('whose line the user wrote keeps the rest of it', () => {
    const own = '  textEmbeddings   PostTextEmbeddings[] // mine\n'
    expect(modelAfter(post(', relation: "Vectors"', own))).toContain(
      '  textEmbeddings   PostTextEmbeddings[] @relation("Vectors") // mine\n',
    )
  })

  test('is declared with its actions and the parent’s field', () => {
    using folder = createFolder({
      'schema/schema.prisma':
        datasource + post(', type: bit, onDelete: Restrict, onUpdate: NoAction, relation: relation(parent: post)'),
    })
    folder.synchronise('schema')
    const text = folder.read('schema/vectorizer.prisma')
    expect(text).toMatchInlineSnapshot(`
      "// Derived by prisma-vectorizer from the @vectorizer annotations: change those, not this file. Commit it.

      /// Embeddings of Post.text, one row per chunk, kept in step by the worker.
      model PostTextEmbeddings {
        embeddingUuid String @id @default(dbgenerated("gen_random_uuid()")) @map("embedding_uuid") @db.Uuid
        id            Int
        chunkSeq      Int    @map("chunk_seq")
        chunk         String
        embedding     String @db.Bit(3)
        post          Post   @relation(fields: [id], references: [id], onDelete: Restrict, onUpdate: NoAction)

        @@unique([id, chunkSeq])
        @@index([embedding], map: "Post_embedding_store_embedding_vector_idx")
        @@map("Post_embedding_store")
      }
      "
    `)
    expect(format(datasource + folder.read('schema/schema.prisma') + text)).toContain(
      text.slice(text.indexOf('model ')),
    )
  })
})
