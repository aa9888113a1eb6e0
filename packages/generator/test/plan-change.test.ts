// What each change of an annotation or its source becomes: the least SQL, and its cost in words.
import { completeSpec, defaultCharacterChunking, defaultIndex, defaultRecursiveChunking } from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import { planMigrations } from '../src/migrations/plan.ts'
import { change, historyOf, parentTable, statements, storeTable } from './support/plan.ts'
import { blogPost, specOf, vectorOf } from './support/schema.ts'

const spec = specOf(blogPost('dimensions: 3'))

const embeddedAgain = 'Every row is embedded again, which a provider charges for like the first time.'
const chunkedAgain =
  'Every row is chunked again. A provider charges for the chunks whose text is another; the others keep their vectors.'

describe('a change', () => {
  test.each([
    ['chunking: none', 'chunking', chunkedAgain],
    ['template: "- $chunk"', 'template', chunkedAgain],
    ['model: "openai/x"', 'model', embeddedAgain],
  ])('of %s registers it and queues every row, which it says', (argument, part, cost) => {
    const { name, sql, summary } = change(spec, specOf(blogPost(`dimensions: 3, ${argument}`)))
    expect(name).toBe('revectorize_blog_post_content')
    expect(statements(sql)).toEqual(['INSERT INTO'])
    expect(sql).toContain('INSERT INTO vectorizer.vectorizer ')
    expect(sql).toContain('INSERT INTO vectorizer."BlogPost_embedding_store_queue"')
    expect(sql.includes('"key_id", reembed)\nSELECT "id", true')).toBe(part === 'model')
    expect(summary).toBe(`BlogPost.content: Changed: ${part}. ${cost}`)
    expect(sql).toContain(`-- Changed: ${part}.\n`)
  })

  test.each([
    ['index: hnsw(m: 8)', 'index'],
    ['index: hnsw(bit: true)', 'index'],
    ['index: hnsw(halfvec: false)', 'index'],
    ['distance: l2', 'distance'],
  ])('of %s rebuilds the index and embeds nothing', (argument, part) => {
    const { sql, summary } = change(spec, specOf(blogPost(`dimensions: 3, ${argument}`)))
    expect(statements(sql)).toEqual(['DROP INDEX', 'CREATE INDEX', 'INSERT INTO'])
    expect(sql).not.toContain('_queue"')
    expect(summary).toBe(`BlogPost.content: Changed: ${part}. Nothing is embedded again: only the index is another.`)
  })

  test('from bits to half precision or full and back rebuilds the index and embeds nothing', () => {
    const bits = specOf(blogPost('dimensions: 3, index: hnsw(bit: true)'))
    const full = specOf(blogPost('dimensions: 3, index: hnsw(halfvec: false)'))
    for (const [before, after] of [
      [bits, spec],
      [bits, full],
      [full, bits],
    ] as const) {
      expect(statements(change(before, after).sql)).toEqual(['DROP INDEX', 'CREATE INDEX', 'INSERT INTO'])
    }
    expect(change(spec, bits).sql).toContain(
      'USING hnsw ((binary_quantize("embedding")::bit(3)) bit_hamming_ops) WITH (m = 16, ef_construction = 64);',
    )
  })

  test('of textSearch makes, remakes or drops the text index, and embeds nothing', () => {
    const searched = (textSearch: string) => specOf(blogPost(`dimensions: 3, textSearch: ${textSearch}`))
    const index = '"BlogPost_embedding_store_chunk_text_idx"'
    const made = `CREATE INDEX ${index} ON "BlogPost_embedding_store" USING gin (to_tsvector('german'::regconfig, "chunk"));`
    const dropped = `DROP INDEX IF EXISTS ${index};`
    for (const [before, after, expected] of [
      [spec, searched('german'), [made]],
      [searched('english'), searched('german'), [dropped, made]],
      [searched('english'), spec, [dropped]],
    ] as const) {
      const { sql, summary } = change(before, after)
      expect(sql.match(/^(?:CREATE|DROP) INDEX .*$/gmu)).toEqual(expected)
      expect(sql).not.toContain('_queue"')
      expect(summary).toBe(
        'BlogPost.content: Changed: textSearch. Nothing is embedded again: only the index is another.',
      )
    }
  })

  test('of nothing: a database of an earlier version has a spec without the later fields', () => {
    const { textSearch: _textSearch, ...earlier } = spec
    const { bit: _bit, minRows: _minRows, ...index } = defaultIndex
    const { keepSeparator: _keep, ...chunking } = defaultRecursiveChunking
    const stored = completeSpec({ ...earlier, index, chunking } as unknown as typeof spec)
    expect(stored).toEqual(spec)
    const { keepSeparator: _dropped, ...character } = defaultCharacterChunking
    expect(completeSpec({ ...earlier, chunking: character } as unknown as typeof spec).chunking).toEqual(
      defaultCharacterChunking,
    )
    const { list: _list, ...vector } = vectorOf(vectors('?'))
    expect(completeSpec(vector as typeof vector & { list: boolean })).toEqual(vectorOf(vectors('?')))
  })

  const vectors = (modifier: '?' | '[]', dimensions = 3) =>
    `model Photo {\n  id Int @id\n  looks Unsupported("vector(${dimensions})")${modifier} /// @vector()\n}\n`
  const photos = (type: string) => `CREATE TABLE "Photo" ("id" INTEGER NOT NULL, "looks" ${type});`

  test('of one vector to a list, or back, waits until Prisma has made the column anew', () => {
    const [one, many] = [vectorOf(vectors('?')), vectorOf(vectors('[]'))]
    for (const [before, after, type, changed] of [
      [one, many, 'vector(3)', 'vector(3)[]'],
      [many, one, 'vector(3)[]', 'vector(3)'],
    ] as const) {
      expect(planMigrations([after], historyOf([before], photos(type))).waiting).toEqual([
        { spec: after, until: 'gives "Photo" "looks"' },
      ])
      const { migrations, waiting } = planMigrations([after], historyOf([before], photos(changed)))
      expect(waiting).toEqual([])
      const expected = after === many ? ['DROP INDEX', 'INSERT INTO'] : ['DROP INDEX', 'CREATE INDEX', 'INSERT INTO']
      expect(statements(migrations[0]?.sql ?? '')).toEqual(expected)
    }
  })

  test('of the dimensions of a list retypes it', () => {
    const [before, after] = [vectorOf(vectors('[]')), vectorOf(vectors('[]', 4))]
    const { migrations } = planMigrations([after], historyOf([before], photos('vector(3)[]')))
    expect(statements(migrations[0]?.sql ?? '')).toEqual(['DROP INDEX', 'ALTER TABLE', 'INSERT INTO'])
    expect(migrations[0]?.sql).toContain('ALTER COLUMN "looks" TYPE vector(4)[] USING "looks"::vector(4)[];')
    expect(migrations[0]?.name).toBe('reregister_photo_looks')
  })

  test('of minRows alone registers it and leaves the index as it is', () => {
    const later = specOf(blogPost('dimensions: 3, index: hnsw(minRows: 5)'))
    for (const [before, after] of [
      [spec, later],
      [later, spec],
      [later, specOf(blogPost('dimensions: 3, index: hnsw(minRows: 6)'))],
    ] as const) {
      const { sql, summary } = change(before, after)
      expect(statements(sql)).toEqual(['INSERT INTO'])
      expect(sql).not.toContain('_queue"')
      expect(summary).toBe('BlogPost.content: Changed: index.')
    }
  })

  test('of an index that is built later drops the old one and builds none', () => {
    const { sql } = change(spec, specOf(blogPost('dimensions: 3, index: hnsw(m: 8, minRows: 5)')))
    expect(statements(sql)).toEqual(['DROP INDEX', 'INSERT INTO'])
    expect(sql).toContain(
      '-- The vector index is built later, by the worker or `prisma-vectorizer index`, once there are 5 vectors.',
    )
  })

  test('to no index drops it', () => {
    const { sql } = change(spec, specOf(blogPost('dimensions: 3, index: none')))
    expect(statements(sql)).toEqual(['DROP INDEX', 'INSERT INTO'])
  })

  test('of the dimensions resizes the column, rebuilds the index and queues every row', () => {
    const { sql, summary } = change(spec, specOf(blogPost('dimensions: 1537')))
    expect(statements(sql)).toEqual(['DROP INDEX', 'TRUNCATE', 'ALTER TABLE', 'CREATE INDEX', 'INSERT INTO'])
    expect(sql).toContain('ALTER COLUMN "embedding" TYPE vector(1537) USING NULL::vector(1537);')
    expect(sql).toContain('ALTER COLUMN "embedding" SET STORAGE EXTERNAL;')
    expect(summary).toContain('Until then searches find only what is embedded anew.')
  })

  test('of the accessor is registered, no more', () => {
    const { sql, summary } = change(spec, specOf(blogPost('dimensions: 3, name: vectors')))
    expect(statements(sql)).toEqual(['INSERT INTO'])
    expect(sql).not.toContain('_queue"')
    expect(summary).toBe('BlogPost.content: Changed: accessor.')
  })

  test('of the template’s columns rewrites functions and triggers', () => {
    const { sql } = change(spec, specOf(blogPost('dimensions: 3, template: "$title $chunk"')))
    expect(statements(sql)).toEqual(['DROP TRIGGER', 'CREATE OR REPLACE FUNCTION', 'CREATE TRIGGER', 'INSERT INTO'])
    expect(sql).not.toContain('CREATE TABLE')
  })

  const model = (fields: string, name = 'BlogPost') => `model ${name} {
  ${fields}

  @@map("BlogPost")
}
`
  const text = 'content String /// @vectorizer(dimensions: 3, name: vectors)'
  const before = specOf(model(`id Int @id\n  ${text}`))

  test('of Prisma’s names alone is registered, no more', () => {
    const renamed = `body String @map("content") /// @vectorizer(dimensions: 3, name: vectors)`
    const { sql, summary } = change(before, specOf(model(`id Int @id\n  ${renamed}`, 'Article')))
    expect(statements(sql)).toEqual(['INSERT INTO'])
    expect(sql).not.toContain('_queue"')
    expect(summary).toBe('Article.body: Changed: names.')
  })

  test('of the source column rewrites functions and queues every row: it may hold another text', () => {
    const after = specOf(model(`id Int @id\n  body String /// @vectorizer(dimensions: 3, name: vectors)`))
    expect(planMigrations([after], historyOf([before])).waiting).toEqual([
      { spec: after, until: 'gives "BlogPost" "body"' },
    ])
    const renamed = `${parentTable}${storeTable}ALTER TABLE "BlogPost" RENAME COLUMN "content" TO "body";`
    const { sql } = change(before, after, renamed)
    expect(statements(sql)).toEqual(['DROP TRIGGER', 'CREATE OR REPLACE FUNCTION', 'CREATE TRIGGER', 'INSERT INTO'])
    expect(sql).toContain('INSERT INTO vectorizer."BlogPost_embedding_store_queue"')
  })

  test('of the key to a wider type widens the queue, and embeds nothing again', () => {
    const after = specOf(model(`id BigInt @id\n  ${text}`))
    const altered = `${parentTable + storeTable}ALTER TABLE "BlogPost" ALTER COLUMN "id" SET DATA TYPE BIGINT;`
    const [migration] = planMigrations([after], historyOf([before], altered)).migrations
    expect(statements(migration?.sql ?? '')).toEqual([
      'DROP TRIGGER',
      'ALTER TABLE',
      'CREATE OR REPLACE FUNCTION',
      'CREATE TRIGGER',
      'INSERT INTO',
    ])
    expect(migration?.sql).toContain(
      'ALTER TABLE vectorizer."BlogPost_embedding_store_queue" ALTER COLUMN "key_id" TYPE BIGINT;',
    )
    expect(migration?.summary).toBe('BlogPost.content: Changed: key.')
  })

  test('of the key rebuilds the queue, after Prisma has changed the key', () => {
    const after = specOf(model(`id String @id @db.Uuid\n  ${text}`))
    const tables = parentTable + storeTable
    expect(planMigrations([after], historyOf([before], tables)).waiting).toEqual([
      { spec: after, until: 'gives "BlogPost" its new key (id)' },
    ])
    const altered = `${tables}ALTER TABLE "BlogPost" ALTER COLUMN "id" SET DATA TYPE UUID;`
    const [migration] = planMigrations([after], historyOf([before], altered)).migrations
    expect(migration?.sql).toContain('DROP TABLE IF EXISTS vectorizer."BlogPost_embedding_store_queue";')
    expect(migration?.sql).toContain('"key_id" UUID NOT NULL')
    expect(migration?.sql).toContain(`SELECT "id", current_setting('vectorizer.reembed')::boolean FROM "BlogPost"`)
    expect(migration?.summary).toContain(`Changed: key. ${chunkedAgain}`)
  })

  test('of the key from a string to an enum rewrites functions and triggers, and embeds nothing', () => {
    const keyed = (type: string) => specOf(`${model(`id ${type} @id\n  ${text}`)}\nenum Kind {\n  A\n}\n`)
    const tables = 'CREATE TABLE "BlogPost" ("id" "Kind" NOT NULL, "content" TEXT NOT NULL);'
    const { migrations } = planMigrations([keyed('Kind')], historyOf([keyed('String')], tables))
    expect(statements(migrations[0]?.sql ?? '')).toEqual([
      'DROP TRIGGER',
      'CREATE OR REPLACE FUNCTION',
      'CREATE TRIGGER',
      'INSERT INTO',
    ])
    expect(migrations[0]?.summary).toBe('BlogPost.content: Changed: key.')
    // The readers of the old type, which nothing calls any more.
    expect(migrations[0]?.sql).toContain('_as_text"(TEXT, integer);')
  })

  test('of a filter asks which rows have no vector, not the earlier filter: its columns may be gone', () => {
    const filtered = (filter: string) => specOf(blogPost(`dimensions: 3, where: ${filter}`))
    const { sql } = change(filtered('title = "a"'), filtered('id > 1'))
    expect(sql).toContain(
      'FROM "BlogPost" AS source\nWHERE ("id" > 1) IS TRUE\n' +
        '  AND NOT EXISTS (SELECT FROM "BlogPost_embedding_store" AS store WHERE source."id" = store."id")\n',
    )
    expect(sql.match(/"title"/gu)).toBeNull()
  })

  test('of the key’s length alone is registered, no more', () => {
    const keyed = (length: number) => specOf(model(`id String @id @db.VarChar(${length})\n  ${text}`))
    const tables = 'CREATE TABLE "BlogPost" ("id" VARCHAR(10) NOT NULL, "content" TEXT NOT NULL);'
    const { migrations } = planMigrations([keyed(20)], historyOf([keyed(10)], tables))
    expect(statements(migrations[0]?.sql ?? '')).toEqual(['INSERT INTO'])
  })

  test('of the table waits for it, and then moves the triggers', () => {
    const pinned = (table: string) =>
      specOf(`model BlogPost {
  id      Int    @id
  content String /// @vectorizer(dimensions: 3, targetTable: "BlogPost_embedding_store")

  @@map("${table}")
}
`)
    const moved = pinned('posts')
    expect(planMigrations([moved], historyOf([pinned('BlogPost')])).waiting).toEqual([
      { spec: moved, until: 'creates "posts"' },
    ])
    const renamed = `${parentTable}${storeTable}ALTER TABLE "BlogPost" RENAME TO "posts";`
    const [migration] = planMigrations([moved], historyOf([pinned('BlogPost')], renamed)).migrations
    expect(migration?.sql).toContain(
      'DROP TRIGGER IF EXISTS "vectorizer_insert_BlogPost_embedding_store" ON "BlogPost";',
    )
    expect(migration?.sql).toContain('AFTER INSERT ON "posts"')
  })
})

