// The promise that Prisma Migrate never notices us, kept with the real Prisma CLI on a real database.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  contentsOf,
  createPlainApplication,
  createWrappedApplication,
  datasource,
  generators,
} from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import type { Project } from './support/project.ts'

const { client, vectorizer } = generators('../generated')
const inSync = 'Already in sync, no schema change or pending migration was found.'
const diff = (schema: string) => `migrate diff --from-migrations prisma/migrations --to-schema ${schema} --exit-code`

let database: TestDatabase

const sql = (text: string) => withClient(database.url, async (client) => (await client.query(text)).rows)

/** One database, and a new one, for each group: `migrate` takes a whole one. */
function useDatabase(): void {
  beforeAll(async () => {
    database = await createDatabase()
  })
  afterAll(() => database.close())
}

describe('a new application of every kind of key, name and index', () => {
  const models = `model Author {
  id    Int        @id @default(autoincrement())
  name  String
  posts BlogPost[]
}

model BlogPost {
  id       Int     @id @default(autoincrement())
  title    String
  /// @vectorizer(dimensions: 768, template: "$title - $chunk")
  content  String
  author   Author? @relation(fields: [authorId], references: [id])
  authorId Int?
}

model Section {
  tenantId String  @map("tenant_id") @db.Uuid
  kind     Kind
  number   Int     @map("section_no")
  /// @vectorizer(dimensions: 8, index: hnsw(m: 8, halfvec: false), distance: l2)
  /// @vectorizer(dimensions: 16, index: none, name: sketches)
  text     String  @map("body text")

  @@id([tenantId, kind, number])
  @@map("Tenant's sections")
}

enum Kind {
  ESSAY
  NOTE
}

model PublishedArticleOfTheInternationalJournalOfVeryLongNames {
  chunk   String @id @db.VarChar(40)
  content String /// @vectorizer(dimensions: 3)

  @@map("published_article_of_the_international_journal_of_long_names")
}
`
  let project: Project
  useDatabase()
  beforeAll(async () => {
    project = await createWrappedApplication(models, database)
  })
  afterAll(() => project.close())

  test('is complete after migrate dev, generate, migrate dev', async () => {
    const first = await project.prisma('migrate dev --name init')
    expect(first.stderr).toContain('prisma-vectorizer: wrote prisma/schema/vectorizer.prisma\n')
    expect(first.stderr).toContain('BlogPost.content waits for a migration that creates "BlogPost"')
    const { stdout } = await project.prisma('generate')
    expect(stdout).toMatch(/prisma-vectorizer: wrote prisma\/migrations\/\d{14}_vectorize_blog_post_content\//u)
    expect(stdout).not.toContain('once more')
    expect(await project.read('generated/prisma/models/BlogPost.ts')).toContain('contentEmbeddings')

    const second = await project.prisma('migrate dev')
    expect(second.stdout).toContain('Your database is now in sync with your schema.')
    expect(await project.list('prisma/migrations')).toEqual(
      [
        'prisma/migrations/migration_lock.toml',
        expect.stringMatching(/\d_vectorizer_extension\/migration.sql$/u),
        expect.stringMatching(/\d_init\/migration.sql$/u),
        expect.stringMatching(/\d_vectorize_blog_post_content\/migration.sql$/u),
        expect.stringMatching(/\d_vectorize_section_text\/migration.sql$/u),
        expect.stringMatching(/\d_vectorize_section_sketches\/migration.sql$/u),
        expect.stringMatching(/\d_vectorize_published_article_.*\/migration.sql$/u),
      ].sort(),
    )
  })

  test('is in sync for every command that compares', async () => {
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
    await project.prisma(diff('prisma/schema'))
    expect((await project.prisma('migrate status')).stdout).toContain('Database schema is up to date!')
    expect((await project.prisma('db push')).stdout).toContain(
      'The database is already in sync with the Prisma schema.',
    )
  })

  test('has the indexes it asked for', async () => {
    const indexes = await sql(`SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%hnsw%' ORDER BY 1`)
    expect(indexes.map(({ indexdef }) => indexdef.replace(/^.* USING /u, ''))).toEqual([
      "hnsw (((embedding)::halfvec(768)) halfvec_cosine_ops) WITH (m='16', ef_construction='64')",
      "hnsw (embedding vector_l2_ops) WITH (m='8', ef_construction='64')",
      "hnsw (((embedding)::halfvec(3)) halfvec_cosine_ops) WITH (m='16', ef_construction='64')",
    ])
  })

  test('stays as it is: format and generate write nothing more', async () => {
    await project.prisma('validate')
    const derived = await project.read('prisma/schema/vectorizer.prisma')
    await project.prisma('format')
    expect(await project.read('prisma/schema/vectorizer.prisma')).toBe(derived)
    const before = await contentsOf(project, 'prisma')
    const modified = () => stat(join(project.folder, 'generated/vectorizer/index.ts')).then(({ mtimeMs }) => mtimeMs)
    const time = await modified()
    expect((await project.prisma('generate')).stdout).not.toContain('prisma-vectorizer: ')
    expect(await contentsOf(project, 'prisma')).toEqual(before)
    expect(await modified()).toBe(time)
  })
})

describe('a vectorizer on a table that exists', () => {
  const models = `model Note {
  id   Int    @id
  text String
}
`
  const queued = async () =>
    (await sql('SELECT key_id::int AS key FROM vectorizer."Note_embedding_store_queue" ORDER BY 1')).map(
      ({ key }) => key,
    )
  const column = async () =>
    (
      await sql(`SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
        WHERE attrelid = '"Note_embedding_store"'::regclass AND attname = 'embedding'`)
    )[0]?.type

  let project: Project
  useDatabase()
  beforeAll(async () => {
    project = await createWrappedApplication(models, database)
  })
  afterAll(() => project.close())

  /** Replaces the model as an editor would, the lines that were added for us included. */
  async function edit(from: RegExp, to: string): Promise<void> {
    const text = await project.read('prisma/schema/schema.prisma')
    expect(text).toMatch(from)
    await project.write('prisma/schema/schema.prisma', text.replace(from, to))
  }

  test('is made by one migrate dev, and its rows are queued', async () => {
    await project.prisma('migrate dev --name init')
    expect(await project.list('prisma/migrations')).toHaveLength(2)
    await sql(`INSERT INTO "Note" VALUES (1, 'one'), (2, 'two')`)
    await edit(/text String/u, 'text String /// @vectorizer(dimensions: 3)')
    const { stdout, stderr } = await project.prisma('migrate dev')
    expect(stderr).toContain('embeds Note.text into Note_embedding_store, existing rows included')
    expect(stdout).toContain('Your database is now in sync with your schema.')
    expect(await queued()).toEqual([1, 2])
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
  })

  test('follows its dimensions, which Prisma does not see', async () => {
    await sql('DELETE FROM vectorizer."Note_embedding_store_queue"')
    await edit(/dimensions: 3/u, 'dimensions: 4')
    const { stderr } = await project.prisma('migrate dev')
    expect(stderr).toContain('Note.text: Changed: dimensions. Every row is embedded again')
    expect(await column()).toBe('vector(4)')
    expect(await queued()).toEqual([1, 2])
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
  })

  test('follows its key, after Prisma', async () => {
    await edit(/id {3}Int/u, 'id   BigInt')
    // `migrate dev` asks before it changes a key, and only on a terminal: its SQL is taken from `migrate diff` instead.
    const script = await project.prisma(diff('prisma/schema').replace('--exit-code', '--script'))
    const timestamp = new Date().toISOString().replace(/\D/gu, '').slice(0, 14)
    await project.write(`prisma/migrations/${timestamp}_bigint/migration.sql`, script.stdout)
    await project.prisma('migrate deploy')
    await sql(`INSERT INTO "Note" VALUES (3, 'three')`)
    expect(await queued()).toEqual([1, 2, 3])
    await sql('DELETE FROM vectorizer."Note_embedding_store_queue" WHERE key_id < 3')
    expect((await project.prisma('migrate dev')).stderr).toMatch(/Changed: key\.$/mu)
    await sql(`INSERT INTO "Note" VALUES (3000000000, 'four')`)
    // The third waited for the worker before, and waits still; the first two are not embedded again.
    expect(await sql('SELECT key_id FROM vectorizer."Note_embedding_store_queue" ORDER BY 1')).toEqual([
      { key_id: '3' },
      { key_id: '3000000000' },
    ])
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
  })

  test('goes with its annotation, and leaves nothing', async () => {
    await edit(/ \/\/\/ @vectorizer\(.*\)/u, '')
    const { stderr } = await project.prisma('migrate dev --name forget')
    expect(stderr).toContain('removes triggers and queue of Note.text; Prisma drops the store itself')
    expect(await project.read('prisma/schema/schema.prisma')).not.toContain('Embeddings')
    expect(await project.list('prisma/schema')).toEqual(['prisma/schema/schema.prisma'])
    expect(
      await sql(`SELECT to_regclass('"Note_embedding_store"') AS store, count(*)::int AS left FROM (
      SELECT tgname FROM pg_trigger WHERE tgname LIKE 'vectorizer%' UNION ALL SELECT name FROM vectorizer.vectorizer
      UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'vectorizer'::regnamespace AND proname <> 'current_key'
      UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'vectorizer'::regnamespace AND relname LIKE '%queue%') AS ours`),
    ).toEqual([{ store: null, left: 0 }])
    await sql(`INSERT INTO "Note" VALUES (5, 'five'); UPDATE "Note" SET text = 'six'; DELETE FROM "Note"`)
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
  })
})

describe('the generator alone, in a single schema.prisma', () => {
  const model = 'model Note {\n  id   Int    @id\n  text String /// @vectorizer(dimensions: 3)\n}\n'

  describe.each([
    ['last', [datasource, client, model, vectorizer]],
    ['first', [vectorizer, client, datasource, model]],
  ])('with its block %s', (_, parts) => {
    useDatabase()

    test('converges with the second generate, which the first one asks for, and is in sync', async () => {
      await using project = await createPlainApplication(parts, database)
      const first = await project.prisma('generate')
      expect(first.stdout).toContain('prisma-vectorizer: wrote prisma/schema.prisma\n')
      expect(first.stdout).toContain('run `prisma generate` once more, so that Prisma Client knows the derived models')
      const schema = await project.read('prisma/schema.prisma')
      await project.prisma('generate')
      expect(await project.read('prisma/schema.prisma')).toBe(schema)
      expect(await project.read('generated/prisma/models/Note.ts')).toContain('textEmbeddings')
      if (parts[0] === datasource) return

      await project.prisma('migrate dev --name init')
      expect((await project.prisma('generate')).stdout).toContain('_vectorize_note_text/migration.sql')
      await project.prisma('migrate dev')
      expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
      await project.prisma('format')
      const formatted = await project.read('prisma/schema.prisma')
      const block = /\/\/ prisma-vectorizer: derived[\s\S]*/u
      expect(block.exec(formatted)?.[0]).toBe(block.exec(schema)?.[0])
      expect((await project.prisma('generate')).stdout).not.toContain('prisma-vectorizer: ')
      expect(await project.read('prisma/schema.prisma')).toBe(formatted)
    })
  })
})

describe('a mistake ends the command, says where, and leaves every file as it was', () => {
  const nowhere = { url: 'postgresql://postgres@127.0.0.1:1/none', shadowUrl: undefined }
  const model = (key: string, args: string) =>
    `model Note {\n  id   Int ${key}\n  text String /// @vectorizer(${args})\n}\n`

  const mistakes = [
    ['VZ103 Note.text: @vectorizer has no `dimensions`.', model('@id', '')],
    ['VZ102 Note.text: @vectorizer has no argument `dimension`.', model('@id', 'dimension: 3')],
    ['VZ101 Note.text: the annotation stops making sense at `"`.', model('@id', 'dimensions: 3 "x"')],
    ['VZ105 Note.text: Note has no primary key.', model('@unique', 'dimensions: 3')],
    ['VZ106 Note.text: the template names `$titel`', model('@id', 'dimensions: 3, template: "$titel $chunk"')],
    [
      'VZ107 Note.text: chunks of 100 code points cannot overlap by 400.',
      model('@id', 'dimensions: 3, chunking: recursive(size: 100)'),
    ],
  ] as const

  test.each(mistakes)('%s, with withVectorizer', async (fact, text) => {
    await using project = await createWrappedApplication(text, nowhere)
    const before = await contentsOf(project)
    const { stderr } = await project.prisma('migrate dev', { code: 1 })
    expect(stderr).toContain(fact)
    expect(stderr).toMatch(/ {2}--> prisma\/schema\/schema\.prisma:17:\d+\n {2}17 \| {3}text String/u)
    expect(await contentsOf(project)).toEqual(before)
  })

  test.each(mistakes.slice(0, 2))('%s, with the generator alone', async (fact, text) => {
    await using project = await createPlainApplication([datasource, vectorizer, text], nowhere)
    const before = await contentsOf(project)
    const { stdout, stderr } = await project.prisma('generate', { code: 1 })
    expect(stdout + stderr).toContain(fact)
    expect(stdout + stderr).toMatch(/ {2}--> prisma\/schema\.prisma:12:\d+\n {2}12 \| {3}text String/u)
    expect(await contentsOf(project)).toEqual(before)
  })

  test('VZ110, a datasource that is not PostgreSQL', async () => {
    const sqlite = datasource.replace('postgresql', 'sqlite')
    await using project = await createPlainApplication([sqlite, vectorizer, model('@id', 'dimensions: 3')], nowhere)
    const { stdout, stderr } = await project.prisma('generate', { code: 1 })
    expect(stdout + stderr).toContain('VZ110 The datasource db is sqlite')
    expect(stdout + stderr).toContain('--> prisma/schema.prisma:2:14')
  })

  test('VZ113, a generator without output', async () => {
    const generator = vectorizer.replace(/ {2}output.*\n/u, '')
    await using project = await createPlainApplication([datasource, generator, model('@id', 'dimensions: 3')], nowhere)
    const before = await contentsOf(project)
    const { stdout, stderr } = await project.prisma('generate', { code: 1 })
    expect(stdout + stderr).toContain('VZ113 generator vectorizer has no `output`.\n  --> prisma/schema.prisma:5:1')
    expect(await contentsOf(project)).toEqual(before)
  })
})
