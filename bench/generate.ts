// What the generator adds to `prisma generate` on a schema of 100 models, beside what Prisma's protocol costs any
// generator that runs as a process: it is started, and sent the whole DMMF (11 MB for 100 models) as one line of JSON.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { interleaved } from './support/measure.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const models = 100
const annotated = 5
const rounds = 9

const applications = {
  alone: { provider: undefined, wrapped: false },
  nothing: { provider: 'node ./does-nothing.cjs', wrapped: false },
  ours: { provider: 'prisma-generator-vectorizer', wrapped: false },
  wrapped: { provider: 'prisma-generator-vectorizer', wrapped: true },
} as const
type Name = keyof typeof applications

export async function run(): Promise<void> {
  const names = Object.keys(applications) as Name[]
  const folders = Object.fromEntries(names.map((name) => [name, makeApplication(name)])) as Record<Name, string>
  try {
    const variants = Object.fromEntries(names.map((name) => [name, async () => generate(folders[name])]))
    const taken = await interleaved(variants as Record<Name, () => Promise<number>>, rounds)
    const added = (name: Name) => `+${(taken[name] - taken.alone).toFixed(0)} ms`.padStart(8)
    const verdict = (name: Name) => `target +300 ms ${taken[name] - taken.alone <= 300 ? 'held' : 'MISSED'}`
    console.log(`\nprisma generate, ${models} models, ${annotated} annotated, wall time, median of ${rounds}`)
    console.log(`  Prisma Client alone              ${taken.alone.toFixed(0)} ms`)
    console.log(`  with a generator of no code   ${added('nothing')}`)
    console.log(`  with our generator            ${added('ours')}   ${verdict('ours')}`)
    console.log(`  and withVectorizer            ${added('wrapped')}   ${verdict('wrapped')}`)
  } finally {
    for (const name of names) rmSync(folders[name], { recursive: true, force: true })
  }
}

function makeApplication(name: Name): string {
  const { provider, wrapped } = applications[name]
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-bench-'))
  mkdirSync(join(folder, 'prisma'))
  installPackages(folder)
  const config = `{ schema: 'prisma/schema.prisma', datasource: { url: 'postgresql://localhost/none' } }`
  const wrapping = `import { withVectorizer } from '@prisma-vectorizer/generator'\nexport default withVectorizer(${config})\n`
  const generators = [
    'generator client {\n  provider = "prisma-client"\n  output   = "../generated/prisma"\n}',
    ...(provider ? [`generator other {\n  provider = "${provider}"\n  output   = "../generated/other"\n}`] : []),
  ]
  const isOurs = provider === 'prisma-generator-vectorizer'
  const parts = [
    'datasource db {\n  provider = "postgresql"\n}',
    ...generators,
    ...Array.from({ length: models }, (_, index) => model(index, isOurs && index < annotated)),
  ]
  const files = {
    'package.json': '{ "type": "module" }',
    'prisma.config.ts': wrapped ? wrapping : `export default ${config}\n`,
    'prisma/schema.prisma': `${parts.join('\n\n')}\n`,
    'does-nothing.cjs': `require('@prisma/generator-helper').generatorHandler({ onManifest: () => ({}), async onGenerate() {} })\n`,
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  return folder
}

/** Ours as copies, as npm would install them: Prisma compiles what prisma.config.ts imports from outside node_modules. */
function installPackages(folder: string): void {
  const modules = join(folder, 'node_modules')
  const scope = '@prisma-vectorizer'
  mkdirSync(join(modules, scope), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== scope) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const name of ['spec', 'generator']) {
    for (const part of ['package.json', 'dist']) {
      cpSync(join(root, 'packages', name, part), join(modules, scope, name, part), { recursive: true })
    }
  }
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

/** Milliseconds of one `prisma generate`. */
function generate(folder: string): number {
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
