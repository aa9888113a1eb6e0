import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { migrationsVariable } from '../src/config.ts'
import { withVectorizer } from '../src/with-vectorizer.ts'
import { createFolder, datasource } from './support/folder.ts'

const argv = process.argv
beforeEach(() => {
  vi.stubEnv(migrationsVariable, undefined)
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  process.argv = argv
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('withVectorizer', () => {
  const model = 'model BlogPost {\n  id Int @id\n  /// @vectorizer(dimensions: 3)\n  content String\n}\n'
  const generator = (option: string) =>
    `generator vectorizer {\n  provider = "prisma-generator-vectorizer"\n  output   = "../out"\n${option}}\n`

  function filesAfter(command: string, option: string, path?: string): string[] {
    using folder = createFolder({ 'prisma/schema.prisma': [datasource, generator(option), model].join('\n') })
    process.argv = ['node', 'prisma', ...command.split(' ')]
    const config = {
      schema: `${folder.path}/prisma/schema.prisma`,
      ...(path && { migrations: { path: `${folder.path}/${path}` } }),
    }
    expect(withVectorizer(config)).toBe(config)
    return Object.keys(folder.contents())
      .map((file) => file.replace(/\d{14}/u, '<time>'))
      .sort()
  }
  const extension = (folder: string) => [
    `${folder}/<time>_vectorizer_extension/migration.sql`,
    `${folder}/migration_lock.toml`,
  ]

  test('writes migrations in `migrate dev` only', () => {
    expect(filesAfter('migrate dev', '')).toEqual([...extension('prisma/migrations'), 'prisma/schema.prisma'])
    for (const command of ['generate', 'migrate deploy', 'db push', 'validate']) {
      expect(filesAfter(command, '')).toEqual(['prisma/schema.prisma'])
    }
  })

  test('writes them where prisma.config.ts has them, and the generator block before that', () => {
    expect(filesAfter('migrate dev', '', 'db')).toEqual([...extension('db'), 'prisma/schema.prisma'])
    expect(filesAfter('migrate dev', '  migrations = "../sql"\n', 'db')).toEqual([
      'prisma/schema.prisma',
      ...extension('sql'),
    ])
  })

  test('writes none where the generator block says so', () => {
    expect(filesAfter('migrate dev --name init', '  migrations = "none"\n')).toEqual(['prisma/schema.prisma'])
  })
})
