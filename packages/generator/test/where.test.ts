// `where:`: its grammar, and its fields and values checked against the model (VZ114).
import { filterCondition } from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import { messageOf, specOf } from './support/schema.ts'

const post = (where: string, fields = '') => `model Post {
  id        Int       @id
  title     String
  lang      String    @map("language")
  kind      Kind      @default(ESSAY)
  published Boolean
  views     Int
  big       BigInt
  score     Float
  price     Decimal
  deletedAt DateTime?
  day       DateTime  @db.Date
  owner     String    @db.Uuid
  tags      String[]
  extra     Json
  file      Bytes
  shape     Unsupported("point")?
${fields}  /// @vectorizer(dimensions: 3, where: ${where})
  text      String
}

enum Kind {
  ESSAY
  NOTE  @map("short note")
}
`
const sqlOf = (where: string) => {
  const { filter } = specOf(post(where)).source
  return filter && filterCondition(filter)
}

describe('what a condition means', () => {
  test.each([
    ['published = true', '("published" = true) IS TRUE'],
    ['published != false', '("published" <> false) IS TRUE'],
    ['title = "it\'s"', `("title"::text = 'it''s') IS TRUE`],
    ['lang in ["en", "de",]', `("language"::text IN ('en', 'de')) IS TRUE`],
    ['kind = ESSAY', `("kind"::text = 'ESSAY') IS TRUE`],
    ['kind in [NOTE, "ESSAY"]', `("kind"::text IN ('short note', 'ESSAY')) IS TRUE`],
    ['views > 10', '("views" > 10) IS TRUE'],
    ['views >= -1', '("views" >= -1) IS TRUE'],
    ['views in [1, 2]', '("views" IN (1, 2)) IS TRUE'],
    ['big < 9007199254740991', '("big" < 9007199254740991) IS TRUE'],
    ['score <= 0.5', '("score" <= 0.5) IS TRUE'],
    ['price != 9.99', '("price" <> 9.99) IS TRUE'],
    ['deletedAt = null', '("deletedAt" IS NULL) IS TRUE'],
    ['deletedAt != null', '("deletedAt" IS NOT NULL) IS TRUE'],
    ['deletedAt > "2026-01-31"', `("deletedAt" > '2026-01-31T00:00:00.000Z') IS TRUE`],
    ['deletedAt > "2026-01-31T12:00"', `("deletedAt" > '2026-01-31T12:00:00.000Z') IS TRUE`],
    ['deletedAt > "2026-01-31T12:00:00.5+02:00"', `("deletedAt" > '2026-01-31T10:00:00.500Z') IS TRUE`],
    ['day = "2026-01-31"', `("day" = '2026-01-31T00:00:00.000Z') IS TRUE`],
    [
      'owner = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"',
      `("owner"::text = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11') IS TRUE`,
    ],
  ])('%s', (where, sql) => {
    expect(sqlOf(where)).toBe(sql)
  })

  test('`not` binds closer than `and`, `and` closer than `or`, and parentheses before all', () => {
    expect(sqlOf('published = true or not views = 1 and title != ""')).toBe(
      `(("published" = true) OR ((NOT ("views" = 1)) AND ("title"::text <> ''))) IS TRUE`,
    )
    expect(sqlOf('(published = true or not (views = 1 and views = 2)) and not not title != ""')).toBe(
      `((("published" = true) OR (NOT (("views" = 1) AND ("views" = 2)))) AND (NOT (NOT ("title"::text <> '')))) IS TRUE`,
    )
  })

  test('over several lines, with other arguments behind', () => {
    const spec = specOf(`model Post {
  id    Int    @id
  /// @vectorizer(
  ///   where: nothing = 1
  ///     and ( notes = "a, b" ),
  ///   dimensions: 3,
  /// )
  text  String
  nothing Int
  notes String
}
`)
    expect(spec.source.filter).toMatchObject({ kind: 'and', filters: [{ value: 1 }, { value: 'a, b' }] })
    expect(spec.dimensions).toBe(3)
  })

  test('the columns carry their names and types', () => {
    expect(specOf(post('day > "2026-01-31"')).source.filter).toMatchObject({
      column: { field: 'day', column: 'day', type: 'datetime', sqlType: 'DATE' },
    })
  })
})

describe('VZ101, a condition that is none', () => {
  test('is pointed at', () => {
    expect(messageOf(post('published'))).toMatchInlineSnapshot(`
      "VZ101 Post.text: the annotation stops making sense at \`)\`.
        --> schema.prisma:18:50
        18 |   /// @vectorizer(dimensions: 3, where: published)
           |                                                  ^
        why: Expected in, =, !=, <, <=, >, >=.
        fix: Write a condition, e.g. where: published = true and (views > 10 or lang in ["en", "de"])."
    `)
    expect(messageOf(post('views => 1'))).toMatchInlineSnapshot(`
      "VZ101 Post.text: the annotation stops making sense at \`>\`.
        --> schema.prisma:18:48
        18 |   /// @vectorizer(dimensions: 3, where: views => 1)
           |                                                ^
        why: Expected string, number, true or false, name.
        fix: Write a condition, e.g. where: published = true and (views > 10 or lang in ["en", "de"])."
    `)
    expect(messageOf(post('views = 1 and'))).toMatchInlineSnapshot(`
      "VZ101 Post.text: the annotation stops making sense at \`)\`.
        --> schema.prisma:18:54
        18 |   /// @vectorizer(dimensions: 3, where: views = 1 and)
           |                                                      ^
        why: Expected not, \`(\`, field.
        fix: Write a condition, e.g. where: published = true and (views > 10 or lang in ["en", "de"])."
    `)
    expect(messageOf(post('(views = 1'))).toContain('schema.prisma:18:')
    expect(messageOf(post('views in 5'))).toContain('Expected list.')
    expect(messageOf(post('"views" = 5'))).toContain('VZ101 Post.text')
    expect(messageOf(post(''))).toContain('VZ101 Post.text')
  })
})

