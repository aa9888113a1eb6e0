// The store of chunks: its view, its relation under `relationMode`, and how the text comes out of the source.
import { describe, expect, test } from 'vitest'
import { blogPost, messageOf, specOf } from './support/schema.ts'

describe('view', () => {
  const spec = specOf(`model Post {
  id        Int       @id
  chunk     String
  embedding Unsupported("vector(3)")?
  place     Unsupported("point")?
  tags      String[]
  kind      Kind
  title     String    @map("headline") @db.VarChar(40)
  author    User      @relation(fields: [authorId], references: [id])
  authorId  Int
  text      String    /// @vectorizer(dimensions: 3, view: "post embeddings")
}

model User {
  id    Int    @id
  posts Post[]
}

enum Kind {
  A
}
`)

  test('is in the store’s schema and has the source’s columns, but for its key and what the store has', () => {
    expect(spec.view).toEqual({
      schema: null,
      name: 'post embeddings',
      columns: [
        { column: 'tags', sqlType: 'TEXT[]' },
        { column: 'kind', sqlType: '"Kind"' },
        { column: 'headline', sqlType: 'VARCHAR(40)' },
        { column: 'authorId', sqlType: 'INTEGER' },
        { column: 'text', sqlType: 'TEXT' },
      ],
    })
  })
})

describe('relation', () => {
  test('is named by a string, or by a call that names the parent’s field too', () => {
    const storeOf = (relation: string) => {
      const { store } = specOf(blogPost(`dimensions: 3, relation: ${relation}`))
      return store.kind === 'table' && [store.relation, store.parentField]
    }
    expect(storeOf('"Vectors"')).toEqual(['Vectors', 'parent'])
    expect(storeOf('relation(name: "Vectors")')).toEqual(['Vectors', 'parent'])
    expect(storeOf('relation(parent: post)')).toEqual([null, 'post'])
    expect(storeOf('relation(name: "Vectors", parent: post)')).toEqual(['Vectors', 'post'])
  })
})

describe('relationMode', () => {
  const withMode = (line: string, args = '') =>
    `${blogPost(`dimensions: 3${args}`)}\ndatasource db {\n  provider = "postgresql"\n${line}}\n`

  test.each([
    ['', true],
    ['  relationMode = "foreignKeys"\n', true],
    ['  // relationMode = "prisma"\n', true],
    ['  relationMode = "prisma"\n', false],
    ['\trelationMode="prisma" // no foreign keys here\n', false],
  ])('%j', (line, foreignKey) => {
    expect(specOf(withMode(line)).store).toMatchObject({ foreignKey })
  })

  test('VZ115: "prisma" knows no NoAction', () => {
    expect(messageOf(withMode('  relationMode = "prisma"\n', ', onDelete: NoAction'))).toMatchInlineSnapshot(`
      "VZ115 BlogPost.content: \`onDelete: NoAction\` does not go with \`relationMode = "prisma"\`.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, onDelete: NoAction)
           |                                  ^
        why: Prisma has no such action on PostgreSQL without foreign keys.
        fix: Write Restrict or Cascade."
    `)
    expect(specOf(withMode('  relationMode = "prisma"\n', ', onDelete: Restrict')).store).toMatchObject({
      onDelete: 'Restrict',
    })
  })
})

describe('loading and parsing', () => {
  const file = (args: string, type: string) =>
    `model File {\n  id Int @id\n  /// @vectorizer(dimensions: 3${args})\n  body ${type}\n}\n`
  const loadedBy = (args: string, type: string) => {
    const { loading, parsing } = specOf(file(args, type)).source
    return `${loading} ${parsing}`
  }

  test('a text field is text, Markdown or HTML', () => {
    expect(loadedBy('', 'String')).toBe('column auto')
    for (const parsing of ['auto', 'none', 'markdown', 'html']) {
      expect(loadedBy(`, parsing: ${parsing}`, 'String')).toBe(`column ${parsing}`)
    }
  })

  test('or says where a document of any format is', () => {
    for (const parsing of ['auto', 'none', 'markdown', 'html', 'pdf', 'docx', 'epub']) {
      expect(loadedBy(`, loading: uri, parsing: ${parsing}`, 'String')).toBe(`uri ${parsing}`)
    }
  })

  test('a Bytes field is a document', () => {
    for (const parsing of ['auto', 'markdown', 'html', 'pdf', 'docx', 'epub']) {
      expect(loadedBy(`, parsing: ${parsing}`, 'Bytes')).toBe(`column ${parsing}`)
    }
  })

  test('VZ115: a format of files in a text field', () => {
    expect(messageOf(file(', parsing: pdf', 'String'))).toMatchInlineSnapshot(`
      "VZ115 File.body: \`parsing: pdf\` needs bytes, and the field holds text.
        --> schema.prisma:3:34
         3 |   /// @vectorizer(dimensions: 3, parsing: pdf)
           |                                  ^
        why: A document of that format is a file: in a field of type Bytes, or where a text field says.
        fix: Write \`loading: uri\` where the field holds addresses, or annotate a \`Bytes\` field."
    `)
    expect(messageOf(file(', parsing: docx', 'String'))).toContain('VZ115 File.body')
    expect(messageOf(file(', parsing: epub', 'String'))).toContain('VZ115 File.body')
  })

  test('VZ115: bytes as text, and as an address', () => {
    expect(messageOf(file(', parsing: none', 'Bytes'))).toMatchInlineSnapshot(`
      "VZ115 File.body: \`parsing: none\` needs a text field, this one is Bytes.
        --> schema.prisma:3:34
         3 |   /// @vectorizer(dimensions: 3, parsing: none)
           |                                  ^
        why: Bytes are no text until they are taken apart.
        fix: Write \`parsing: auto\`."
    `)
    expect(messageOf(file(', loading: uri', 'Bytes'))).toMatchInlineSnapshot(`
      "VZ115 File.body: \`loading: uri\` needs a text field, this one is Bytes.
        --> schema.prisma:3:34
         3 |   /// @vectorizer(dimensions: 3, loading: uri)
           |                                  ^
        why: The field has to hold the address of a document, as text.
        fix: Write \`loading: column\`."
    `)
  })

  test('VZ104: a list of documents', () => {
    expect(messageOf(file('', 'Bytes[]'))).toContain('VZ104 File.body is Bytes[], not text.')
  })
})
