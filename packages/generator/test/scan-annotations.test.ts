import { describe, expect, test } from 'vitest'
import { annotationsOf, failureOf, scan } from './support/schema.ts'

/** Where each annotation stands, and its text. */
const found = (content: string) =>
  annotationsOf(content).map(({ model, field, text, at }) => {
    const { line, column } = at(0).position
    return { on: field === null ? model : `${model}.${field}`, at: `${line}:${column}`, text }
  })

describe('where an annotation may stand', () => {
  test('on the line above a field', () => {
    expect(found('model Post {\n  id Int @id\n  /// @vectorizer(dimensions: 3)\n  text String\n}\n')).toEqual([
      { on: 'Post.text', at: '3:7', text: '@vectorizer(dimensions: 3)' },
    ])
  })

  test('at the end of the field’s own line', () => {
    expect(found('model Post {\n  text String @default("// \\" ///") /// @vectorizer(dimensions: 3)\n}\n')).toEqual([
      { on: 'Post.text', at: '2:41', text: '@vectorizer(dimensions: 3)' },
    ])
  })

  test('above a model', () => {
    expect(found('/// Posts.\n/// @vectorizer(field: text, dimensions: 3)\nmodel Post {\n  text String\n}\n')).toEqual([
      { on: 'Post', at: '2:5', text: '@vectorizer(field: text, dimensions: 3)' },
    ])
  })

  test('over several lines, the last of them at the end of the field’s line', () => {
    const [annotation] = annotationsOf(
      'model Post {\n  /// The text.\n  /// @vectorizer(\n  ///   dimensions: 3,\n  text String /// name: x)\n}\n',
    )
    expect(annotation?.text).toBe('@vectorizer(\n  dimensions: 3,\nname: x)')
    expect(annotation?.at(15).position).toEqual({ file: 'schema.prisma', line: 4, column: 9 })
    expect(annotation?.at(15).sourceLine).toBe('  ///   dimensions: 3,')
    expect(annotation?.at(30).position).toEqual({ file: 'schema.prisma', line: 5, column: 19 })
  })

  test('with empty lines, plain comments and block attributes of Prisma’s own between it and its field', () => {
    expect(found('model Post {\n  /// @vectorizer(dimensions: 3)\n\n  // plain\n  text String\n}\n')).toEqual([
      { on: 'Post.text', at: '2:7', text: '@vectorizer(dimensions: 3)' },
    ])
  })

  test('several times on one field, and on several fields of a model', () => {
    const content = `model Post {
  /// @vectorizer(dimensions: 3)
  /// @vectorizer(dimensions: 4, name: small)
  text String
  note String /// @vectorizer(dimensions: 5) @vectorizer(dimensions: 6, name: other)
}
`
    expect(found(content)).toEqual([
      { on: 'Post.text', at: '2:7', text: '@vectorizer(dimensions: 3)\n' },
      { on: 'Post.text', at: '3:7', text: '@vectorizer(dimensions: 4, name: small)' },
      { on: 'Post.note', at: '5:19', text: '@vectorizer(dimensions: 5) ' },
      { on: 'Post.note', at: '5:46', text: '@vectorizer(dimensions: 6, name: other)' },
    ])
  })

  test('in files with CRLF line ends, tabs, and text outside the basic plane', () => {
    const content = 'model Post {\r\n\t///\t@vectorizer(\r\n\t/// dimensions: 3)\r\n\ttext String /// 😀\r\n}\r\n'
    const [annotation] = annotationsOf(content)
    expect(annotation?.text).toBe('@vectorizer(\ndimensions: 3)\n😀')
    expect(annotation?.at(0).position).toEqual({ file: 'schema.prisma', line: 2, column: 6 })
    expect(annotation?.at(13)).toEqual({
      position: { file: 'schema.prisma', line: 3, column: 6 },
      sourceLine: '\t/// dimensions: 3)',
    })
  })

  test('in any file of a folder', () => {
    const { annotations } = scan({
      'a.prisma': 'model A {\n  text String /// @vectorizer(dimensions: 3)\n}\n',
      'sub/b.prisma': '/// @vectorizer(field: text, dimensions: 4)\nmodel B {\n  text String\n}\n',
    })
    expect(annotations.map(({ model, at }) => [model, at(0).position.file])).toEqual([
      ['A', 'a.prisma'],
      ['B', 'sub/b.prisma'],
    ])
  })
})

