// The field, the key, the datasource and the place of an annotation: what may be wrong with them.
import { describe, expect, test } from 'vitest'
import { blogPost, messageOf } from './support/schema.ts'

describe('VZ104, the field', () => {
  const posts = (args: string, fields = '') => `/// @vectorizer(${args})
model BlogPost {
  id      Int    @id
  content String
${fields}}
`

  test('must exist', () => {
    expect(messageOf(posts('field: contents, dimensions: 3'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost has no field \`contents\`.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: contents, dimensions: 3)
           |                 ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Did you mean \`content\`?"
    `)
    expect(messageOf(posts('field: somethingElse, dimensions: 3'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost has no field \`somethingElse\`.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: somethingElse, dimensions: 3)
           |                 ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
  })

  test('must be named above a model', () => {
    expect(messageOf(posts('dimensions: 3'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost: an annotation above a model must say \`field:\`.
        --> schema.prisma:1:5
         1 | /// @vectorizer(dimensions: 3)
           |     ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Add \`field: <name>\`. Text fields of BlogPost: content."
    `)
  })

  test('must be text', () => {
    expect(messageOf(posts('field: id, dimensions: 3'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.id is Int, not text.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: id, dimensions: 3)
           |                 ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
    expect(messageOf(posts('field: tags, dimensions: 3', '  tags String[]\n'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.tags is String[], not text.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: tags, dimensions: 3)
           |                 ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
    expect(messageOf(posts('field: token, dimensions: 3', '  token String @db.Uuid\n'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.token is String @db.Uuid, not text.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: token, dimensions: 3)
           |                 ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
    expect(messageOf('model Counter {\n  id Int @id /// @vectorizer(dimensions: 3)\n}\n')).toMatchInlineSnapshot(`
      "VZ104 Counter.id is Int, not text.
        --> schema.prisma:2:18
         2 |   id Int @id /// @vectorizer(dimensions: 3)
           |                  ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Counter has no text field."
    `)
  })

  test('may not be named twice', () => {
    expect(messageOf(blogPost('dimensions: 3, field: title'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.content: \`field: title\` contradicts the field the annotation stands on.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, field: title)
           |                                  ^
        why: Only text, and documents as Bytes, can be chunked and embedded.
        fix: Remove \`field:\`, or move the annotation above the model."
    `)
  })

  test('must not be ignored', () => {
    expect(
      messageOf(
        'model Old {\n  id Int @id\n  /// @vectorizer(dimensions: 3)\n  text String? @map("a // b") @ignore\n}\n',
      ),
    ).toMatchInlineSnapshot(`
      "VZ104 Old.text is ignored by Prisma Client.
        --> schema.prisma:3:7
         3 |   /// @vectorizer(dimensions: 3)
           |       ^
        why: A field with @ignore cannot be written through the client.
        fix: Remove @ignore, or the annotation."
    `)
  })

  test('must be of a model that Prisma Client has', () => {
    expect(
      messageOf('/// @vectorizer(field: text, dimensions: 3)\nmodel Old {\n  text String\n\n  @@ignore\n}\n'),
    ).toMatchInlineSnapshot(`
      "VZ104 Old: the model Old is ignored by Prisma Client.
        --> schema.prisma:1:5
         1 | /// @vectorizer(field: text, dimensions: 3)
           |     ^
        why: A model with @@ignore has no delegate to search with.
        fix: Remove @@ignore, or the annotation."
    `)
  })
})

test('VZ105: a model without a primary key', () => {
  expect(
    messageOf('model Line {\n  number Int @unique\n  /// @vectorizer(dimensions: 3)\n  text String\n}\n'),
  ).toMatchInlineSnapshot(`
    "VZ105 Line.text: Line has no primary key.
      --> schema.prisma:3:7
       3 |   /// @vectorizer(dimensions: 3)
         |       ^
      why: Embeddings belong to a row, and only a key can name it.
      fix: Add \`@id\` to a field or \`@@id([...])\` to the model; \`@unique\` alone is not enough."
  `)
})

test('VZ110: a datasource that is not PostgreSQL', () => {
  const withProvider = (provider: string) => `${blogPost('dimensions: 3')}
datasource db {
  provider = "${provider}"
}
`
  expect(messageOf(withProvider('mysql'))).toMatchInlineSnapshot(`
    "VZ110 The datasource db is mysql, and the schema has @vectorizer annotations.
      --> schema.prisma:9:14
       9 |   provider = "mysql"
         |              ^
      why: Vectors are stored and searched by pgvector, an extension of PostgreSQL.
      fix: Use \`provider = "postgresql"\`, or remove the annotations."
  `)
  expect(messageOf(withProvider('sqlite'))).toContain('VZ110 The datasource db is sqlite,')
})
