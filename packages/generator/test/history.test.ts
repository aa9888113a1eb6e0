import { expect, test } from 'vitest'
import { emitCreate, emitRemove } from '../src/emit/migration.ts'
import { readHistory } from '../src/migrations/history.ts'
import { tableKey } from '../src/migrations/tables.ts'
import { createFolder } from './support/folder.ts'
import { blogPost, failureOf, specOf } from './support/schema.ts'

function historyOf(migrations: Readonly<Record<string, string>>) {
  using folder = createFolder(
    Object.fromEntries(Object.entries(migrations).map(([name, sql]) => [`migrations/${name}/migration.sql`, sql])),
  )
  return readHistory(`${folder.path}/migrations`)
}

const spec = specOf(
  blogPost('dimensions: 3, template: "$title: $chunk $$spec$$ it\'s \\\\", targetTable: "it\'s \\\\ x"'),
)

test('a folder that does not exist is an empty history', () => {
  expect(readHistory('/nowhere/at/all')).toEqual({
    migrations: [],
    createsExtension: false,
    secured: new Set(),
    tables: new Map(),
    vectorizers: new Map(),
  })
})

test('folders without a migration.sql are passed over, the others are read in order', () => {
  using folder = createFolder({
    'migrations/migration_lock.toml': 'provider = "postgresql"',
    'migrations/2_b/migration.sql': 'DROP TABLE a;',
    'migrations/1_a/migration.sql': 'CREATE TABLE a (id int);',
    'migrations/3_c/notes.md': 'CREATE TABLE c (id int);',
  })
  const history = readHistory(`${folder.path}/migrations`)
  expect(history.migrations).toEqual(['1_a', '2_b'])
  expect(history.tables.size).toBe(0)
})

test.each([
  ['create extension vector;', true],
  ['CREATE EXTENSION IF NOT EXISTS "vector" WITH SCHEMA extensions;', true],
  ['-- CREATE EXTENSION vector;\nCREATE EXTENSION vectorscale;', false],
])('%s', (sql, expected) => {
  expect(historyOf({ '1': sql }).createsExtension).toBe(expected)
})

test('our own migrations are read back, whatever their names and strings hold', () => {
  const history = historyOf({ '1': emitCreate(spec, { store: 'absent', secures: false }) })
  expect([...history.vectorizers]).toEqual([[spec.name, spec]])
  expect([...(history.tables.get(tableKey(spec.store)) ?? [])]).toContainEqual(['embedding', 'vector(3)'])
})

test('a removed vectorizer is gone, its store stays until Prisma drops it', () => {
  const history = historyOf({ '1': emitCreate(spec, { store: 'absent', secures: false }), '2': emitRemove(spec) })
  expect(history.vectorizers.size).toBe(0)
  expect(history.tables.has(tableKey(spec.store))).toBe(true)
})

test('the last registration counts', () => {
  const later = specOf(blogPost('dimensions: 5'))
  const earlier = specOf(blogPost('dimensions: 3'))
  const history = historyOf({
    '1': emitCreate(earlier, { store: 'absent', secures: false }),
    '2': emitCreate(later, { store: 'as wanted', secures: false }),
  })
  expect(history.vectorizers.get(later.name)).toEqual(later)
})

test('a spec of an earlier version has the fields that came later', () => {
  const sql = emitCreate(spec, { store: 'absent', secures: false })
  const earlier = sql.replace(',"textSearch":null', '').replace(',"replicated":false', '').replace(',"bit":false', '')
  expect(earlier).not.toBe(sql)
  expect([...historyOf({ '1': earlier }).vectorizers]).toEqual([[spec.name, spec]])
})

test('VZ202: a spec that cannot be read names its file', () => {
  const sql = emitCreate(specOf(blogPost('dimensions: 3')), { store: 'absent', secures: false })
  for (const edited of [sql.replace('{"version":1,', '{version:1,'), sql.replace('{"version":1,', '{"version":99,')]) {
    const error = failureOf(() => historyOf({ '20260101000000_vectorize_post': edited }))
    expect(error.message.replace(/\S*(?=migrations\/)/u, '')).toMatchInlineSnapshot(`
      "VZ202 migrations/20260101000000_vectorize_post/migration.sql: the vectorizer's spec cannot be read.
        why: It is how \`prisma generate\` knows what the migrations have made; it was edited, or a newer version wrote it.
        fix: Restore the text between $spec$ and $spec$, or update @prisma-vectorizer/generator."
    `)
  }
})
