// An application of many models, some of them annotated, as npm would have installed it.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface LargeApplication {
  readonly models: number
  /** Of those, how many have an annotation. */
  readonly annotated: number
  /** Generator blocks besides Prisma Client's, by provider. */
  readonly provider?: string | undefined
  /** The default export of prisma.config.ts around `config`; default: `config` alone. */
  readonly config?: ((config: string) => string) | undefined
  /** The store models written by hand instead of derived. */
  readonly byHand?: boolean | undefined
}

/** Returns its folder. */
export function makeLargeApplication({ models, annotated, provider, config, byHand }: LargeApplication): string {
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-bench-'))
  installPackages(folder)
  const generators = [
    'generator client {\n  provider = "prisma-client"\n  output   = "../generated/prisma"\n}',
    ...(provider ? [`generator other {\n  provider = "${provider}"\n  output   = "../generated/vectorizer"\n}`] : []),
  ]
  const parts = [
    'datasource db {\n  provider = "postgresql"\n}',
    ...generators,
    ...Array.from({ length: models }, (_, index) => model(index, index < annotated, byHand)),
    ...(byHand ? Array.from({ length: annotated }, (_, index) => storeModel(index)) : []),
  ]
  const plain = `{ schema: 'prisma/schema.prisma', datasource: { url: 'postgresql://localhost/none' } }`
  const imports = config ? `import { withVectorizer } from '@prisma-vectorizer/generator'\n` : ''
  writeApplication(folder, {
    'package.json': '{ "type": "module" }',
    'prisma.config.ts': `${imports}export default ${config ? config(plain) : plain}\n`,
    'prisma/schema.prisma': `${parts.join('\n\n')}\n`,
    'does-nothing.cjs': `require('@prisma/generator-helper').generatorHandler({ onManifest: () => ({}), async onGenerate() {} })\n`,
  })
  return folder
}

export function writeApplication(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** Milliseconds of one `prisma generate`. */
export function prismaGenerate(folder: string): number {
  const started = performance.now()
  const command = [join(root, 'node_modules/prisma/build/index.js'), 'generate']
  const { status, stderr } = spawnSync(process.execPath, command, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      // Generating asks no engine anything, but without the variable the CLI would try to download one.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
    },
  })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - started
}

/** Ours as copies, as npm would install them: Prisma compiles what prisma.config.ts imports from outside node_modules. */
function installPackages(folder: string): void {
  const modules = join(folder, 'node_modules')
  const scope = '@prisma-vectorizer'
  mkdirSync(join(modules, scope), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== scope) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const [name, from] of [
    ['spec', 'spec'],
    ['generator', 'generator'],
    ['client', 'client-extension'],
  ] as const) {
    for (const part of ['package.json', 'dist']) {
      cpSync(join(root, 'packages', from, part), join(modules, scope, name, part), { recursive: true })
    }
  }
}

const model = (index: number, annotate: boolean, byHand = false): string => `model Document${index} {
  id        Int      @id @default(autoincrement())
  title     String
  subtitle  String?
  createdAt DateTime @default(now())
  updatedAt DateTime @updatedAt
  views     Int      @default(0)
${annotate && !byHand ? '  /// @vectorizer(dimensions: 768, template: "$title - $chunk")\n' : ''}  content   String
  parent    Document${index}?  @relation("tree", fields: [parentId], references: [id])
  parentId  Int?
  children  Document${index}[] @relation("tree")
${annotate && byHand ? `  contentEmbeddings Document${index}ContentEmbeddings[]\n` : ''}}`

const storeModel = (index: number): string => `model Document${index}ContentEmbeddings {
  embeddingUuid String                     @id @default(dbgenerated("gen_random_uuid()")) @map("embedding_uuid") @db.Uuid
  id            Int
  chunkSeq      Int                        @map("chunk_seq")
  chunk         String
  embedding     Unsupported("vector(768)")
  parent        Document${index}           @relation(fields: [id], references: [id], onDelete: Cascade, onUpdate: Cascade)

  @@unique([id, chunkSeq])
  @@map("Document${index}_embedding_store")
}`
