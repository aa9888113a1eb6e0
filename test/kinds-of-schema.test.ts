// Schemas that are laid out another way: several Postgres schemas, no foreign keys, names that Prisma itself cannot write.
import { createWorker } from '@prisma-vectorizer/worker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWrappedApplication, datasource } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import type { Project } from './support/project.ts'
import { inSync, type Travelled, type Traveller, takeDocumentedSteps, travel } from './support/whole-road.ts'

const annotation = '@vectorizer(dimensions: 256, model: "local/hash")'

let database: TestDatabase
let project: Project

const sql = (text: string) => withClient(database.url, async (client) => (await client.query(text)).rows)

/** An application whose datasource has this line, taken through the documented steps. */
function useApplication(datasourceLine: string, models: string): void {
  beforeAll(async () => {
    database = await createDatabase()
    project = await createWrappedApplication(models, database)
    const schema = await project.read('prisma/schema/schema.prisma')
    await project.write(
      'prisma/schema/schema.prisma',
      schema.replace(datasource, datasource.replace('}', `  ${datasourceLine}\n}`)),
    )
    await takeDocumentedSteps(project)
  })
  afterAll(async () => {
    await project?.close()
    await database?.close()
  })
}

const asExpected: Travelled = { queued: [1, 1, 0], found: ['a wooden boat', 'a stone house'], left: 0 }

async function expectInSync(): Promise<void> {
  expect((await project.prisma('migrate dev')).stdout).toContain(inSync['migrate dev'])
  await project.prisma('migrate diff --from-migrations prisma/migrations --to-schema prisma/schema --exit-code')
  expect((await project.prisma('db push')).stdout).toContain(inSync['db push'])
}

describe('several Postgres schemas', () => {
  useApplication(
    'schemas = ["public", "blog", "the vectors"]',
    `enum Kind {
  ESSAY
  NOTE

  @@schema("public")
}

model Post {
  kind    Kind
  number  Int    @default(autoincrement())
  text    String /// ${annotation}
  summary String /// ${annotation.replace('(', '(targetSchema: "the vectors", targetTable: "summaries", ')}

  @@id([kind, number])
  @@schema("blog")
}

model PublicPost {
  id   Int    @id @default(autoincrement())
  text String /// ${annotation}

  @@map("Post")
  @@schema("public")
}
`,
  )
  const travellers: readonly Traveller[] = [
    { model: 'post', row: `{ kind: 'NOTE' }` },
    { model: 'post', row: '{}', field: 'summary' },
    { model: 'publicPost', row: '{}' },
  ]

  test('a store stands where its model does, or where targetSchema says', async () => {
    expect(
      await sql('SELECT name, source::text, store::text FROM vectorizer.vectorizer ORDER BY name COLLATE "C"'),
    ).toEqual([
      { name: 'blog.Post_embedding_store', source: 'blog."Post"', store: 'blog."Post_embedding_store"' },
      { name: 'public.Post_embedding_store', source: '"Post"', store: '"Post_embedding_store"' },
      { name: 'the vectors.summaries', source: 'blog."Post"', store: '"the vectors".summaries' },
    ])
  })

  test('the whole road, and in sync', async () => {
    expect(await travel(project, travellers)).toEqual({
      'post.textEmbeddings': asExpected,
      'post.summaryEmbeddings': asExpected,
      'publicPost.textEmbeddings': asExpected,
    })
    await expectInSync()
  })
})

