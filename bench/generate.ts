// What the generator adds to `prisma generate` on a schema of 100 models.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { interleaved } from './support/measure.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const models = 100
const annotated = 10
const rounds = 9

export async function run(): Promise<void> {
  const without = application({ vectorizer: false })
  const generatorOnly = application({ vectorizer: true, wrapped: false })
  const wrapped = application({ vectorizer: true, wrapped: true })
  try {
    const taken = await interleaved(
      {
        without: async () => generated(without),
        generatorOnly: async () => generated(generatorOnly),
        wrapped: async () => generated(wrapped),
      },
      rounds,
    )
    const more = (milliseconds: number) => {
      const added = milliseconds - taken.without
      return `+${added.toFixed(0)} ms (${(milliseconds / taken.without).toFixed(2)} x)   target +300 ms ${added <= 300 ? 'held' : 'MISSED'}`
    }
    console.log(`\nprisma generate, ${models} models, ${annotated} annotated, median of ${rounds}`)
    console.log(`  Prisma Client alone        ${taken.without.toFixed(0)} ms`)
    console.log(`  with our generator         ${more(taken.generatorOnly)}`)
    console.log(`  and withVectorizer         ${more(taken.wrapped)}`)
  } finally {
    for (const folder of [without, generatorOnly, wrapped]) rmSync(folder, { recursive: true, force: true })
  }
}

function application({ vectorizer, wrapped = false }: { vectorizer: boolean; wrapped?: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-bench-'))
  mkdirSync(join(folder, 'prisma'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const config = `{ schema: 'prisma/schema.prisma', datasource: { url: 'postgresql://localhost/none' } }`
  writeFileSync(
    join(folder, 'prisma.config.ts'),
    wrapped
      ? `import { withVectorizer } from '@prisma-vectorizer/generator'\nexport default withVectorizer(${config})\n`
      : `export default ${config}\n`,
  )
  writeFileSync(
    join(folder, 'prisma/schema.prisma'),
    `datasource db {\n  provider = "postgresql"\n}\n\ngenerator client {\n  provider = "prisma-client"\n  output   = "../generated/prisma"\n}\n\n${
      vectorizer
        ? 'generator vectorizer {\n  provider = "prisma-generator-vectorizer"\n  output   = "../generated/vectorizer"\n}\n\n'
        : ''
    }${Array.from({ length: models }, (_, index) => model(index, vectorizer && index < annotated)).join('\n\n')}\n`,
  )
  return folder
}

const model = (index: number, annotate: boolean): string => `model Document${index} {
  id        Int      @id @default(autoincrement())
  title     String
  subtitle  String?
  createdAt DateTime @default(now())
  updatedAt DateTime @updatedAt
  views     Int      @default(0)
${annotate ? '  /// @vectorizer(dimensions: 768, template: "$title - $chunk")\n' : ''}  content   String
  parent    Document${index}?  @relation("tree", fields: [parentId], references: [id])
  parentId  Int?
  children  Document${index}[] @relation("tree")
}`

function generated(folder: string): number {
  const started = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/prisma/build/index.js'), 'generate'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
        // Generating asks no engine anything, but without the variable the CLI would try to download one.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
      },
    },
  )
  if (status !== 0) throw new Error(stderr)
  return performance.now() - started
}
