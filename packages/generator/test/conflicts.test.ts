// Two things of one name: between annotations, and between an annotation and what the schema already has.
import { describe, expect, test } from 'vitest'
import { messageOf } from './support/schema.ts'

describe('VZ109, two things of one name', () => {
  const two = (first: string, second: string, more = '') => `model Post {
  id    Int    @id
  /// @vectorizer(dimensions: 3${first})
  title String
  /// @vectorizer(dimensions: 3${second})
  text  String
${more}}
`

  test('one table', () => {
    expect(messageOf(two(', targetTable: "vectors"', ', targetTable: "vectors"'))).toMatchInlineSnapshot(`
      "VZ109 Post.text: the table vectors is also wanted by Post.title.
        --> schema.prisma:5:34
         5 |   /// @vectorizer(dimensions: 3, targetTable: "vectors")
           |                                  ^
        why: Each vectorizer keeps its embeddings in a store of its own.
        fix: Give this one another \`targetTable: "table"\`."
    `)
  })

  test('one table, of another model', () => {
    expect(
      messageOf(`${two('', '', '  user User[]\n')}
model User {
  id     Int    @id
  post   Post   @relation(fields: [postId], references: [id])
  postId Int
  bio    String /// @vectorizer(dimensions: 3, targetTable: "Post")
}
`),
    ).toMatchInlineSnapshot(`
  "VZ109 User.bio: the store's table \`Post\` is the table of Post.
    --> schema.prisma:14:48
    14 |   bio    String /// @vectorizer(dimensions: 3, targetTable: "Post")
       |                                                ^
    why: Each vectorizer keeps its embeddings in a store of its own.
    fix: Give this one another \`targetTable: "table"\`."
`)
  })

  test('one accessor', () => {
    expect(messageOf(two(', name: vectors', ', name: vectors'))).toMatchInlineSnapshot(`
      "VZ109 Post.text: the accessor Post.vectors is also wanted by Post.title.
        --> schema.prisma:5:34
         5 |   /// @vectorizer(dimensions: 3, name: vectors)
           |                                  ^
        why: Each vectorizer keeps its embeddings in a store of its own.
        fix: Give this one another \`name: name\`."
    `)
  })

  test('an accessor that is a field already', () => {
    expect(messageOf(two('', ', name: title'))).toMatchInlineSnapshot(`
      "VZ109 Post.text: Post already has a field title.
        --> schema.prisma:5:34
         5 |   /// @vectorizer(dimensions: 3, name: title)
           |                                  ^
        why: Each vectorizer keeps its embeddings in a store of its own.
        fix: Give this one another \`name: name\`."
    `)
  })

  test('a store that is called like a model', () => {
    expect(messageOf(`${two('', '')}\nmodel PostTextEmbeddings {\n  id Int @id\n}\n`)).toMatchInlineSnapshot(`
      "VZ109 Post.text: the schema already has a model PostTextEmbeddings.
        --> schema.prisma:5:7
         5 |   /// @vectorizer(dimensions: 3)
           |       ^
        why: Each vectorizer keeps its embeddings in a store of its own.
        fix: Give this one another \`name: name\`."
    `)
  })

  test('one field twice without a name', () => {
    expect(
      messageOf(`model Post {
  id   Int    @id
  /// @vectorizer(dimensions: 3)
  /// @vectorizer(dimensions: 4)
  text String
}
`),
    ).toMatchInlineSnapshot(`
      "VZ109 Post.text: the accessor Post.textEmbeddings is also wanted by Post.text.
        --> schema.prisma:4:7
         4 |   /// @vectorizer(dimensions: 4)
           |       ^
        why: Each vectorizer keeps its embeddings in a store of its own.
        fix: Give this one another \`name: name\`."
    `)
  })

  test('one column of vectors, of two vectorizers and of a @vector', () => {
    const column = ', destination: column(embedding)'
    expect(messageOf(two(column, column))).toMatchInlineSnapshot(`
      "VZ109 Post.text: the field Post.embedding is also wanted by Post.title.
        --> schema.prisma:5:34
         5 |   /// @vectorizer(dimensions: 3, destination: column(embedding))
           |                                  ^
        why: A column holds the vectors of one annotation.
        fix: Give this one another \`destination: column(field)\`."
    `)
    expect(
      messageOf(two('', column, '  /// @vector(dimensions: 3)\n  embedding Unsupported("vector(3)")?\n')),
    ).toMatchInlineSnapshot(`
      "VZ109 Post.embedding: the field Post.embedding is also wanted by Post.text.
        --> schema.prisma:7:7
         7 |   /// @vector(dimensions: 3)
           |       ^
        why: A column holds the vectors of one annotation.
        fix: Remove one of the two annotations."
    `)
  })

  test('an accessor and a field of vectors that is about to be added', () => {
    expect(messageOf(two(', name: embedding', ', destination: column(embedding)'))).toContain(
      'VZ109 Post.text: the field Post.embedding is also wanted by Post.title.',
    )
  })

  test('a field of vectors in the column of another field', () => {
    expect(
      messageOf(two('', ', destination: column(embedding)', '  vector String @map("embedding")\n')),
    ).toMatchInlineSnapshot(`
      "VZ109 Post.embedding: the column \`embedding\` is that of Post.vector.
        --> schema.prisma:5:34
         5 |   /// @vectorizer(dimensions: 3, destination: column(embedding))
           |                                  ^
        why: The vectors need a field of their own.
        fix: Name another field in \`destination: column(…)\`."
    `)
    expect(messageOf(two('', ', destination: column(old)', '  old String @ignore\n'))).toContain('Post.old has @ignore')
  })

  test('an accessor that is an ignored field', () => {
    expect(messageOf(two('', ', name: old', '  old String @ignore\n'))).toContain('Post already has a field old')
  })

  test('a store called like the vectors of a column', () => {
    expect(messageOf(two(', destination: column(embedding)', ', targetTable: "Post_embedding"'))).toContain(
      'VZ109 Post.text: the name Post_embedding in the registry is also wanted by Post.title.',
    )
  })

  test('a view called like a table, a store or another view', () => {
    expect(messageOf(two('', ', view: "Post"'))).toMatchInlineSnapshot(`
      "VZ109 Post.text: the view \`Post\` has the name of the table of Post.
        --> schema.prisma:5:34
         5 |   /// @vectorizer(dimensions: 3, view: "Post")
           |                                  ^
        why: Tables and views of a schema share their names.
        fix: Give this one another \`view: "view"\`."
    `)
    expect(messageOf(two('', ', view: "Post_embedding_store"'))).toContain(
      'the name Post_embedding_store of the view is also wanted by Post.title',
    )
    expect(messageOf(two(', view: "v"', ', view: "v"'))).toContain(
      'the name v of the view is also wanted by Post.title',
    )
    expect(messageOf(two(', view: "v"', ', targetTable: "v"'))).toContain('the name v is also wanted by Post.title')
    expect(messageOf(two(', targetTable: "v", view: "v"', ''))).toContain('the name v of the view')
  })

  test('a relation’s field that the store has itself', () => {
    expect(messageOf(two('', ', relation: relation(parent: chunk)'))).toMatchInlineSnapshot(`
      "VZ109 Post.text: the store has a field or column \`chunk\` already.
        --> schema.prisma:5:34
         5 |   /// @vectorizer(dimensions: 3, relation: relation(parent: chunk))
           |                                  ^
        why: \`relation.parent\` names the store’s side of the relation.
        fix: Name it otherwise, e.g. \`parent: parent\`, which is the default."
    `)
    expect(messageOf(two('', ', relation: relation(parent: embedding_uuid)'))).toContain('`embedding_uuid` already')
  })
})
