// Applications of every module system and either of Prisma's client generators, compiled and run as their users would.
import { fileURLToPath } from 'node:url'
import { createWorker } from '@prisma-vectorizer/worker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlainApplication, datasource } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import type { Project } from './support/project.ts'
import { inSync } from './support/whole-road.ts'

const generator = (name: string, provider: string, output: string, options = '') =>
  `generator ${name} {\n  provider = "${provider}"\n  output   = "../generated/${output}"\n${options}}\n`

const models = `model Author {
  id    Int    @id @default(autoincrement())
  name  String
  notes Note[]
}

model Note {
  id       Int     @id @default(autoincrement())
  text     String /// @vectorizer(dimensions: 256, model: "local/hash")
  author   Author? @relation(fields: [authorId], references: [id])
  authorId Int?
}
`

let database: TestDatabase
let project: Project

/** A single schema.prisma without withVectorizer, migrated; two notes, the first of them Ada's, embedded. */
function useApplication(type: 'module' | 'commonjs', generators: readonly string[]): void {
  beforeAll(async () => {
    database = await createDatabase()
    project = await createPlainApplication([datasource, ...generators, models], database)
    await project.write('package.json', JSON.stringify({ name: 'app', private: true, type }))
    await project.prisma('generate')
    await project.prisma('migrate dev --name init')
    await project.prisma('generate')
    await project.prisma('migrate dev')
    await withClient(database.url, (client) =>
      client.query(`INSERT INTO "Author" (name) VALUES ('Ada');
        INSERT INTO "Note" (text, "authorId") VALUES ('a wooden boat', 1), ('a stone house', NULL)`),
    )
    const worker = createWorker({ database: database.url })
    expect(await worker.drain()).toMatchObject({ embedded: 2, failed: 0 })
    await worker.stop()
  })
  afterAll(async () => {
    await project?.close()
    await database?.close()
  })
}

/** The program of each application, with types where a compiler reads it. */
const program = ({ client, module, typed }: { client: string; module: string; typed: boolean }) => `
import { PrismaPg } from '@prisma/adapter-pg'
import { localHash, resolveEmbedder } from '@prisma-vectorizer/embedders'
import { createWorker } from '@prisma-vectorizer/worker'
import { PrismaClient } from '${client}'
import { vectorizer } from '${module}'

async function main() {
  const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL })
  const db = new PrismaClient({ adapter }).$extends(vectorizer({ embedder: resolveEmbedder }))
  const { embeddings: [vector] } = await localHash(256).doEmbed({ values: ['a boat of wood'] })
  const notes = await db.note.findSimilar(vector${typed ? ' as number[]' : ''}, { take: 1, include: { author: true } })
  const [note] = notes
  ${typed ? 'const name: string | undefined = note?.author?.name\n  const chunk: string | undefined = note?._chunk.chunk' : 'const name = note.author.name, chunk = note._chunk.chunk'}
  const chunks = await db.noteTextEmbeddings.findSimilar('houses of stone', { take: 1, select: { parent: { select: { id: true } } } })
  const worker = createWorker({ database: process.env.DATABASE_URL })
  const { embedded } = await worker.drain()
  await worker.stop()
  await db.$disconnect()
  console.log(JSON.stringify({ name, chunk, house: chunks[0]?.parent.id, embedded }))
}

main().catch((error${typed ? ': unknown' : ''}) => {
  console.error(error)
  process.exit(1)
})
`
const answer = { name: 'Ada', chunk: 'a wooden boat', house: 2, embedded: 0 }

const printed = async (file: string) => JSON.parse((await project.node([file])).stdout)

describe('a CommonJS application', () => {
  useApplication('commonjs', [
    generator('js', 'prisma-client-js', 'js'),
    generator('ts', 'prisma-client', 'ts', '  moduleFormat = "cjs"\n  importFileExtension = "js"\n'),
    generator('vectorizer', 'prisma-generator-vectorizer', 'vectorizer'),
  ])

  beforeAll(async () => {
    await project.write(
      'with-js.ts',
      program({ client: './generated/js', module: './generated/vectorizer', typed: true }),
    )
    await project.write(
      'with-ts.ts',
      program({ client: './generated/ts/client', module: './generated/vectorizer', typed: true }),
    )
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      module: 'NodeNext',
      target: 'ES2022',
      outDir: 'dist',
      rootDir: '.',
      types: ['node'],
      typeRoots: [fileURLToPath(new URL('../node_modules/@types', import.meta.url))],
      skipLibCheck: false,
    }
    await project.write(
      'tsconfig.json',
      JSON.stringify({ compilerOptions, include: ['*.ts'], exclude: ['prisma.config.ts'] }),
    )
    await project.node(['node_modules/typescript/bin/tsc', '-p', '.'])
    // Not TypeScript, so not compiled.
    for (const file of await project.list('generated/js')) {
      await project.write(`dist/${file}`, await project.read(file))
    }
  })

  test('is CommonJS in all of its own files', async () => {
    for (const file of ['dist/with-js.js', 'dist/with-ts.js', 'dist/generated/vectorizer/index.js']) {
      expect(await project.read(file)).toContain('require(')
    }
  })

  test.each([
    ['prisma-client-js', 'dist/with-js.js'],
    ['prisma-client', 'dist/with-ts.js'],
  ])('with %s finds by vector and by text, and runs a worker', async (_, file) => {
    expect(await printed(file)).toEqual(answer)
  })

  test('is in sync', async () => {
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync['migrate dev'])
  })
})

describe('an application of plain JavaScript modules', () => {
  useApplication('module', [
    generator('vectorizer', 'prisma-generator-vectorizer', 'vectorizer', '  generatedFileExtension = "js"\n'),
    generator('js', 'prisma-client-js', 'js'),
  ])

  test('finds by vector and by text, and runs a worker, without a compiler', async () => {
    expect((await project.list('generated/vectorizer')).sort()).toEqual([
      'generated/vectorizer/index.d.ts',
      'generated/vectorizer/index.js',
    ])
    await project.write(
      'main.js',
      program({ client: './generated/js/index.js', module: './generated/vectorizer/index.js', typed: false }),
    )
    expect(await printed('main.js')).toEqual(answer)
  })

  test('is in sync', async () => {
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync['migrate dev'])
  })
})
