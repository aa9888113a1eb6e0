// What an application may have around us: preview features, generators of others, none of ours, and Prisma's commands that
// stay.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { schemaEngineEnvironment } from '@prisma-vectorizer/schema-engine'
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
import { inSync, takeDocumentedSteps, travel } from './support/whole-road.ts'

const nowhere = { url: 'postgresql://postgres@127.0.0.1:1/none', shadowUrl: undefined }
const annotation = '/// @vectorizer(dimensions: 256, model: "local/hash")'
const model = `model Note {\n  id   Int    @id @default(autoincrement())\n  text String ${annotation}\n}\n`
const diff = (schema: string) => `migrate diff --from-migrations prisma/migrations --to-schema ${schema} --exit-code`

let database: TestDatabase
let project: Project

function useDatabase(): void {
  beforeAll(async () => {
    database = await createDatabase()
  })
  afterAll(async () => {
    await project?.close()
    await database?.close()
  })
}

describe('the preview features views, partialIndexes and relationJoins', () => {
  const models = `model Note {
  id       Int     @id @default(autoincrement())
  text     String  /// @vectorizer(dimensions: 256, model: "local/hash", view: "note_embedding")
  archived Boolean @default(false)
}

view NoteEmbedding {
  embedding_uuid String  @unique @db.Uuid
  id             Int
  chunk          String
  archived       Boolean

  @@map("note_embedding")
}
`
  useDatabase()
  beforeAll(async () => {
    project = await createWrappedApplication(models, database)
    const schema = await project.read('prisma/schema/schema.prisma')
    await project.write(
      'prisma/schema/schema.prisma',
      schema.replace(
        '"prisma-client"\n',
        '"prisma-client"\n  previewFeatures = ["views", "partialIndexes", "relationJoins"]\n',
      ),
    )
    await takeDocumentedSteps(project)
  })

  // An index of the application's own with `where:` is left out: the stand-in of the schema engine reads it in `migrate diff`
  // and not in `migrate dev`.
  test('in sync, the whole road, and our view through Prisma Client', async () => {
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync['migrate dev'])
    await project.prisma(diff('prisma/schema'))
    expect(await travel(project, [{ model: 'note', row: '{}' }])).toMatchObject({
      'note.textEmbeddings': { found: ['a wooden boat', 'a stone house'], left: 0 },
    })
    await withClient(database.url, (client) =>
      client.query(`INSERT INTO "Note" (id, text, archived) VALUES (7, 'a note', true);
        INSERT INTO "Note_embedding_store" (id, chunk_seq, chunk, embedding)
        VALUES (7, 0, 'a note', array_fill(1, ARRAY[256])::vector(256))`),
    )
    await project.write(
      'read.ts',
      `import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/prisma/client.ts'
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env['DATABASE_URL'] as string }) })
const viewed = await db.noteEmbedding.findMany({ omit: { embedding_uuid: true } })
const joined = await db.note.findMany({ relationLoadStrategy: 'join', select: { textEmbeddings: { select: { chunk: true } } } })
console.log(JSON.stringify({ viewed, joined }))
await db.$disconnect()
`,
    )
    expect(JSON.parse((await project.node(['node_modules/tsx/dist/cli.mjs', 'read.ts'])).stdout)).toEqual({
      viewed: [{ id: 7, chunk: 'a note', archived: true }],
      joined: [{ textEmbeddings: [{ chunk: 'a note' }] }],
    })
  })
})

describe('the preview feature postgresqlExtensions with extensions = [vector]', () => {
  useDatabase()
  beforeAll(async () => {
    project = await createWrappedApplication(model, database)
    const schema = await project.read('prisma/schema/schema.prisma')
    await project.write(
      'prisma/schema/schema.prisma',
      schema
        .replace('"prisma-client"\n', '"prisma-client"\n  previewFeatures = ["postgresqlExtensions"]\n')
        .replace('"postgresql"\n', '"postgresql"\n  extensions = [vector]\n'),
    )
    await project.prisma('migrate dev --name init')
    await project.prisma('generate')
    await project.prisma('migrate deploy')
  })

  // The stand-in of the schema engine does not know the feature and finds the extension missing whatever is there, so that
  // "in sync" cannot be shown; the native engine compares it.
  test('the whole road; the engine of these tests wants CREATE EXTENSION again and again, and nothing else', async () => {
    const { stdout } = await project.prisma(diff('prisma/schema').replace('--exit-code', '--script'))
    expect(stdout.replace(/^-- .*$/gmu, '').trim()).toBe('CREATE EXTENSION IF NOT EXISTS "vector";')
    expect(await travel(project, [{ model: 'note', row: '{}' }])).toMatchObject({
      'note.textEmbeddings': { found: ['a wooden boat', 'a stone house'], left: 0 },
    })
  })
})

