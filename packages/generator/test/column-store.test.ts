// Vectors in a field of the model itself: `destination: column(embedding)` and `@vector`.
import { describe, expect, test } from 'vitest'
import { anySpecsOf, messageOf, specOf, vectorOf } from './support/schema.ts'

const post = (args: string, fields = '') => `model Post {
  id   Int    @id
  /// @vectorizer(dimensions: 3, destination: column(embedding)${args})
  text String @map("body")
${fields}
  @@map("posts")
}
`
const vector = (args: string, field: string) => `model Post {
  id        Int    @id
  /// @vector(${args})
  embedding ${field}

  @@map("posts")
}
`
const store = { kind: 'column', model: 'Post', schema: null, table: 'posts', field: 'embedding', column: 'embedding' }

describe('destination: column(…)', () => {
  test('is a store in the model’s own table, one vector for each row', () => {
    expect(specOf(post(''))).toMatchObject({
      kind: 'vectorizer',
      name: 'posts_embedding',
      accessor: 'embedding',
      store,
      chunking: { kind: 'none' },
      view: null,
    })
    expect(specOf(post(', chunking: none, template: "$id: $chunk"')).chunking).toEqual({ kind: 'none' })
  })

  test('takes a field that is there, by whatever column', () => {
    const field = (type: string) => `  embedding ${type}\n`
    for (const type of [
      'Unsupported("vector(3)")?',
      'Unsupported("vector")?',
      'Unsupported("extensions.VECTOR( 3 )")? // x',
    ]) {
      expect(specOf(post('', field(type))).store).toEqual(store)
    }
    const mapped = specOf(post('', field('Unsupported("vector(3)")? @map("vec")')))
    expect([mapped.name, mapped.store]).toEqual(['posts_vec', { ...store, column: 'vec' }])
    expect(specOf(post(', type: bit', field('String? @db.Bit(3)'))).type).toBe('bit')
    expect(specOf(post(', type: halfvec', field('Unsupported("halfvec(3)")?'))).type).toBe('halfvec')
    expect(specOf(post(', type: sparsevec', field('Unsupported("sparsevec(3)")?'))).type).toBe('sparsevec')
  })

  test('VZ116: the field has another type', () => {
    expect(messageOf(post('', '  embedding Unsupported("vector(4)")?\n'))).toMatchInlineSnapshot(`
      "VZ116 Post.embedding is \`Unsupported("vector(4)")?\`, the vectorizer makes vector(3).
        --> schema.prisma:3:34
         3 |   /// @vectorizer(dimensions: 3, destination: column(embedding))
           |                                  ^
        why: Vectors are of a type of pgvector, which Prisma calls Unsupported; bits are \`String @db.Bit\`.
        fix: Write \`embedding Unsupported("vector(3)")?\`."
    `)
    for (const [args, type, line] of [
      ['', 'String?', 'embedding Unsupported("vector(3)")?'],
      ['', 'Unsupported("halfvec(3)")?', 'embedding Unsupported("vector(3)")?'],
      ['', 'Unsupported("vector(3)")[]', 'embedding Unsupported("vector(3)")?'],
      [', type: bit', 'Unsupported("bit(3)")?', 'embedding String? @db.Bit(3)'],
      [', type: bit', 'String? @db.Bit(4)', 'embedding String? @db.Bit(3)'],
      ['', 'String? @db.Bit(3)', 'embedding Unsupported("vector(3)")?'],
    ] as const) {
      const message = messageOf(post(args, `  embedding ${type}\n`))
      expect(message).toContain('VZ116 Post.embedding is `')
      expect(message).toContain(`fix: Write \`${line}\`.`)
    }
  })

  test('VZ116: the field is required', () => {
    expect(messageOf(post('', '  embedding Unsupported("vector(3)")\n'))).toMatchInlineSnapshot(`
      "VZ116 Post.embedding is required.
        --> schema.prisma:3:34
         3 |   /// @vectorizer(dimensions: 3, destination: column(embedding))
           |                                  ^
        why: It is NULL until the worker has embedded the row.
        fix: Write \`embedding Unsupported("vector(3)")?\`."
    `)
  })

  test('VZ115: what is about a table of chunks', () => {
    expect(messageOf(post(', targetTable: "t"'))).toMatchInlineSnapshot(`
      "VZ115 Post.text: \`targetTable\` means nothing with \`destination: column(embedding)\`.
        --> schema.prisma:3:66
         3 |   /// @vectorizer(dimensions: 3, destination: column(embedding), targetTable: "t")
           |                                                                  ^
        why: It is about the store of chunks, and there is none: the vectors are in the model itself.
        fix: Remove \`targetTable\`, or \`destination\`."
    `)
    for (const argument of [
      'name: x',
      'targetSchema: "s"',
      'view: "v"',
      'relation: "R"',
      'onDelete: Cascade',
      'onUpdate: Cascade',
      'textSearch: english',
    ]) {
      expect(messageOf(post(`, ${argument}`))).toContain(
        `VZ115 Post.text: \`${argument.split(':')[0]}\` means nothing with \`destination: column(embedding)\`.`,
      )
    }
  })

  test('VZ115: chunks', () => {
    expect(messageOf(post(', chunking: recursive(size: 500)'))).toMatchInlineSnapshot(`
      "VZ115 Post.text: \`destination: column(embedding)\` cannot hold the vectors of several chunks.
        --> schema.prisma:3:66
         3 |   /// @vectorizer(dimensions: 3, destination: column(embedding), chunking: recursive(size: 500))
           |                                                                  ^
        why: A column holds one vector for each row.
        fix: Write \`chunking: none\`, or remove \`destination\`."
    `)
  })
})

