import { describe, expect, test } from 'vitest'
import { writeIfChanged, writeMigrations } from '../src/write/write-files.ts'
import { createFolder } from './support/folder.ts'

test('a file that holds the text already is not written', () => {
  using folder = createFolder({})
  const path = `${folder.path}/a/b.txt`
  expect(writeIfChanged(path, 'one')).toBe(true)
  const modified = folder.modified('a/b.txt')
  expect(writeIfChanged(path, 'one')).toBe(false)
  expect(folder.modified('a/b.txt')).toBe(modified)
  expect(writeIfChanged(path, 'two')).toBe(true)
  expect(folder.contents()).toEqual({ 'a/b.txt': 'two' })
})

describe('timestamps', () => {
  const now = new Date('2026-01-01T00:00:10.500Z')
  const migrations = [
    { name: 'a', sql: '' },
    { name: 'b', sql: '' },
  ]
  const written = (existing: readonly string[]) => {
    using folder = createFolder({})
    return writeMigrations(folder.path, existing, migrations, now).map((path) => path.split(/[\\/]/u).at(-2))
  }

  test('come before now, so that a migration Prisma makes in the same run sorts behind', () => {
    expect(written([])).toEqual(['20260101000008_a', '20260101000009_b'])
  })

  test('come behind every migration there is, even one of the future', () => {
    expect(written(['20260101000009_z'])).toEqual(['20260101000010_a', '20260101000011_b'])
    expect(written(['20270101235959_z'])).toEqual(['20270102000000_a', '20270102000001_b'])
  })

  test('are today’s where the existing names have none', () => {
    expect(written(['0_init'])).toEqual(['20260101000008_a', '20260101000009_b'])
  })
})

test('the lock file is Prisma’s, and one that is there stays', () => {
  using folder = createFolder({ 'migration_lock.toml': '# mine\nprovider = "postgresql"\n' })
  writeMigrations(folder.path, [], [{ name: 'a', sql: 'SELECT 1;\n' }], new Date())
  expect(folder.read('migration_lock.toml')).toContain('# mine')
})

test('nothing at all is written without migrations', () => {
  using folder = createFolder({})
  expect(writeMigrations(folder.path, [], [], new Date())).toEqual([])
  expect(folder.contents()).toEqual({})
})
