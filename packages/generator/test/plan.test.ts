import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import type { History } from '../src/migrations/history.ts'
import { planMigrations } from '../src/migrations/plan.ts'
import { followTables, type Tables } from '../src/migrations/tables.ts'
import { blogPost, failureOf, specOf, specsOf } from './support/schema.ts'

const parentTable = 'CREATE TABLE "BlogPost" ("id" SERIAL NOT NULL, "title" TEXT, "content" TEXT NOT NULL);'
const storeTable = 'CREATE TABLE "BlogPost_embedding_store" ("id" INTEGER, "embedding" vector(3) NOT NULL);'

function historyOf(vectorizers: readonly VectorizerSpec[], sql = parentTable + storeTable): History {
  const tables: Tables = new Map()
  followTables(sql, tables)
  return {
    migrations: ['20260101000000_init'],
    createsExtension: true,
    tables,
    vectorizers: new Map(vectorizers.map((spec) => [spec.name, spec])),
  }
}

const spec = specOf(blogPost('dimensions: 3'))

/** The one migration from `before` to `after`. */
function change(before: VectorizerSpec, after: VectorizerSpec) {
  const { migrations, waiting } = planMigrations([after], historyOf([before]))
  expect(waiting).toEqual([])
  expect(migrations).toHaveLength(1)
  return migrations[0] as (typeof migrations)[number]
}

/** Which statements a migration has, by their first words. */
const statements = (sql: string): string[] => [
  ...new Set(
    [
      ...sql.matchAll(/^(CREATE OR REPLACE FUNCTION|[A-Z]+ (?:TABLE|INDEX|TRIGGER|SCHEMA|INTO)|TRUNCATE|DELETE)\b/gmu),
    ].map(([words]) => words),
  ),
]

describe('a new vectorizer', () => {
  test('waits, and says for what, until a migration creates its source', () => {
    const plan = planMigrations([spec], { ...historyOf([], ''), createsExtension: false })
    expect(plan.migrations.map(({ name, summary }) => [name, summary])).toEqual([
      ['vectorizer_extension', 'creates the extension "vector"'],
    ])
    expect(plan.waiting).toEqual([{ spec, until: 'creates "BlogPost"' }])
  })

  test('waits until a migration gives its source the key', () => {
    const keyed = (sql: string) => planMigrations([spec], historyOf([], sql)).waiting.map(({ until }) => until)
    const until = ['gives "BlogPost" its new key (id)']
    expect(keyed('CREATE TABLE "BlogPost" ("uuid" UUID NOT NULL);')).toEqual(until)
    expect(keyed('CREATE TABLE "BlogPost" ("id" UUID NOT NULL);')).toEqual(until)
    for (const type of ['INT', 'int4', 'serial', '"Domain"', 'my_domain']) {
      expect(keyed(`CREATE TABLE "BlogPost" ("id" ${type} NOT NULL);`)).toEqual([])
    }
  })

  test('makes its store where no migration has', () => {
    const [migration] = planMigrations([spec], historyOf([], parentTable)).migrations
    expect(migration?.name).toBe('vectorize_blog_post_content')
    expect(migration?.summary).toBe('embeds BlogPost.content into BlogPost_embedding_store, existing rows included')
    expect(migration?.sql).toContain('CREATE TABLE "BlogPost_embedding_store" (')
  })

  test('leaves the store that Prisma has made as it is', () => {
    const [migration] = planMigrations([spec], historyOf([])).migrations
    expect(migration?.sql).not.toContain('CREATE TABLE "BlogPost_embedding_store" (')
    expect(migration?.sql).not.toContain('TRUNCATE "BlogPost_embedding_store"')
  })

  test('resizes the store where `dimensions` changed since Prisma made it', () => {
    const [migration] = planMigrations([specOf(blogPost('dimensions: 4'))], historyOf([])).migrations
    expect(migration?.sql).toContain('ALTER TABLE "BlogPost_embedding_store" ALTER COLUMN "embedding" TYPE vector(4);')
  })

  test('replaces the btree that Prisma makes of a declared index', () => {
    const plain = specOf(blogPost('dimensions: 3, index: hnsw(halfvec: false)'))
    const sqlFor = (tables: string) => planMigrations([plain], historyOf([], tables)).migrations[0]?.sql
    expect(sqlFor(parentTable + storeTable)).toContain(
      'DROP INDEX IF EXISTS "BlogPost_embedding_store_embedding_hnsw";',
    )
    expect(sqlFor(parentTable)).not.toContain('DROP INDEX')
  })

  test('needs the extension once', () => {
    const plan = planMigrations([spec], { ...historyOf([]), createsExtension: false })
    expect(plan.migrations.map(({ name }) => name)).toEqual(['vectorizer_extension', 'vectorize_blog_post_content'])
  })
})

describe('nothing is planned', () => {
  test('without vectorizers', () => {
    expect(planMigrations([], { ...historyOf([], ''), createsExtension: false })).toEqual({
      migrations: [],
      waiting: [],
    })
  })

  test('where nothing changed, even if the history does not tell of the table', () => {
    expect(planMigrations([spec], historyOf([spec]))).toEqual({ migrations: [], waiting: [] })
    expect(planMigrations([spec], historyOf([spec], ''))).toEqual({ migrations: [], waiting: [] })
  })
})

