// What undoes each kind of our migrations, and what refuses; the SQL itself runs in test/migrate-down.test.ts.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { downMigration } from '../src/migrations/down.ts'
import { createFolder, datasource, type Folder } from './support/folder.ts'
import { failureOf } from './support/schema.ts'

const post = (annotation: string) =>
  `${datasource}\nmodel Post {\n  id   Int    @id\n  /// @vectorizer(${annotation})\n  text String\n}\n`
const postTable = 'CREATE TABLE "Post" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL);\n'
const storeTable = 'CREATE TABLE "Post_embedding_store" ("id" INTEGER NOT NULL, "embedding" vector(3) NOT NULL);\n'

let folder: Folder
let second: number
beforeEach(() => {
  folder = createFolder({ 'migrations/20260101000000_init/migration.sql': postTable })
  second = 0
})
afterEach(() => folder[Symbol.dispose]())

/** Writes the migrations that lead to this annotation. */
function migrate(annotation: string): void {
  folder.write('schema.prisma', post(annotation))
  folder.synchronise('schema.prisma', new Date(Date.UTC(2026, 1, 1, 0, second++)))
}
const write = (name: string, sql: string) => folder.write(`migrations/${name}/migration.sql`, sql)
const down = (name: string) => downMigration(`${folder.path}/migrations`, name)
/** Without the comments. */
const statements = (script: string) =>
  script
    .split('\n')
    .filter((line) => !line.startsWith('--') && line !== '')
    .join('\n')

describe('a vectorizer that was made', () => {
  test('goes with its store, where the migration made that', () => {
    migrate('dimensions: 3')
    const script = down('vectorize_post_text')
    expect(script).toContain('DROP TABLE IF EXISTS "Post_embedding_store";')
    expect(script).toContain(`DELETE FROM vectorizer.vectorizer WHERE name = 'Post_embedding_store';`)
    expect(script).toContain('DROP TABLE IF EXISTS vectorizer."Post_embedding_store_queue";')
    expect(script).toContain(`WHERE "migration_name" = '20260131235959_vectorize_post_text'`)
    expect(down('20260131235959_vectorize_post_text')).toBe(script)
  })

  test('leaves a store that a migration of Prisma made, without the index', () => {
    write('20260101000001_store', storeTable)
    migrate('dimensions: 3')
    const script = statements(down('vectorize_post_text'))
    expect(script).not.toContain('DROP TABLE IF EXISTS "Post_embedding_store";')
    expect(script).toContain('DROP INDEX IF EXISTS "Post_embedding_store_embedding_vector_idx";')
    expect(script).not.toContain('text_idx')
  })

  test('leaves no text index on a store that stays', () => {
    write('20260101000001_store', storeTable)
    migrate('dimensions: 3, textSearch: english')
    expect(statements(down('vectorize_post_text'))).toContain(
      'DROP INDEX IF EXISTS "Post_embedding_store_chunk_text_idx";',
    )
  })

  test('leaves an index that the schema declares', () => {
    write('20260101000001_store', storeTable)
    migrate('dimensions: 3, index: hnsw(halfvec: false)')
    expect(statements(down('vectorize_post_text'))).not.toContain('DROP INDEX')
  })

  test('leaves no row-level security on a store that stays', () => {
    write('20260101000001_store', `${storeTable}ALTER TABLE "Post" ENABLE ROW LEVEL SECURITY;`)
    migrate('dimensions: 3')
    expect(statements(down('vectorize_post_text'))).toContain(
      'ALTER TABLE "Post_embedding_store" DISABLE ROW LEVEL SECURITY;',
    )
  })
})

test('a change is planned back', () => {
  migrate('dimensions: 3')
  migrate('dimensions: 4, view: "post_chunks"')
  const script = statements(down('revectorize_post_text'))
  expect(script).toContain('ALTER TABLE "Post_embedding_store" ALTER COLUMN "embedding" TYPE vector(3)')
  expect(script).toContain('DROP VIEW IF EXISTS "post_chunks";')
  expect(script).not.toContain('CREATE VIEW')
})

