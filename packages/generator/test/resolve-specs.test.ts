import {
  defaultCharacterChunking,
  defaultMarkdownChunking,
  defaultRecursiveChunking,
  defaultSentenceChunking,
  defaultTokensChunking,
} from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import { blogPost, specOf, specsOf } from './support/schema.ts'

describe('defaults', () => {
  test('of Prisma’s own table names', () => {
    expect(specOf(blogPost('dimensions: 768'))).toEqual({
      version: 1,
      kind: 'vectorizer',
      name: 'BlogPost_embedding_store',
      accessor: 'contentEmbeddings',
      source: {
        model: 'BlogPost',
        schema: null,
        table: 'BlogPost',
        key: [{ field: 'id', column: 'id', type: 'Int', sqlType: 'INTEGER', storeField: 'id', storeColumn: 'id' }],
        text: { field: 'content', column: 'content' },
        templateColumns: [],
        filter: null,
        loading: 'column',
        parsing: 'auto',
      },
      store: {
        kind: 'table',
        model: 'BlogPostContentEmbeddings',
        schema: null,
        table: 'BlogPost_embedding_store',
        parentField: 'parent',
        relation: null,
        onDelete: 'Cascade',
        onUpdate: 'Cascade',
        foreignKey: true,
      },
      dimensions: 768,
      type: 'vector',
      distance: 'cosine',
      index: { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: true, bit: false, minRows: null },
      roles: { worker: null, application: null },
      model: null,
      chunking: defaultRecursiveChunking,
      template: '$chunk',
      view: null,
      batchSize: null,
      concurrency: null,
      textSearch: null,
      replicated: false,
    })
  })

  test('of mapped names', () => {
    const spec = specOf(`model BlogPost {
  id   BigInt @id @map("post_id")
  /// @vectorizer(dimensions: 3)
  body String @map("body_text")

  @@map("blog_posts")
}
`)
    expect(spec.source).toMatchObject({ table: 'blog_posts', text: { field: 'body', column: 'body_text' } })
    expect(spec.source.key).toMatchObject([
      { field: 'id', column: 'post_id', sqlType: 'BIGINT', storeColumn: 'post_id' },
    ])
    expect(spec.store).toMatchObject({ model: 'BlogPostBodyEmbeddings', table: 'blog_posts_embedding_store' })
  })

  test('of a second and a third vectorizer of a model', () => {
    const specs = specsOf(`model Post {
  id    Int    @id
  /// @vectorizer(dimensions: 3)
  title String
  /// @vectorizer(dimensions: 3)
  text  String @map("body")
  note  String /// @vectorizer(dimensions: 3)
}
`)
    expect(specs.map(({ accessor, store }) => [accessor, store.model, store.table])).toEqual([
      ['titleEmbeddings', 'PostTitleEmbeddings', 'Post_embedding_store'],
      ['textEmbeddings', 'PostTextEmbeddings', 'Post_body_embedding_store'],
      ['noteEmbeddings', 'PostNoteEmbeddings', 'Post_note_embedding_store'],
    ])
  })

  test('of the first with a store, where others keep their vectors in the model', () => {
    const specs = specsOf(`model Post {
  id    Int    @id
  /// @vectorizer(dimensions: 3, destination: column(embedding))
  title String
  /// @vectorizer(dimensions: 3)
  text  String
}
`)
    expect(specs.map(({ store }) => store.table)).toEqual(['Post', 'Post_embedding_store'])
  })

  test('of two vectorizers of one field', () => {
    const specs = specsOf(`model Post {
  id   Int    @id
  /// @vectorizer(dimensions: 3)
  /// @vectorizer(dimensions: 4, name: coarse)
  text String
}
`)
    expect(specs.map(({ accessor, dimensions, store }) => [accessor, dimensions, store.model, store.table])).toEqual([
      ['textEmbeddings', 3, 'PostTextEmbeddings', 'Post_embedding_store'],
      ['coarse', 4, 'PostCoarse', 'Post_text_embedding_store'],
    ])
  })

  test('of a long table name are cut to 63 bytes and stay distinct', () => {
    const table = `a${'é'.repeat(30)}`
    const { name, store } = specOf(`model Post {
  id   Int    @id
  text String /// @vectorizer(dimensions: 3)

  @@map("${table}")
}
`)
    expect(new TextEncoder().encode(store.table).length).toBeLessThanOrEqual(63)
    expect(store.table).toMatch(/^aé+_[0-9a-f]{8}_embedding_store$/u)
    expect(name).toBe(store.table)
  })
})