describe('VZ114', () => {
  test('a field that does not exist', () => {
    expect(messageOf(post('titel = "a"'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: the condition names \`titel\`, which is no field of Post.
        --> schema.prisma:18:41
        18 |   /// @vectorizer(dimensions: 3, where: titel = "a")
           |                                         ^
        fix: Did you mean \`title\`?"
    `)
    expect(messageOf(post('somethingElse = 1'))).toContain(
      'Fields that can be compared: id, title, lang, kind, published, views, big, score, price, deletedAt, day, owner, text.',
    )
    expect(messageOf(post('hidden = 1', '  hidden Int? @ignore\n'))).toContain('It has @ignore')
  })

  test('a field that cannot be compared', () => {
    expect(messageOf(post('tags = "a"'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: the condition compares Post.tags, which is String[].
        --> schema.prisma:18:41
        18 |   /// @vectorizer(dimensions: 3, where: tags = "a")
           |                                         ^
        why: Text, enums, numbers, Booleans and times of a single value can be compared.
        fix: Fields that can be compared: id, title, lang, kind, published, views, big, score, price, deletedAt, day, owner, text."
    `)
    for (const field of ['extra', 'file', 'shape']) {
      expect(messageOf(post(`${field} = null`))).toContain(
        `VZ114 Post.text: the condition compares Post.${field}, which is`,
      )
    }
    for (const [type, native] of [
      ['String', '@db.Inet'],
      ['Decimal', '@db.Money'],
      ['DateTime', '@db.Time'],
    ]) {
      expect(messageOf(post('odd = "1"', `  odd ${type} ${native}\n`))).toContain(
        `Post.odd, which is ${type} ${native}`,
      )
    }
  })

  test('a value of the wrong type', () => {
    expect(messageOf(post('published = 1'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: Post.published is Boolean: it compares with true or false.
        --> schema.prisma:18:53
        18 |   /// @vectorizer(dimensions: 3, where: published = 1)
           |                                                     ^"
    `)
    for (const [where, expected] of [
      ['title = 5', 'String: it compares with a string in double quotes.'],
      ['title = en', 'String: it compares with a string in double quotes.'],
      ['views = "5"', 'Int: it compares with a number.'],
      ['views = 1.5', 'Int: it compares with a whole number below 2^53.'],
      ['big = 9007199254740993', 'BigInt: it compares with a whole number below 2^53.'],
      ['deletedAt > "yesterday"', 'DateTime?: it compares with a string like "2026-01-31"'],
      ['deletedAt > "2026-02-30"', 'DateTime?: it compares with a string like "2026-01-31"'],
      ['deletedAt > "2026-13-01T00:00:00Z"', 'DateTime?: it compares with a string like "2026-01-31"'],
      ['deletedAt > 5', 'DateTime?: it compares with a string like "2026-01-31"'],
      ['owner = "me"', 'String @db.Uuid: it compares with a UUID.'],
      ['views in ["a"]', 'Int: it compares with a number.'],
      ['kind = 1', 'Kind: it compares with a value of Kind.'],
    ] as const) {
      expect(messageOf(post(where))).toContain(expected)
    }
  })

  test('a value that the enum does not have', () => {
    expect(messageOf(post('kind = ESAY'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: the enum Kind has no value \`ESAY\`.
        --> schema.prisma:18:48
        18 |   /// @vectorizer(dimensions: 3, where: kind = ESAY)
           |                                                ^
        fix: Did you mean \`ESSAY\`?"
    `)
    expect(messageOf(post('kind = somethingElse'))).toContain('Values: ESSAY, NOTE.')
  })

  test('an operator that the type does not have', () => {
    expect(messageOf(post('title > "a"'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: \`>\` cannot compare Post.title, which is String.
        --> schema.prisma:18:41
        18 |   /// @vectorizer(dimensions: 3, where: title > "a")
           |                                         ^
        why: Only numbers and times have an order that every database agrees on.
        fix: Use = or !=, or in [...]."
    `)
    expect(messageOf(post('published < true'))).toContain('`<` cannot compare Post.published, which is Boolean.')
    expect(messageOf(post('kind <= ESSAY'))).toContain('`<=` cannot compare Post.kind')
    expect(messageOf(post('published in [true]'))).toContain('`in` cannot compare Post.published')
  })

  test('null where it means nothing', () => {
    expect(messageOf(post('deletedAt > null'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: \`>\` cannot compare with null.
        --> schema.prisma:18:53
        18 |   /// @vectorizer(dimensions: 3, where: deletedAt > null)
           |                                                     ^
        why: NULL is neither less nor greater than anything.
        fix: Write \`deletedAt = null\` or \`deletedAt != null\`."
    `)
    expect(messageOf(post('lang in ["en", null]'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: Post.lang is String: it compares with a string in double quotes.
        --> schema.prisma:18:56
        18 |   /// @vectorizer(dimensions: 3, where: lang in ["en", null])
           |                                                        ^
        why: NULL is in no list.
        fix: Write \`lang = null or …\`."
    `)
  })

  test('an empty list', () => {
    expect(messageOf(post('lang in []'))).toMatchInlineSnapshot(`
      "VZ114 Post.text: \`lang in []\` is true for no row.
        --> schema.prisma:18:41
        18 |   /// @vectorizer(dimensions: 3, where: lang in [])
           |                                         ^
        why: A vectorizer that embeds nothing is a mistake.
        fix: List at least one value, or remove the condition."
    `)
  })
})