describe('a @vector field', () => {
  const itemOf = (type: string) =>
    vectorOf(`model Item {
  id   Int @id
  hash ${type} /// @vector()
}
`)
  const tables = (type: string) => `CREATE TABLE "Item" ("id" INTEGER NOT NULL, "hash" ${type});`
  const planned = (before: string, after: string, column: string) => {
    const { migrations, waiting } = planMigrations([itemOf(after)], historyOf([itemOf(before)], tables(column)))
    return { sql: migrations.map(({ sql }) => sql).join('\n'), until: waiting.map(({ until }) => until) }
  }

  test('of other dimensions is altered by us, since Prisma does not see it, and never emptied', () => {
    const { sql, until } = planned('Unsupported("vector(3)")?', 'Unsupported("vector(4)")?', 'vector(3)')
    expect(until).toEqual([])
    expect(sql).toContain('ALTER TABLE "Item" ALTER COLUMN "hash" TYPE vector(4) USING "hash"::vector(4);')
    expect(sql).not.toMatch(/NULL|TRUNCATE/u)
  })

  test.each([
    ['String? @db.Bit(8)', 'String? @db.Bit(16)', 'BIT(8)', 'BIT(16)'],
    ['Unsupported("vector(8)")?', 'String? @db.Bit(8)', 'vector(8)', 'BIT(8)'],
    ['String? @db.Bit(8)', 'Unsupported("vector(8)")?', 'BIT(8)', 'vector(8)'],
  ])('from %s to %s is Prisma’s to alter', (before, after, column, altered) => {
    expect(planned(before, after, column)).toEqual({ sql: '', until: ['gives "Item" "hash"'] })
    const { sql, until } = planned(before, after, altered)
    expect(until).toEqual([])
    expect(sql).toContain('USING hnsw')
    expect(sql).not.toContain('ALTER COLUMN')
  })
})