describe('withVectorizer with an output, and no generator block', () => {
  useDatabase()
  beforeAll(async () => {
    project = await createWrappedApplication(model, database)
    const { client } = generators('../../generated')
    await project.write('prisma/schema/schema.prisma', [datasource, client, model].join('\n'))
    const config = await project.read('prisma.config.ts')
    await project.write(
      'prisma.config.ts',
      config.replace('  }),\n)', `  }),\n  { output: 'generated/vectorizer' },\n)`),
    )
    await takeDocumentedSteps(project)
  })

  test('the whole road, and in sync', async () => {
    expect(await travel(project, [{ model: 'note', row: '{}' }])).toEqual({
      'note.textEmbeddings': { queued: [1, 1, 0], found: ['a wooden boat', 'a stone house'], left: 0 },
    })
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync['migrate dev'])
    await project.prisma(diff('prisma/schema'))
    const before = await contentsOf(project)
    expect((await project.prisma('generate')).stderr).not.toContain('prisma-vectorizer: ')
    expect(await contentsOf(project)).toEqual(before)
  })
})

/** A generator that notes each of its runs and the models it was shown. */
const notingGenerator = `import { createRequire } from 'node:module'
import { appendFileSync } from 'node:fs'
const { generatorHandler } = createRequire(import.meta.url)('@prisma/generator-helper')
generatorHandler({
  onManifest: () => ({ prettyName: 'noting', defaultOutput: './noted' }),
  async onGenerate({ dmmf }) {
    appendFileSync(new URL('./noted.txt', import.meta.url), dmmf.datamodel.models.map(({ name }) => name).join() + '\\n')
  },
})
`
const noting = `generator noting {\n  provider = "node ./noting.mjs"\n  output   = "../noted"\n}\n`
const noted = async (of: Project) => (await of.read('noted.txt')).trim().split('\n')

describe('the generator of somebody else', () => {
  const { client, vectorizer } = generators('../generated')

  test.each([
    ['before', [datasource, noting, vectorizer, client]],
    ['between', [datasource, client, noting, vectorizer]],
    ['behind', [vectorizer, client, datasource, noting]],
  ])('%s ours sees the derived models, once there are any', async (_, parts) => {
    await using application = await createPlainApplication([...parts, model], nowhere)
    await application.write('noting.mjs', notingGenerator)
    await application.prisma('generate')
    await application.prisma('generate')
    expect(await noted(application)).toEqual(['Note', 'Note,NoteTextEmbeddings'])
    expect(await application.list('generated/vectorizer')).toHaveLength(1)
    expect(await application.read('generated/prisma/models/Note.ts')).toContain('textEmbeddings')
  })
})

/** A command of Prisma's that does not end by itself. */
async function start(of: Project, ...args: string[]): Promise<ChildProcess> {
  const env = {
    ...process.env,
    ...schemaEngineEnvironment(),
    NO_COLOR: '1',
    DATABASE_URL: database?.url ?? nowhere.url,
  }
  return spawn(process.execPath, [join(of.folder, 'node_modules/prisma/build/index.js'), ...args], {
    cwd: of.folder,
    env,
    stdio: ['ignore', 'ignore', 'ignore'],
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const end = once(child, 'close')
  child.kill('SIGKILL')
  await end
}

/** Waits until `ready` has resolved to true. */
async function until(ready: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 40_000; Date.now() < deadline; await sleep(200)) {
    if (await ready().catch(() => false)) return
  }
  throw new Error(`waited in vain until ${what}`)
}

describe('generate --watch', () => {
  test('runs once more after an edit that derives a model, and not for ever', async () => {
    const { client, vectorizer } = generators('../../generated')
    await using application = await createWrappedApplication('', nowhere)
    const plain = [datasource, client, noting, vectorizer, model.replace(annotation, '')].join('\n')
    await application.write('prisma/schema/schema.prisma', plain)
    await application.write('noting.mjs', notingGenerator)
    const child = await start(application, 'generate', '--watch')
    try {
      await until(async () => (await noted(application)).length === 1, 'the first run ended')
      await sleep(2_000)
      const file = join(application.folder, 'prisma/schema/schema.prisma')
      await writeFile(file, (await readFile(file, 'utf8')).replace('text String', `text String ${annotation}`))
      await until(
        async () => (await noted(application)).includes('Note,NoteTextEmbeddings'),
        'the derived model was seen',
      )
      // The edit, and what we write because of it: Prisma sees each as one change or as several. Then nothing more.
      await sleep(5_000)
      const runs = await noted(application)
      await sleep(5_000)
      expect(await noted(application)).toEqual(runs)
      expect(runs[0]).toBe('Note')
      expect(runs.at(-1)).toBe('Note,NoteTextEmbeddings')
    } finally {
      await stop(child)
    }
    expect(await application.read('generated/prisma/models/Note.ts')).toContain('textEmbeddings')
  })
})

describe('studio', () => {
  useDatabase()

  test('starts and answers', async () => {
    project = await createWrappedApplication(model, database)
    const port = await freePort()
    const child = await start(project, 'studio', '--browser', 'none', '--port', String(port))
    try {
      await until(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok, 'studio answered')
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('__STUDIO_CONFIG__')
    } finally {
      await stop(child)
    }
    expect(await project.list('prisma/schema')).toContain('prisma/schema/vectorizer.prisma')
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