describe('a change', () => {
  test.each([
    ['chunking: none', 'chunking'],
    ['template: "- $chunk"', 'template'],
    ['model: "openai/x"', 'model'],
  ])('of %s registers it and queues every row, which it says', (argument, part) => {
    const { name, sql, summary } = change(spec, specOf(blogPost(`dimensions: 3, ${argument}`)))
    expect(name).toBe('revectorize_blog_post_content')
    expect(statements(sql)).toEqual(['INSERT INTO'])
    expect(sql).toContain('INSERT INTO vectorizer.vectorizer ')
    expect(sql).toContain('INSERT INTO vectorizer."BlogPost_embedding_store_queue"')
    expect(summary).toBe(
      `BlogPost.content: Changed: ${part}. Every row is embedded again, which a provider charges for like the first time.`,
    )
    expect(sql).toContain(`-- Changed: ${part}.\n`)
  })

  test.each([
    ['index: hnsw(m: 8)', 'index'],
    ['distance: l2', 'distance'],
  ])('of %s rebuilds the index and embeds nothing', (argument, part) => {
    const { sql, summary } = change(spec, specOf(blogPost(`dimensions: 3, ${argument}`)))
    expect(statements(sql)).toEqual(['DROP INDEX', 'CREATE INDEX', 'INSERT INTO'])
    expect(sql).not.toContain('_queue"')
    expect(summary).toBe(`BlogPost.content: Changed: ${part}.`)
  })

  test('to no index drops it', () => {
    const { sql } = change(spec, specOf(blogPost('dimensions: 3, index: none')))
    expect(statements(sql)).toEqual(['DROP INDEX', 'INSERT INTO'])
  })

  test('of the dimensions resizes the column, rebuilds the index and queues every row', () => {
    const { sql, summary } = change(spec, specOf(blogPost('dimensions: 1537')))
    expect(statements(sql)).toEqual(['DROP INDEX', 'TRUNCATE', 'ALTER TABLE', 'CREATE INDEX', 'INSERT INTO'])
    expect(sql).toContain('ALTER COLUMN "embedding" TYPE vector(1537);')
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
    const { sql } = change(
      before,
      specOf(model(`id Int @id\n  body String /// @vectorizer(dimensions: 3, name: vectors)`)),
    )
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
    expect(migration?.summary).toContain('Changed: key. Every row is embedded again')
  })

  test('of the key’s length alone is registered, no more', () => {
    const keyed = (length: number) => specOf(model(`id String @id @db.VarChar(${length})\n  ${text}`))
    const tables = 'CREATE TABLE "BlogPost" ("id" VARCHAR(10) NOT NULL);'
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

test('a vectorizer without annotation is removed with everything of ours', () => {
  const { migrations } = planMigrations([], historyOf([spec]))
  expect(migrations.map(({ name }) => name)).toEqual(['unvectorize_blog_post_content'])
  expect(migrations[0]?.summary).toBe('removes triggers and queue of BlogPost.content; Prisma drops the store itself')
  expect(migrations[0]?.sql).toContain(`DELETE FROM vectorizer.vectorizer WHERE name = 'BlogPost_embedding_store';`)
})

describe('VZ201: a store that would move', () => {
  const two = (first: string, second: string) =>
    specsOf(`model BlogPost {
  id      Int    @id
  title   String ${first}
  content String ${second}
}
`)
  const annotation = '/// @vectorizer(dimensions: 3)'
  const tables = `${parentTable}${storeTable}`

  test('because the table was renamed', () => {
    const renamed = specOf(`${blogPost('dimensions: 3').slice(0, -2)}\n  @@map("posts")\n}\n`)
    expect(failureOf(() => planMigrations([renamed], historyOf([spec], tables))).message).toMatchInlineSnapshot(`
      "VZ201 BlogPost.content: its store is BlogPost_embedding_store in the migrations, and would become posts_embedding_store.
        why: Prisma would drop the old table and create a new one; every embedding would be lost and paid for again.
        fix: Pin it: \`targetTable: "BlogPost_embedding_store"\`. To start afresh, remove the annotation, migrate, and add it again."
    `)
  })

  test('because another vectorizer now comes first', () => {
    const error = failureOf(() => planMigrations(two(annotation, annotation), historyOf(two('', annotation), tables)))
    expect(error.fact).toBe(
      'BlogPost.content: its store is BlogPost_embedding_store in the migrations, and would become BlogPost_content_embedding_store.',
    )
  })

  test('because the one before it is gone', () => {
    const error = failureOf(() => planMigrations(two('', annotation), historyOf(two(annotation, annotation), tables)))
    expect(error.fact).toContain('its store is BlogPost_content_embedding_store in the migrations')
  })

  test('is mended by `targetTable`', () => {
    const pinned = '/// @vectorizer(dimensions: 3, targetTable: "BlogPost_content_embedding_store")'
    const plan = planMigrations(two('', pinned), historyOf(two(annotation, annotation), tables))
    expect(plan.migrations.map(({ name }) => name)).toEqual(['unvectorize_blog_post_title'])
  })
})
