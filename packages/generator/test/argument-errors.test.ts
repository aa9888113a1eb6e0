// Arguments that are unknown, of the wrong type, or out of range, with the whole message: code, Model.field,
// file:line:column, the line with a caret, why, fix.
import { describe, expect, test } from 'vitest'
import { blogPost, messageOf } from './support/schema.ts'

describe('VZ102, an unknown argument', () => {
  test('names the nearest one', () => {
    expect(messageOf(blogPost('dimension: 768'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`dimension\`.
        --> schema.prisma:4:19
         4 |   /// @vectorizer(dimension: 768)
           |                   ^
        why: Known here: dimensions, distance, index, field, name, model, targetTable, targetSchema, template, chunking, type, where, destination, loading, parsing, view, relation, onDelete, onUpdate, batchSize, concurrency, textSearch, replicated.
        fix: Did you mean \`dimensions\`?"
    `)
  })

  test('names those there are when none is near', () => {
    expect(messageOf(blogPost('dimensions: 768, apiKey: "sk-…"'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`apiKey\`.
        --> schema.prisma:4:36
         4 |   /// @vectorizer(dimensions: 768, apiKey: "sk-…")
           |                                    ^
        why: Known here: dimensions, distance, index, field, name, model, targetTable, targetSchema, template, chunking, type, where, destination, loading, parsing, view, relation, onDelete, onUpdate, batchSize, concurrency, textSearch, replicated.
        fix: Remove \`apiKey\`."
    `)
  })

  test('is found inside a call', () => {
    expect(messageOf(blogPost('dimensions: 768, chunking: recursive(sise: 800)'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: @vectorizer has no argument \`chunking.sise\`.
        --> schema.prisma:4:56
         4 |   /// @vectorizer(dimensions: 768, chunking: recursive(sise: 800))
           |                                                        ^
        why: Known here: size, overlap, separators, regex, keepSeparator.
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
        why: Known here: m, efConstruction, halfvec, bit, minRows.
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

  test('have the range of the type, wherever that stands', () => {
    expect(messageOf(blogPost('dimensions: 64001, type: bit'))).toContain(
      'VZ103 BlogPost.content: `dimensions` must be a whole number from 1 to 64000.',
    )
    expect(messageOf(blogPost('type: sparsevec, dimensions: 1000000001'))).toContain('from 1 to 1000000000.')
    expect(messageOf(blogPost('type: halfvec, dimensions: 16001'))).toContain('from 1 to 16000.')
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

test('VZ102: `@vector` has three arguments', () => {
  const vector = (args: string) =>
    `model Post {\n  id Int @id\n  /// @vector(${args})\n  embedding Unsupported("vector(3)")?\n}\n`
  expect(messageOf(vector('name: x'))).toMatchInlineSnapshot(`
    "VZ102 Post.embedding: @vector has no argument \`name\`.
      --> schema.prisma:3:15
       3 |   /// @vector(name: x)
         |               ^
      why: Known here: dimensions, distance, index.
      fix: Remove \`name\`."
  `)
  expect(messageOf(vector('model: "openai/x"'))).toContain('@vector has no argument `model`')
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
    ['distance: manhattan', '`distance` must be cosine, l2, ip, l1, hamming, jaccard.'],
    ['type: float', '`type` must be vector, halfvec, bit, sparsevec.'],
    ['index: gin', '`index` must be hnsw(m: 16, efConstruction: 64), ivfflat('],
    ['index: hnsw(m: 1)', '`index.m` must be a whole number from 2 to 100.'],
    ['index: hnsw(m: 101)', '`index.m` must be a whole number from 2 to 100.'],
    ['index: hnsw(efConstruction: 3)', '`index.efConstruction` must be a whole number from 4 to 1000.'],
    ['index: hnsw(efConstruction: 1001)', '`index.efConstruction` must be a whole number from 4 to 1000.'],
    ['index: hnsw(halfvec: 1)', '`index.halfvec` must be true or false.'],
    ['index: ivfflat(lists: 0)', '`index.lists` must be a whole number from 1 to 32768.'],
    ['index: ivfflat(lists: 32769)', '`index.lists` must be a whole number from 1 to 32768.'],
    ['index: diskann(storageLayout: io)', '`index.storageLayout` must be memory_optimized, plain.'],
    ['index: diskann(numNeighbors: 9)', '`index.numNeighbors` must be a whole number from 10 to 1000.'],
    ['index: diskann(searchListSize: 1001)', '`index.searchListSize` must be a whole number from 10 to 1000.'],
    ['index: diskann(maxAlpha: 0.9)', '`index.maxAlpha` must be a number from 1 to 5.'],
    ['index: diskann(numDimensions: 5001)', '`index.numDimensions` must be a whole number from 1 to 5000.'],
    ['index: diskann(numBitsPerDimension: 33)', '`index.numBitsPerDimension` must be a whole number from 1 to 32.'],
    ['chunking: sentence(locale: "en_US!")', '`chunking.locale` must be a language tag, e.g. "en" or "pt-BR".'],
    ['chunking: sentence(locale: 5)', '`chunking.locale` must be a language tag'],
    ['chunking: tokens(encoding: p50k_base)', '`chunking.encoding` must be cl100k_base, o200k_base.'],
    ['chunking: markdown(headings: 2)', '`chunking.headings` must be true or false.'],
    ['chunking: character(keepSeparator: "end")', '`chunking.keepSeparator` must be true or false.'],
    ['chunking: custom', '`chunking` must be custom("name"), with the name of a splitter of your application.'],
    ['chunking: custom(name: "legal")', '`chunking` must be custom("name")'],
    ['chunking: custom("")', '`chunking.custom` must be a string that is not empty.'],
    ['chunking: sentences', '`chunking` must be recursive(size: 800, overlap: 400, …), character('],
    ['chunking: recursive(size: 0)', '`chunking.size` must be a whole number from 1 to 10000000.'],
    ['chunking: recursive(overlap: -1)', '`chunking.overlap` must be a whole number from 0 to 10000000.'],
    ['chunking: recursive(separators: [])', '`chunking.separators` must be a list of strings'],
    ['chunking: recursive(separators: ["a", 5])', '`chunking.separators` must be a string.'],
    ['loading: file', '`loading` must be column, uri.'],
    ['parsing: doc', '`parsing` must be auto, none, markdown, html, pdf, docx, epub.'],
    ['destination: row', '`destination` must be table or column(<field>), e.g. column(embedding).'],
    ['destination: column', '`destination` must be table or column(<field>), e.g. column(embedding).'],
    ['destination: column()', '`destination` must be table or column(<field>), e.g. column(embedding).'],
    ['destination: column(field: embedding)', '`destination` must be table or column(<field>)'],
    ['view: ""', '`view` must be a string of 1 to 63 bytes without double quotes.'],
    ['view: posts', '`view` must be a string.'],
    ['relation: Posts', '`relation` must be "Name" or relation(name: "Name", parent: post).'],
    ['relation: relation()', '`relation` must be "Name" or relation(name: "Name", parent: post).'],
    ['relation: ""', '`relation` must be a string that is not empty, without quotes and backslashes.'],
    ['relation: relation(parent: 5)', '`relation.parent` must be a name (letters, digits, underscores).'],
    ['onDelete: Delete', '`onDelete` must be Cascade, Restrict, NoAction.'],
    ['onUpdate: cascade', '`onUpdate` must be Cascade, Restrict, NoAction.'],
    ['batchSize: 0', '`batchSize` must be a whole number from 1 to 2048.'],
    ['batchSize: 2049', '`batchSize` must be a whole number from 1 to 2048.'],
    ['concurrency: 51', '`concurrency` must be a whole number from 1 to 50.'],
    ['concurrency: 0', '`concurrency` must be a whole number from 1 to 50.'],
    ['textSearch: true', '`textSearch` must be the name of a text search configuration, e.g. "english"'],
    ['textSearch: ""', '`textSearch` must be the name of a text search configuration'],
    ['textSearch: "en-gb"', '`textSearch` must be the name of a text search configuration'],
    ['textSearch: "a.b.c"', '`textSearch` must be the name of a text search configuration'],
    [`textSearch: "english'"`, '`textSearch` must be the name of a text search configuration'],
    ['textSearch: "1st"', '`textSearch` must be the name of a text search configuration'],
    [`textSearch: "${'x'.repeat(64)}"`, '`textSearch` must be the name of a text search configuration'],
    ['textSearch: english(a: 1)', '`textSearch` must be the name of a text search configuration'],
    ['index: hnsw(bit: 1)', '`index.bit` must be true or false.'],
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

  test('SetNull and SetDefault say why not', () => {
    expect(messageOf(blogPost('dimensions: 3, onDelete: SetNull'))).toMatchInlineSnapshot(`
      "VZ108 BlogPost.content: \`onDelete\` cannot be SetNull.
        --> schema.prisma:4:44
         4 |   /// @vectorizer(dimensions: 3, onDelete: SetNull)
           |                                            ^
        why: The key is what ties a chunk to its row: it can be neither NULL nor a default.
        fix: Write Cascade, Restrict or NoAction."
    `)
    expect(messageOf(blogPost('dimensions: 3, onUpdate: SetDefault'))).toContain('`onUpdate` cannot be SetDefault.')
  })

  test('efConstruction is at least twice m, its default too', () => {
    expect(messageOf(blogPost('dimensions: 3, index: hnsw(m: 40)'))).toMatchInlineSnapshot(`
      "VZ108 BlogPost.content: \`index.efConstruction\` must be at least twice \`index.m\`: 64 is less than 2 × 40.
        --> schema.prisma:4:41
         4 |   /// @vectorizer(dimensions: 3, index: hnsw(m: 40))
           |                                         ^
        why: pgvector refuses the index otherwise. \`efConstruction\` is 64 unless given.
        fix: Write \`hnsw(m: 40, efConstruction: 80)\`."
    `)
    expect(messageOf(blogPost('dimensions: 3, index: hnsw(m: 16, efConstruction: 31)'))).toContain(
      '31 is less than 2 × 16',
    )
  })

  test('an argument without a name is known in `column(…)` only', () => {
    expect(messageOf(blogPost('dimensions: 3, index: hnsw(m)'))).toMatchInlineSnapshot(`
      "VZ102 BlogPost.content: an argument of \`index\` has no name.
        --> schema.prisma:4:46
         4 |   /// @vectorizer(dimensions: 3, index: hnsw(m))
           |                                              ^
        why: Known here: m, efConstruction, halfvec, bit, minRows.
        fix: Write \`name: value\`."
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