describe('@vector', () => {
  test('is a spec of a field that the application fills', () => {
    expect(vectorOf(vector('', 'Unsupported("vector(3)")?'))).toEqual({
      version: 1,
      kind: 'vector',
      name: 'posts_embedding',
      accessor: 'embedding',
      source: {
        model: 'Post',
        schema: null,
        table: 'posts',
        key: [{ field: 'id', column: 'id', type: 'Int', sqlType: 'INTEGER', storeField: 'id', storeColumn: 'id' }],
      },
      store,
      dimensions: 3,
      type: 'vector',
      distance: 'cosine',
      index: { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: true, bit: false, minRows: null },
      roles: { worker: null, application: null },
      list: false,
    })
  })

  test('is of a list, which has no index', () => {
    for (const args of ['', 'index: none', 'dimensions: 3']) {
      expect(vectorOf(vector(args, 'Unsupported("vector(3)")[]'))).toMatchObject({
        list: true,
        dimensions: 3,
        type: 'vector',
        index: { kind: 'none' },
      })
    }
    expect(vectorOf(vector('dimensions: 4', 'Unsupported("halfvec")[]'))).toMatchObject({
      list: true,
      dimensions: 4,
      type: 'halfvec',
    })
  })

  test('VZ115: an index or a distance of a list', () => {
    expect(messageOf(vector('index: hnsw', 'Unsupported("vector(3)")[]'))).toMatchInlineSnapshot(`
      "VZ115 Post.embedding: \`index\` means nothing for a list of vectors.
        --> schema.prisma:3:15
         3 |   /// @vector(index: hnsw)
           |               ^
        why: pgvector compares and indexes one vector of a row, not a list: such a field is read and written, never searched.
        fix: Remove \`index\`, or keep each vector in a row of its own."
    `)
    for (const args of ['index: ivfflat(lists: 5)', 'index: diskann']) {
      expect(messageOf(vector(args, 'Unsupported("vector(3)")[]'))).toContain('VZ115 Post.embedding: `index` means')
    }
    expect(messageOf(vector('distance: l2', 'Unsupported("vector(3)")[]'))).toContain(
      'VZ115 Post.embedding: `distance` means nothing for a list of vectors.',
    )
  })

  test('has its type and dimensions from the field', () => {
    const typeOf = (args: string, field: string) => {
      const { type, dimensions, distance } = vectorOf(vector(args, field))
      return [type, dimensions, distance]
    }
    expect(typeOf('', 'Unsupported("halfvec(4)")')).toEqual(['halfvec', 4, 'cosine'])
    expect(typeOf('', 'Unsupported("sparsevec(5)")?')).toEqual(['sparsevec', 5, 'cosine'])
    expect(typeOf('', 'String @db.Bit(6)')).toEqual(['bit', 6, 'hamming'])
    expect(typeOf('dimensions: 7', 'Unsupported("vector")?')).toEqual(['vector', 7, 'cosine'])
    expect(typeOf('dimensions: 3, distance: l2, index: ivfflat', 'Unsupported("vector(3)")')).toEqual([
      'vector',
      3,
      'l2',
    ])
  })

  test('stands beside a vectorizer, and several of them on one model', () => {
    const content = `model Post {
  id   Int    @id
  text String /// @vectorizer(dimensions: 3)
  a    Unsupported("vector(3)")? @map("b") /// @vector()
  c    Unsupported("vector(3)")? /// @vector(index: none)

  @@schema("app")
}

datasource db {
  provider = "postgresql"
  schemas  = ["app"]
}
`
    expect(anySpecsOf(content).map(({ name }) => name)).toEqual([
      'app.Post_embedding_store',
      'app.Post_b',
      'app.Post_c',
    ])
  })

  test('VZ116: no field of vectors', () => {
    expect(messageOf(vector('', 'String'))).toMatchInlineSnapshot(`
      "VZ116 Post.embedding is \`String\`, no field of vectors.
        --> schema.prisma:3:7
         3 |   /// @vector()
           |       ^
        why: Vectors are of a type of pgvector, which Prisma calls Unsupported; bits are \`String @db.Bit\`.
        fix: Write e.g. \`embedding Unsupported("vector(768)")?\`."
    `)
    expect(messageOf(vector('', 'Unsupported("bit(3)")'))).toMatchInlineSnapshot(`
      "VZ116 Post.embedding is \`Unsupported("bit(3)")\`, no field of vectors.
        --> schema.prisma:3:7
         3 |   /// @vector()
           |       ^
        why: Prisma Migrate would change \`Unsupported("bit(…)")\` again in every migration.
        fix: Write e.g. \`embedding String? @db.Bit(768)\`."
    `)
    expect(messageOf(vector('', 'Unsupported("point")'))).toContain('VZ116 Post.embedding is `Unsupported("point")`')
    expect(messageOf(vector('', 'Unsupported("point")[]'))).toContain(
      'VZ116 Post.embedding is `Unsupported("point")[]`',
    )
    expect(messageOf(vector('', 'String[] @db.Bit(3)'))).toContain('VZ116')
    expect(messageOf(vector('dimensions: 4', 'Unsupported("vector(3)")[]'))).toContain('VZ116')
  })

  test('VZ116: dimensions that differ', () => {
    expect(messageOf(vector('dimensions: 4', 'Unsupported("vector(3)")'))).toMatchInlineSnapshot(`
      "VZ116 Post.embedding: \`dimensions\` is 4, the field is \`Unsupported("vector(3)")\`.
        --> schema.prisma:3:15
         3 |   /// @vector(dimensions: 4)
           |               ^
        why: The two say the same thing.
        fix: Remove \`dimensions\`, or make the two agree."
    `)
  })

  test('VZ103: no dimensions at all', () => {
    expect(messageOf(vector('', 'Unsupported("vector")?'))).toMatchInlineSnapshot(`
      "VZ103 Post.embedding: neither @vector nor the field's type has \`dimensions\`.
        --> schema.prisma:3:7
         3 |   /// @vector()
           |       ^
        why: The vectors of a field have one length.
        fix: Write e.g. \`embedding Unsupported("vector(768)")?\`."
    `)
  })

  test('VZ103: a list without dimensions', () => {
    expect(messageOf(vector('', 'Unsupported("vector")[]'))).toContain(
      'fix: Write e.g. `embedding Unsupported("vector(768)")[]`.',
    )
  })

  test('is checked as a vectorizer’s vectors are', () => {
    expect(messageOf(vector('index: hnsw(halfvec: true)', 'Unsupported("halfvec(3)")'))).toContain(
      'VZ115 Post.embedding:',
    )
    expect(messageOf(vector('', 'Unsupported("vector(4001)")'))).toContain(
      'VZ111 Post.embedding: an HNSW index over halfvec',
    )
    expect(messageOf('model Post {\n  id Int @unique\n  v Unsupported("vector(3)")? /// @vector()\n}\n')).toContain(
      'VZ105 Post.v',
    )
  })
})
