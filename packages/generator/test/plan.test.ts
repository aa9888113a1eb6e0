import { describe, expect, test } from 'vitest'
import { planMigrations } from '../src/migrations/plan.ts'
import { historyOf, parentTable, storeTable } from './support/plan.ts'
import { blogPost, failureOf, specOf, specsOf, vectorOf } from './support/schema.ts'

const spec = specOf(blogPost('dimensions: 3'))

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
      expect(keyed(`CREATE TABLE "BlogPost" ("id" ${type} NOT NULL, "content" TEXT);`)).toEqual([])
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
    expect(migration?.sql).toContain(
      'TRUNCATE "BlogPost_embedding_store";\nALTER TABLE "BlogPost_embedding_store" ALTER COLUMN "embedding" TYPE vector(4)',
    )
  })

  test('drops the index of a store of another size first: it may be an expression of the old dimensions', () => {
    const sql = planMigrations([specOf(blogPost('dimensions: 4'))], historyOf([])).migrations[0]?.sql ?? ''
    const dropped = 'DROP INDEX IF EXISTS "BlogPost_embedding_store_embedding_vector_idx";'
    expect(sql.indexOf(dropped)).toBeGreaterThan(0)
    expect(sql.indexOf(dropped)).toBeLessThan(sql.indexOf('TYPE vector(4)'))
    expect(planMigrations([spec], historyOf([])).migrations[0]?.sql).not.toContain(dropped)
  })

  test('replaces the btree that Prisma makes of a declared index', () => {
    const plain = specOf(blogPost('dimensions: 3, index: hnsw(halfvec: false)'))
    const sqlFor = (tables: string) => planMigrations([plain], historyOf([], tables)).migrations[0]?.sql
    expect(sqlFor(parentTable + storeTable)).toContain(
      'DROP INDEX IF EXISTS "BlogPost_embedding_store_embedding_vector_idx";',
    )
    expect(sqlFor(parentTable)).not.toContain('DROP INDEX')
  })

  test('makes the text index, and in place of one that a store has kept', () => {
    const searched = specOf(blogPost('dimensions: 3, textSearch: english'))
    const made = `CREATE INDEX "BlogPost_embedding_store_chunk_text_idx" ON "BlogPost_embedding_store" USING gin (to_tsvector('english'::regconfig, "chunk"));`
    const dropped = 'DROP INDEX IF EXISTS "BlogPost_embedding_store_chunk_text_idx";'
    const sqlFor = (tables: string) => planMigrations([searched], historyOf([], tables)).migrations[0]?.sql
    expect(sqlFor(parentTable)).toContain(made)
    expect(sqlFor(parentTable)).not.toContain(dropped)
    const again = sqlFor(parentTable + storeTable) ?? ''
    expect(again).toContain(made)
    expect(again.indexOf(dropped)).toBeGreaterThan(0)
    expect(again.indexOf(dropped)).toBeLessThan(again.indexOf(made))
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

test('a vectorizer without annotation is removed with everything of ours', () => {
  const { migrations } = planMigrations([], historyOf([spec]))
  expect(migrations.map(({ name }) => name)).toEqual(['unvectorize_blog_post_content'])
  expect(migrations[0]?.summary).toBe('removes triggers and queue of BlogPost.content; Prisma drops the store itself')
  expect(migrations[0]?.sql).toContain(`DELETE FROM vectorizer.vectorizer WHERE name = 'BlogPost_embedding_store';`)
})

test('a list of vectors is registered, and no more', () => {
  const list = vectorOf('model Photo {\n  id Int @id\n  looks Unsupported("vector(3)")[] /// @vector()\n}\n')
  const table = 'CREATE TABLE "Photo" ("id" INTEGER NOT NULL, "looks" vector(3)[]);'
  const [made] = planMigrations([list], historyOf([], table)).migrations
  expect([made?.name, made?.summary]).toEqual(['register_photo_looks', 'reads and writes Photo.looks'])
  expect(made?.sql).not.toMatch(/INDEX|ALTER/u)
  expect(made?.sql).toContain('INSERT INTO vectorizer.vectorizer ')
  const [removed] = planMigrations([], historyOf([list], table)).migrations
  expect([removed?.name, removed?.summary]).toEqual([
    'unregister_photo_looks',
    'no longer reads and writes Photo.looks; the vectors stay',
  ])
  expect(removed?.sql).not.toMatch(/INDEX|ALTER/u)
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