test('@vector and @vectorizer are told apart', () => {
  const kinds = annotationsOf(
    'model Post {\n  text String /// @vectorizer(dimensions: 3)\n  /// @vector() and @vectors() and @vectoriser()\n  v Unsupported("vector(3)")?\n}\n',
  ).map(({ kind, field, text }) => [kind, field, text])
  expect(kinds).toEqual([
    ['vectorizer', 'text', '@vectorizer(dimensions: 3)'],
    ['vector', 'v', '@vector() and @vectors() and @vectoriser()'],
  ])
})

test('VZ112: @vector above a model', () => {
  expect(failureOf(() => scan('/// @vector()\nmodel Post {\n  id Int @id\n}\n')).message).toMatchInlineSnapshot(`
    "VZ112 Post: @vector stands above a model.
      --> schema.prisma:1:5
       1 | /// @vector()
         |     ^
      why: It describes one field of vectors; @vectorizer is the one that may stand above a model.
      fix: Move it to the line above the vector field."
  `)
  expect(failureOf(() => scan('model Post {\n  id Int @id\n  /// @vector()\n}\n')).message).toContain(
    'VZ112 This @vector annotation belongs to no field.',
  )
})

describe('what is no annotation', () => {
  test.each([
    ['prose that mentions it', '/// The @vectorizer annotation would go here.'],
    ['an e-mail address', '/// ask me@vectorizer(at)example.org or x@vectorizer.io'],
    ['code in prose', '/// e.g. `@vectorizer(dimensions: 3)`'],
    ['a longer word', '/// @vectorizers(dimensions: 3)'],
    ['a plain comment', '// @vectorizer(dimensions: 3)'],
    ['a string', 'note String @default("/// @vectorizer(dimensions: 3)")'],
    ['a plain comment at the end of a line', 'note String // /// @vectorizer(dimensions: 3)'],
  ])('%s', (_, line) => {
    expect(found(`model Post {\n  ${line}\n  text String\n}\n`)).toEqual([])
  })
})

describe('an annotation that belongs to nothing is VZ112', () => {
  test('above a model, with an empty line between', () => {
    const content = '/// @vectorizer(field: text, dimensions: 3)\n\nmodel Post {\n  text String\n}\n'
    expect(failureOf(() => scan(content)).message).toMatchInlineSnapshot(`
      "VZ112 This @vectorizer annotation belongs to no field and no model.
        --> schema.prisma:1:5
         1 | /// @vectorizer(field: text, dimensions: 3)
           |     ^
        why: Prisma gives a \`///\` comment to the field below it, or to the model that starts in the very next line.
        fix: Move it to the line above the text field, or above \`model\` with a \`field:\` argument and no empty line between."
    `)
  })

  test.each([
    ['before the closing brace', 'model Post {\n  text String\n  /// @vectorizer(dimensions: 3)\n}\n', '3:7'],
    [
      'above a block attribute',
      'model Post {\n  text String\n  /// @vectorizer(dimensions: 3)\n  @@map("p")\n}\n',
      '3:7',
    ],
    [
      'behind a block attribute',
      'model Post {\n  text String\n  @@map("p") /// @vectorizer(dimensions: 3)\n}\n',
      '3:18',
    ],
    ['behind an opening brace', 'model Post { /// @vectorizer(dimensions: 3)\n  text String\n}\n', '1:18'],
    ['behind a closing brace', 'model Post {\n  text String\n} /// @vectorizer(dimensions: 3)\n', '3:7'],
    ['above an enum', '/// @vectorizer(dimensions: 3)\nenum Kind {\n  A\n}\n', '1:5'],
    ['on a value of an enum', 'enum Kind {\n  A /// @vectorizer(dimensions: 3)\n}\n', '2:9'],
    ['on a field of a view', 'view Post {\n  /// @vectorizer(dimensions: 3)\n  text String\n}\n', '2:7'],
    ['in a generator block', 'generator g {\n  /// @vectorizer(dimensions: 3)\n  provider = "x"\n}\n', '2:7'],
    ['at the end of the file', 'model Post {\n  text String\n}\n/// @vectorizer(dimensions: 3)', '4:5'],
  ])('%s', (_, content, position) => {
    const error = failureOf(() => scan(content))
    expect(error.code).toBe('VZ112')
    expect(`${error.position?.line}:${error.position?.column}`).toBe(position)
  })
})