test('every argument is taken over', () => {
  const spec = specOf(`/// @vectorizer(
///   field: text, name: vectors, dimensions: 3, model: "ollama/nomic-embed-text", targetTable: "post vectors",
///   chunking: character(size: 10, overlap: 2, separator: "\\n", regex: false), template: "$title\\n$chunk",
///   distance: l2, index: hnsw(m: 8, efConstruction: 32, halfvec: false), type: vector, loading: uri, parsing: pdf,
///   batchSize: 2048, concurrency: 50, onDelete: Restrict, onUpdate: NoAction, destination: table, view: "post view",
///   relation: relation(name: "Vectors of a post", parent: post), where: title != "", textSearch: "app.german_2",
/// )
model Post {
  id    Int    @id
  title String
  text  String
}
`)
  expect(spec).toMatchObject({
    name: 'post vectors',
    accessor: 'vectors',
    dimensions: 3,
    model: 'ollama/nomic-embed-text',
    source: { loading: 'uri', parsing: 'pdf', filter: { kind: 'compare', operator: '!=', value: '' } },
    store: {
      model: 'PostVectors',
      table: 'post vectors',
      parentField: 'post',
      relation: 'Vectors of a post',
      onDelete: 'Restrict',
      onUpdate: 'NoAction',
    },
    view: { name: 'post view' },
    batchSize: 2048,
    concurrency: 50,
    textSearch: 'app.german_2',
    chunking: { kind: 'character', size: 10, overlap: 2, separator: '\n', regex: false, keepSeparator: false },
    template: '$title\n$chunk',
    distance: 'l2',
    index: { kind: 'hnsw', m: 8, efConstruction: 32, halfvec: false, bit: false, minRows: null },
  })
})

describe('chunking and index', () => {
  test.each([
    ['recursive(keepSeparator: false)', { ...defaultRecursiveChunking, keepSeparator: false }],
    ['character(keepSeparator: true)', { ...defaultCharacterChunking, keepSeparator: true }],
    [
      'sentence(size: 500, overlap: 100, locale: "PT-br")',
      { kind: 'sentence', size: 500, overlap: 100, locale: 'pt-BR' },
    ],
    ['sentence(locale: de)', { ...defaultSentenceChunking, locale: 'de' }],
    [
      'tokens(size: 512, overlap: 0, encoding: "o200k_base")',
      { kind: 'tokens', size: 512, overlap: 0, encoding: 'o200k_base' },
    ],
    ['markdown(size: 900, overlap: 9, headings: false)', { kind: 'markdown', size: 900, overlap: 9, headings: false }],
    ['custom("legal texts")', { kind: 'custom', name: 'legal texts' }],
    ['custom(legal)', { kind: 'custom', name: 'legal' }],
  ])('chunking: %s', (written, chunking) => {
    expect(specOf(blogPost(`dimensions: 3, chunking: ${written}`)).chunking).toEqual(chunking)
  })

  test('an option that is left out keeps its default', () => {
    expect(specOf(blogPost('dimensions: 3, chunking: recursive(size: 500)')).chunking).toEqual({
      ...defaultRecursiveChunking,
      size: 500,
    })
    expect(specOf(blogPost('dimensions: 3, chunking: character')).chunking).toEqual(defaultCharacterChunking)
    expect(specOf(blogPost('dimensions: 3, chunking: none')).chunking).toEqual({ kind: 'none' })
    expect(specOf(blogPost('dimensions: 3, chunking: sentence')).chunking).toEqual(defaultSentenceChunking)
    expect(specOf(blogPost('dimensions: 3, chunking: tokens')).chunking).toEqual(defaultTokensChunking)
    expect(specOf(blogPost('dimensions: 3, chunking: markdown')).chunking).toEqual(defaultMarkdownChunking)
    expect(specOf(blogPost('dimensions: 3, index: hnsw')).index).toMatchObject({ m: 16, halfvec: true })
  })

  test('without an index 16000 dimensions are stored', () => {
    expect(specOf(blogPost('dimensions: 16000, index: none'))).toMatchObject({
      dimensions: 16000,
      index: { kind: 'none' },
    })
  })
})

describe('template', () => {
  const model = (template: string) => `model Post {
  id       Int    @id
  headline String @map("title")
  sub      String @map("sub_title")
  chunk    String
  kind     Kind
  text     String /// @vectorizer(dimensions: 3, template: "${template}")
}

enum Kind {
  A
}
`
  const columnsOf = (template: string) => specOf(model(template)).source.templateColumns.map(({ column }) => column)

  test('names a field by its Prisma name or by its column', () => {
    expect(columnsOf('$headline $chunk')).toEqual(['title'])
    expect(columnsOf('$title $chunk')).toEqual(['title'])
    expect(columnsOf('$sub $sub_title $chunk')).toEqual(['sub_title'])
  })

  test('names each column once, in order of first use', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are the template's
    expect(columnsOf('${kind}s: $headline $kind ($id) $chunk $headline')).toEqual(['kind', 'title', 'id'])
  })

  test('means the chunk by $chunk, also where the model has a field of that name', () => {
    expect(columnsOf('$chunk')).toEqual([])
  })

  test('takes $$ for a dollar sign', () => {
    expect(columnsOf('$$headline $$ $chunk $$')).toEqual([])
  })
})

describe('schemas', () => {
  const post = (args: string) => `model Post {
  id   Int    @id
  text String /// @vectorizer(dimensions: 3${args})

  @@schema("app")
}

datasource db {
  provider = "postgresql"
  schemas  = ["app", "vectors"]
}
`

  test('the store is in its source’s, which the vectorizer’s name says', () => {
    expect(specOf(post(''))).toMatchObject({
      name: 'app.Post_embedding_store',
      source: { schema: 'app' },
      store: { schema: 'app', table: 'Post_embedding_store' },
    })
  })

  test('`targetSchema` puts it elsewhere', () => {
    expect(specOf(post(', targetSchema: "vectors"'))).toMatchObject({
      name: 'vectors.Post_embedding_store',
      source: { schema: 'app' },
      store: { schema: 'vectors', table: 'Post_embedding_store' },
    })
  })
})