describe('relationMode = "prisma"', () => {
  useApplication(
    'relationMode = "prisma"',
    `model Post {
  id   Int    @id @default(autoincrement())
  text String /// ${annotation}
}

model Section {
  tenant String
  number Int    @map("the number")
  text   String /// ${annotation}

  @@id([tenant, number])
  @@map("Tenant's sections")
}
`,
  )
  /** Keys of the stored chunks, once the worker has done what there is to do. */
  async function embedded(): Promise<Record<string, unknown[]>> {
    const worker = createWorker({ database: database.url })
    try {
      expect(await worker.drain()).toMatchObject({ failed: 0 })
    } finally {
      await worker.stop()
    }
    return {
      posts: (await sql('SELECT id FROM "Post_embedding_store" ORDER BY 1')).map(({ id }) => id),
      sections: (await sql(`SELECT "the number" AS key FROM "Tenant's sections_embedding_store" ORDER BY 1`)).map(
        ({ key }) => key,
      ),
    }
  }

  test('has no foreign key, and Prisma misses none and no index', async () => {
    expect(
      await sql(`SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace <> 'vectorizer'::regnamespace`),
    ).toEqual([])
    expect(await sql(`SELECT count(*)::int AS n FROM pg_trigger WHERE tgname LIKE 'vectorizer%'`)).toEqual([{ n: 10 }])
    const { stdout, stderr } = await project.prisma('validate')
    expect(stdout + stderr).not.toContain('warn')
    await expectInSync()
  })

  test('the whole road through Prisma Client', async () => {
    expect(
      await travel(project, [
        { model: 'post', row: '{}' },
        { model: 'section', row: `{ tenant: 'a', number: 1 }` },
      ]),
    ).toEqual({ 'post.textEmbeddings': asExpected, 'section.textEmbeddings': asExpected })
  })

  test.each([
    ['DELETE', ['DELETE FROM "Post" WHERE id = 1', `DELETE FROM "Tenant's sections" WHERE "the number" = 1`], [2]],
    [
      'a changed key',
      [
        'UPDATE "Post" SET id = 20 WHERE id = 2',
        `UPDATE "Tenant's sections" SET "the number" = 20 WHERE "the number" = 2`,
      ],
      [1, 20],
    ],
    ['TRUNCATE', ['TRUNCATE "Post"', `TRUNCATE "Tenant's sections"`], []],
  ])('%s in plain SQL leaves no chunk of a row that is gone', async (_, statements, left) => {
    await sql('TRUNCATE "Post"')
    await sql(`TRUNCATE "Tenant's sections"`)
    await sql(`INSERT INTO "Post" (id, text) VALUES (1, 'one'), (2, 'two')`)
    await sql(`INSERT INTO "Tenant's sections" VALUES ('a', 1, 'one'), ('a', 2, 'two')`)
    expect(await embedded()).toEqual({ posts: [1, 2], sections: [1, 2] })
    for (const statement of statements) await sql(statement)
    expect(await embedded()).toEqual({ posts: left, sections: left })
    expect(await sql('SELECT key_id FROM vectorizer."Post_embedding_store_queue"')).toEqual([])
  })
})

describe('a quotation mark in a name, which neither Prisma Migrate nor Prisma Client escapes', () => {
  const model = `model Note {
  id   Int    @id @default(autoincrement()) @map("the \\"id\\"")
  text String @map("the \\"text\\"") /// ${annotation}

  @@map("the \\"notes\\"")
}
`
  const migrationsOf = async () => (await project.list('prisma/migrations')).filter((path) => path.endsWith('.sql'))
  beforeAll(async () => {
    database = await createDatabase()
    project = await createWrappedApplication(model, database)
  })
  afterAll(async () => {
    await project?.close()
    await database?.close()
  })

  test("Prisma's own migration is no SQL; none of ours is written before it has made the table", async () => {
    await project.prisma('migrate dev --create-only --name init')
    const { stderr } = await project.prisma('migrate dev', { code: 1 })
    expect(stderr).toContain('Note.text waits for a migration that creates "the "notes""')
    expect(stderr).toMatch(
      /Migration `\d+_init` failed to apply cleanly to the shadow database.\nDatabase error: syntax error/u,
    )
    expect(await migrationsOf()).toEqual([
      expect.stringMatching(/_vectorizer_extension\/migration\.sql$/u),
      expect.stringMatching(/_init\/migration\.sql$/u),
    ])
  })
})
