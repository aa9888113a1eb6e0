import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { migrationsVariable } from '../src/config.ts'
import { type WithVectorizerOptions, withVectorizer } from '../src/with-vectorizer.ts'
import { createFolder, datasource } from './support/folder.ts'
import { failureOf } from './support/schema.ts'

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

  describe('with `output`', () => {
    function run(command: string, options: WithVectorizerOptions, block = '') {
      const folder = createFolder({
        'prisma/schema.prisma': [datasource, block, model].join('\n'),
        'db/1_init/migration.sql': 'CREATE TABLE "BlogPost" ("id" INTEGER NOT NULL, "content" TEXT NOT NULL);',
      })
      process.argv = ['node', 'prisma', ...command.split(' '), '--config', `${folder.path}/prisma.config.ts`]
      withVectorizer({ schema: 'prisma/schema.prisma', migrations: { path: 'db' } }, options)
      const before = Object.keys(folder.contents()).map((file) => file.replace(/\d{14}/u, '<time>'))
      folder[Symbol.dispose]()
      return before.filter((file) => !file.startsWith('prisma/') && file !== 'db/1_init/migration.sql')
    }
    const migrations = [
      'db/<time>_vectorize_blog_post_content/migration.sql',
      'db/<time>_vectorizer_extension/migration.sql',
      'db/migration_lock.toml',
    ]

    test('`prisma generate` writes the typed module and the migrations, without a generator block', () => {
      expect(run('generate', { output: 'src/vectorizer' }).sort()).toEqual([...migrations, 'src/vectorizer/index.ts'])
      expect(run('generate', { output: 'out', migrations: false })).toEqual(['out/index.ts'])
      expect(run('validate', { output: 'out' })).toEqual([])
      expect(run('generate', {})).toEqual([])
    })

    test('in another extension', () => {
      expect(run('generate', { output: 'out', migrations: false, extension: 'js' })).toEqual([
        'out/index.d.ts',
        'out/index.js',
      ])
    })

    test('migrations go where the option says, before the config', () => {
      expect(run('migrate dev', { migrations: 'sql' }).every((file) => file.startsWith('sql/'))).toBe(true)
    })

    test('leaves to a generator block what that writes itself', () => {
      expect(run('generate', { output: 'out' }, generator(''))).toEqual([])
      expect(run('generate', { output: 'elsewhere' }, generator(''))).toEqual(['elsewhere/index.ts'])
    })

    test('VZ113: options that do not exist', () => {
      const wrong = (options: object) => failureOf(() => withVectorizer({}, options)).message
      expect(wrong({ outputs: 'x' })).toMatchInlineSnapshot(`
        "VZ113 withVectorizer has no option \`outputs\`.
          fix: Its options are \`output\`, \`migrations\`, \`extension\`, \`workerRole\`, \`applicationRole\`."
      `)
      expect(wrong({ extension: 'cjs' })).toContain('VZ113 withVectorizer takes "ts", "mts", "js" as `extension`.')
    })
  })
})