test('a text index that was added goes, one that was dropped comes back', () => {
  migrate('dimensions: 3')
  migrate('dimensions: 3, textSearch: english')
  expect(statements(down('revectorize_post_text'))).toContain(
    'DROP INDEX IF EXISTS "Post_embedding_store_chunk_text_idx";',
  )
  migrate('dimensions: 3')
  const names = Object.keys(folder.contents()).filter((path) => path.includes('_revectorize_'))
  const last = names.at(-1)?.split('/')[1] ?? ''
  expect(statements(down(last))).toContain('USING gin (to_tsvector(\'english\'::regconfig, "chunk"));')
})

test('a removal is made good, with a store where Prisma has dropped it', () => {
  migrate('dimensions: 3')
  folder.write('schema.prisma', post('').replace(/ {2}\/\/\/.*\n/u, ''))
  folder.synchronise('schema.prisma', new Date(Date.UTC(2026, 2, 1)))
  expect(statements(down('unvectorize_post_text'))).not.toContain('CREATE TABLE "Post_embedding_store"')
  write('20260401000000_dropped', 'DROP TABLE "Post_embedding_store";')
  const script = statements(down('unvectorize_post_text'))
  expect(script).toContain('CREATE TABLE "Post_embedding_store"')
  expect(script).toContain('CREATE TRIGGER')

  write('20260401000001_gone', 'DROP TABLE "Post";')
  expect(failureOf(() => down('unvectorize_post_text')).message).toContain('it takes a migration that creates "Post"')
})

test('row-level security that came later goes alone', () => {
  migrate('dimensions: 3')
  write('20260301000000_secure', 'ALTER TABLE "Post" ENABLE ROW LEVEL SECURITY;')
  second = 100_000
  migrate('dimensions: 3')
  expect(statements(down('secure_post_text'))).toMatchInlineSnapshot(`
    "BEGIN;
    DROP POLICY IF EXISTS "vectorizer_parent" ON "Post_embedding_store";
    ALTER TABLE "Post_embedding_store" DISABLE ROW LEVEL SECURITY;
    DROP FUNCTION IF EXISTS vectorizer."Post_embedding_store_visible"(anyelement);
    UPDATE "_prisma_migrations" SET "rolled_back_at" = now() WHERE "migration_name" = '20260411103959_secure_post_text' AND "rolled_back_at" IS NULL;
    COMMIT;"
  `)
})

test('the extension stays', () => {
  migrate('dimensions: 3')
  expect(statements(down('vectorizer_extension'))).not.toContain('DROP')
})

describe('refuses', () => {
  test('VZ203: what is not ours', () => {
    migrate('dimensions: 3')
    expect(failureOf(() => down('init')).code).toBe('VZ203')
    write(
      '20260301000000_mixed',
      `CREATE TABLE "A" ();\n${folder.read('migrations/20260131235959_vectorize_post_text/migration.sql')}`,
    )
    expect(failureOf(() => down('mixed')).code).toBe('VZ203')
  })

  test('VZ204: a name that is none, or several', () => {
    expect(failureOf(() => down('int')).message).toContain('Did you mean `init`?')
    write('20260301000000_init', '')
    expect(failureOf(() => down('init')).message).toContain(
      'VZ204 2 migrations are called init: 20260101000000_init, 20260301000000_init.',
    )
  })

  test('VZ205: what later ones build on, naming the last of them first', () => {
    migrate('dimensions: 3')
    migrate('dimensions: 4')
    migrate('dimensions: 5')
    const { code, message } = failureOf(() => down('vectorize_post_text'))
    expect(code).toBe('VZ205')
    expect(message).toMatch(/\d_revectorize_post_text, then \d+_revectorize_post_text build on it\./u)
    expect(message).toContain('Undo 20260201000159_revectorize_post_text first, and remove its folder.')
  })
})
