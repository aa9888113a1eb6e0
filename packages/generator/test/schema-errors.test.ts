// Every mistake in a schema, with its whole message: code, Model.field, file:line:column, the line with a caret, why, fix.
import { describe, expect, test } from 'vitest'
import { blogPost, messageOf } from './support/schema.ts'

describe('VZ102, an unknown argument', () => {
  test('names the nearest one', () => {
    expect(messageOf(blogPost('dimension: 768'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`dimension\`.
        --> schema.prisma:4:19
         4 |   /// @vectorizer(dimension: 768)
           |                   ^
        why: Known here: dimensions, field, name, model, targetTable, targetSchema, template, distance, chunking, index.
        fix: Did you mean \`dimensions\`?"
    `)
  })

  test('names those there are when none is near', () => {
    expect(messageOf(blogPost('dimensions: 768, apiKey: "sk-…"'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`apiKey\`.
        --> schema.prisma:4:36
         4 |   /// @vectorizer(dimensions: 768, apiKey: "sk-…")
           |                                    ^
        why: Known here: dimensions, field, name, model, targetTable, targetSchema, template, distance, chunking, index.
        fix: Remove \`apiKey\`."
    `)
  })

  test('is found inside a call', () => {
    expect(messageOf(blogPost('dimensions: 768, chunking: recursive(sise: 800)'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`chunking.sise\`.
        --> schema.prisma:4:56
         4 |   /// @vectorizer(dimensions: 768, chunking: recursive(sise: 800))
           |                                                        ^
        why: Known here: size, overlap, separators, regex.
        fix: Did you mean \`size\`?"
    `)
    expect(messageOf(blogPost('dimensions: 768, chunking: none(size: 800)'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`chunking.size\`.
        --> schema.prisma:4:51
         4 |   /// @vectorizer(dimensions: 768, chunking: none(size: 800))
           |                                                   ^
        why: \`chunking\` takes no arguments.
        fix: Remove \`size\`."
    `)
    expect(messageOf(blogPost('dimensions: 768, index: hnsw(ef: 800)'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`index.ef\`.
        --> schema.prisma:4:48
         4 |   /// @vectorizer(dimensions: 768, index: hnsw(ef: 800))
           |                                                ^
        why: Known here: m, efConstruction, halfvec.
        fix: Did you mean \`m\`?"
    `)
  })
})

describe('VZ103, dimensions', () => {
  test('are required', () => {
    expect(messageOf(blogPost(''))).toMatchInlineSnapshot(`
      "VZ103 BlogPost.content: @vectorizer has no \`dimensions\`.
        --> schema.prisma:4:7
         4 |   /// @vectorizer()
           |       ^
        why: The length of a vector is part of its column type; only you know which model will make it.
        fix: Add e.g. \`dimensions: 1536\` for openai/text-embedding-3-small, \`dimensions: 768\` for nomic-embed-text."
    `)
  })

  test('are a whole number from 1 to 16000', () => {
    expect(messageOf(blogPost('dimensions: 0'))).toMatchInlineSnapshot(`
      "VZ103 BlogPost.content: \`dimensions\` must be a whole number from 1 to 16000.
        --> schema.prisma:4:31
         4 |   /// @vectorizer(dimensions: 0)
           |                               ^
        fix: Write the length of the vectors your model makes, e.g. 768."
    `)
    for (const wrong of ['-1', '16001', '1.5', '"768"', 'many', '[768]', 'true']) {
      expect(messageOf(blogPost(`dimensions: ${wrong}`))).toContain(
        'VZ103 BlogPost.content: `dimensions` must be a whole number from 1 to 16000.\n  --> schema.prisma:4:31',
      )
    }
  })
})

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
        why: Only text can be chunked and embedded.
        fix: Did you mean \`content\`?"
    `)
    expect(messageOf(posts('field: somethingElse, dimensions: 3'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost has no field \`somethingElse\`.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: somethingElse, dimensions: 3)
           |                 ^
        why: Only text can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
  })

  test('must be named above a model', () => {
    expect(messageOf(posts('dimensions: 3'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost: an annotation above a model must say \`field:\`.
        --> schema.prisma:1:5
         1 | /// @vectorizer(dimensions: 3)
           |     ^
        why: Only text can be chunked and embedded.
        fix: Add \`field: <name>\`. Text fields of BlogPost: content."
    `)
  })

  test('must be text', () => {
    expect(messageOf(posts('field: id, dimensions: 3'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.id is Int, not text.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: id, dimensions: 3)
           |                 ^
        why: Only text can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
    expect(messageOf(posts('field: tags, dimensions: 3', '  tags String[]\n'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.tags is String[], not text.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: tags, dimensions: 3)
           |                 ^
        why: Only text can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
    expect(messageOf(posts('field: token, dimensions: 3', '  token String @db.Uuid\n'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.token is String @db.Uuid, not text.
        --> schema.prisma:1:17
         1 | /// @vectorizer(field: token, dimensions: 3)
           |                 ^
        why: Only text can be chunked and embedded.
        fix: Text fields of BlogPost: content."
    `)
    expect(messageOf('model Counter {\n  id Int @id /// @vectorizer(dimensions: 3)\n}\n')).toMatchInlineSnapshot(`
      "VZ104 Counter.id is Int, not text.
        --> schema.prisma:2:18
         2 |   id Int @id /// @vectorizer(dimensions: 3)
           |                  ^
        why: Only text can be chunked and embedded.
        fix: Counter has no text field."
    `)
  })

  test('may not be named twice', () => {
    expect(messageOf(blogPost('dimensions: 3, field: title'))).toMatchInlineSnapshot(`
      "VZ104 BlogPost.content: \`field: title\` contradicts the field the annotation stands on.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, field: title)
           |                                  ^
        why: Only text can be chunked and embedded.
        fix: Remove \`field:\`, or move the annotation above the model."
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

describe('VZ106, the template', () => {
  test('names fields that exist', () => {
    expect(messageOf(blogPost('dimensions: 3, template: "$titel - $chunk"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template names \`$titel\`, which is no field of BlogPost.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "$titel - $chunk")
           |                                  ^
        why: A row could never be embedded: the worker would not know what to put there.
        fix: Did you mean \`$title\`?"
    `)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are the template's
    expect(messageOf(blogPost('dimensions: 3, template: "${wordCount} - $chunk"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template names \`$wordCount\`, which is no field of BlogPost.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "\${wordCount} - $chunk")
           |                                  ^
        why: A row could never be embedded: the worker would not know what to put there.
        fix: Fields: id, title, content."
    `)
  })

  test('has no stray dollar sign', () => {
    expect(messageOf(blogPost('dimensions: 3, template: "$5: $chunk"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template has a \`$\` at position 1 that names nothing.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "$5: $chunk")
           |                                  ^
        fix: Write \`$$\` for a dollar sign, \`$name\` or \`\${name}\` for a field."
    `)
    expect(messageOf(blogPost('dimensions: 3, template: "$chunk costs $"'))).toContain('at position 14')
    expect(messageOf(blogPost('dimensions: 3, template: "${chunk"'))).toContain('at position 1 ')
  })

  test('names $chunk', () => {
    expect(messageOf(blogPost('dimensions: 3, template: "$title"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template does not name \`$chunk\`.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "$title")
           |                                  ^
        why: Every chunk of a row would get the same text.
        fix: Write e.g. \`template: "$title $chunk"\`."
    `)
    expect(messageOf(blogPost('dimensions: 3, template: "$$chunk"'))).toContain('does not name `$chunk`')
  })
})

describe('VZ107, chunking', () => {
  test('an overlap is smaller than its size', () => {
    expect(messageOf(blogPost('dimensions: 3, chunking: recursive(size: 800, overlap: 800)'))).toMatchInlineSnapshot(`
      "VZ107 BlogPost.content: chunks of 800 code points cannot overlap by 800.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, chunking: recursive(size: 800, overlap: 800))
           |                                  ^
        why: A chunk that repeats the whole one before it would never move on. \`overlap\` is 400 unless given.
        fix: Write e.g. \`recursive(size: 800, overlap: 200)\`."
    `)
  })

  test('the default overlap counts too', () => {
    expect(messageOf(blogPost('dimensions: 3, chunking: character(size: 100)'))).toMatchInlineSnapshot(`
      "VZ107 BlogPost.content: chunks of 100 code points cannot overlap by 400.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, chunking: character(size: 100))
           |                                  ^
        why: A chunk that repeats the whole one before it would never move on. \`overlap\` is 400 unless given.
        fix: Write e.g. \`character(size: 100, overlap: 25)\`."
    `)
  })

  test('a separator that is a regular expression compiles', () => {
    expect(
      messageOf(blogPost('dimensions: 3, chunking: character(separator: "(?P<x>.)", regex: true)')),
    ).toMatchInlineSnapshot(`
      "VZ107 BlogPost.content: the separator "(?P<x>.)" is not a regular expression of JavaScript.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, chunking: character(separator: "(?P<x>.)", regex: true))
           |                                  ^
        why: Invalid regular expression: /(?P<x>.)/u: Invalid group
        fix: Python-only syntax such as (?P<name>…) or \\Z has no counterpart: rewrite it, or drop \`regex: true\`."
    `)
  })
})

describe('VZ108, a value', () => {
  test.each([
    ['name: 5', '`name` must be a name (letters, digits, underscores).'],
    ['name: "two words"', '`name` must be a name (letters, digits, underscores).'],
    ['model: "text-embedding-3-small"', '`model` must be "provider/model", e.g. "openai/text-embedding-3-small".'],
    ['model: openai', '`model` must be a string.'],
    ['targetTable: ""', '`targetTable` must be a string of 1 to 63 bytes without double quotes.'],
    [`targetTable: "${'é'.repeat(32)}"`, '`targetTable` must be a string of 1 to 63 bytes without double quotes.'],
    ['targetTable: "a \\"b\\""', '`targetTable` must be a string of 1 to 63 bytes without double quotes.'],
    ['template: ""', '`template` must be a string that is not empty.'],
    ['template: 5', '`template` must be a string.'],
    ['distance: manhattan', '`distance` must be cosine, l2, ip, l1.'],
    ['distance: hamming', '`distance` must be cosine, l2, ip, l1.'],
    ['index: gin', '`index` must be hnsw(m: 16, efConstruction: 64) or none.'],
    ['index: hnsw(m: 1)', '`index.m` must be a whole number from 2 to 100.'],
    ['index: hnsw(halfvec: 1)', '`index.halfvec` must be true or false.'],
    ['chunking: sentences', '`chunking` must be recursive(size: 800, overlap: 400, …), character('],
    ['chunking: recursive(size: 0)', '`chunking.size` must be a whole number from 1 to 10000000.'],
    ['chunking: recursive(overlap: -1)', '`chunking.overlap` must be a whole number from 0 to 10000000.'],
    ['chunking: recursive(separators: [])', '`chunking.separators` must be a list of strings'],
    ['chunking: recursive(separators: ["a", 5])', '`chunking.separators` must be a string.'],
  ])('%s', (argument, fact) => {
    const message = messageOf(blogPost(`dimensions: 3, ${argument}`))
    expect(message).toContain(`VZ108 BlogPost.content: ${fact}`)
    expect(message).toContain('  --> schema.prisma:4:')
  })

  test('is pointed at', () => {
    expect(messageOf(blogPost('dimensions: 3, index: hnsw(m: 1)'))).toMatchInlineSnapshot(`
      "VZ108 BlogPost.content: \`index.m\` must be a whole number from 2 to 100.
        --> schema.prisma:4:49
         4 |   /// @vectorizer(dimensions: 3, index: hnsw(m: 1))
           |                                                 ^"
    `)
  })

  test('is given once', () => {
    expect(messageOf(blogPost('dimensions: 3, dimensions: 4'))).toMatchInlineSnapshot(`
      "VZ108 BlogPost.content: \`dimensions\` is given twice.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, dimensions: 4)
           |                                  ^
        fix: Keep one of the two."
    `)
  })

  test('`targetSchema` needs a datasource with schemas', () => {
    expect(messageOf(blogPost('dimensions: 3, targetSchema: "vectors"'))).toMatchInlineSnapshot(`
      "VZ108 BlogPost.content: \`targetSchema\` needs a datasource with \`schemas = [...]\`.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, targetSchema: "vectors")
           |                                  ^
        why: Prisma places a model in another schema only where every model says its own with @@schema.
        fix: Remove \`targetSchema\`, or list the schemas in the datasource and add @@schema to each model."
    `)
  })
})

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

describe('VZ111, more dimensions than the index holds', () => {
  test('4000 in half precision', () => {
    expect(messageOf(blogPost('dimensions: 4001'))).toMatchInlineSnapshot(`
      "VZ111 BlogPost.content: an HNSW index over halfvec holds 4000 dimensions, not 4001.
        --> schema.prisma:4:19
         4 |   /// @vectorizer(dimensions: 4001)
           |                   ^
        why: pgvector keeps a whole vector in one 8 kB page of the index.
        fix: Use \`index: none\` (exact search), or ask the model for fewer dimensions."
    `)
  })

  test('2000 in full precision', () => {
    expect(messageOf(blogPost('dimensions: 2001, index: hnsw(halfvec: false)'))).toMatchInlineSnapshot(`
      "VZ111 BlogPost.content: an HNSW index over vector holds 2000 dimensions, not 2001.
        --> schema.prisma:4:37
         4 |   /// @vectorizer(dimensions: 2001, index: hnsw(halfvec: false))
           |                                     ^
        why: pgvector keeps a whole vector in one 8 kB page of the index.
        fix: Remove \`halfvec: false\`: half precision indexes up to 4000 dimensions at the same recall."
    `)
    expect(messageOf(blogPost('dimensions: 5000, index: hnsw(halfvec: false)'))).toContain('fix: Use `index: none`')
  })
})
