import { afterEach, describe, expect, test, vi } from 'vitest'
import { type GeneratorOptions, migrationsVariable, readConfiguration } from '../src/config.ts'
import { createFolder } from './support/folder.ts'
import { failureOf } from './support/schema.ts'

const options = (config: GeneratorOptions['config'], output: string | null = '/app/out'): GeneratorOptions => ({
  name: 'vectorizer',
  output,
  config,
  sourceFilePath: '/app/prisma/schema/generators.prisma',
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('VZ113', () => {
  function messageOf(lines: string, config: GeneratorOptions['config'], output: string | null = '/app/out') {
    const block = `generator client {\n}\n\ngenerator vectorizer {\n  provider = "prisma-generator-vectorizer"\n${lines}}\n`
    using folder = createFolder({ 'schema.prisma': block })
    const sourceFilePath = `${folder.path}/schema.prisma`
    const { message } = failureOf(() => readConfiguration({ ...options(config, output), sourceFilePath }, folder.path))
    return message.replace(/--> .*\//u, '--> ')
  }

  test('no output', () => {
    expect(messageOf('', {}, null)).toMatchInlineSnapshot(`
      "VZ113 generator vectorizer has no \`output\`.
        --> schema.prisma:4:1
         4 | generator vectorizer {
           | ^
        fix: Add e.g. \`output = "../src/generated/vectorizer"\`."
    `)
  })

  test('an unknown option', () => {
    expect(messageOf('  migration = "x"\n', { migration: 'x' })).toMatchInlineSnapshot(`
      "VZ113 generator vectorizer has no option \`migration\`.
        --> schema.prisma:6:3
         6 |   migration = "x"
           |   ^
        fix: Did you mean \`migrations\`?"
    `)
    expect(messageOf('  previewFeatures=["x"]\n', { previewFeatures: ['x'] })).toContain('--> schema.prisma:6:3\n')
  })

  test('an unknown extension', () => {
    expect(messageOf('  generatedFileExtension = "cjs"\n', { generatedFileExtension: 'cjs' })).toMatchInlineSnapshot(`
      "VZ113 generator vectorizer takes "ts", "mts", "js" as \`generatedFileExtension\`.
        --> schema.prisma:6:3
         6 |   generatedFileExtension = "cjs"
           |   ^
        fix: Write one of them, or leave it out for "ts"."
    `)
  })

  test('several folders', () => {
    expect(messageOf('  migrations = ["a", "b"]\n', { migrations: ['a', 'b'] })).toMatchInlineSnapshot(`
      "VZ113 generator vectorizer takes one folder as \`migrations\`.
        --> schema.prisma:6:3
         6 |   migrations = ["a", "b"]
           |   ^
        fix: Write a string."
    `)
  })
})

test('the extension is ts, mts or js', () => {
  const extensionOf = (config: GeneratorOptions['config']) => readConfiguration(options(config), '/').extension
  expect(extensionOf({})).toBe('ts')
  for (const extension of ['ts', 'mts', 'js'])
    expect(extensionOf({ generatedFileExtension: extension })).toBe(extension)
})

describe('the folder of the migrations', () => {
  const folderOf = (config: GeneratorOptions['config'], schemaPath: string) =>
    readConfiguration(options(config), schemaPath).migrations

  test('is beside a single schema file, and inside a schema folder', () => {
    using folder = createFolder({ 'prisma/schema.prisma': '' })
    expect(folderOf({}, `${folder.path}/prisma/schema.prisma`)).toBe(`${folder.path}/prisma/migrations`)
    expect(folderOf({}, `${folder.path}/prisma`)).toBe(`${folder.path}/prisma/migrations`)
  })

  test('is what withVectorizer read in prisma.config.ts', () => {
    vi.stubEnv(migrationsVariable, '/app/db/migrations')
    using folder = createFolder({ 'schema.prisma': '' })
    expect(folderOf({}, `${folder.path}/schema.prisma`)).toBe('/app/db/migrations')
  })

  test('is none where withVectorizer was told so', () => {
    vi.stubEnv(migrationsVariable, 'none')
    expect(folderOf({}, '/app/prisma/schema')).toBeNull()
  })

  test('is the generator’s own option first, relative to the file of its block', () => {
    vi.stubEnv(migrationsVariable, '/app/db/migrations')
    expect(folderOf({ migrations: '../sql' }, '/app/prisma/schema')).toBe('/app/prisma/sql')
    expect(folderOf({ migrations: 'none' }, '/app/prisma/schema')).toBeNull()
  })
})
